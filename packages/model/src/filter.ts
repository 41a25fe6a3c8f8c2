import * as z from 'zod'

/**
 * A filter is JSON that a value has to match: `{ "site": { "id": 4567 }, "visitor": { "is_returning": true } }`. What it may
 * hold is described in `docs/filters.md`; `compileFilter` of `@posthorn/preset` turns one into a function.
 */
export const Filter = z.record(z.string(), z.unknown())
export type Filter = Readonly<Record<string, unknown>>

/** What a filter looks at: the payload, or the whole message (see `subject.ts` of the engine). */
export const FilterOver = z.enum(['payload', 'message'])
export type FilterOver = z.output<typeof FilterOver>
