/**
 * A filter is JSON that a value has to match: `{ "site": { "id": 4567 }, "visitor": { "is_returning": true } }`. What it may
 * hold is described in `docs/filters.md`; `compile-filter.ts` turns one into a function.
 */
export type Filter = Readonly<Record<string, unknown>>
