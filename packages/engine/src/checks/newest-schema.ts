import type { EventType } from '@posthorn/model'

/** The schema with the highest version; `null`: the event type has none. */
export function newestSchema({ schemas }: Pick<EventType, 'schemas'>): unknown {
  const newest = Object.keys(schemas ?? {})
    .toSorted((a, b) => Number(a) - Number(b))
    .at(-1)
  return newest === undefined ? null : (schemas?.[newest] ?? null)
}
