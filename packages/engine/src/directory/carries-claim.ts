import type { Dialect } from '@posthorn/wire'

/** Whether a dialect puts a claim on the wire: in the query, a header or the body. */
export function carriesClaim(dialect: Dialect): boolean {
  let carries = known.get(dialect)
  if (carries === undefined) {
    carries = mentions(dialect.request) || mentions(dialect.body)
    known.set(dialect, carries)
  }
  return carries
}

/** A dialect does not change, and callbacks are looked up often. */
const known = new WeakMap<Dialect, boolean>()

/** An object with a member `$` is a slot, wherever it stands. */
function mentions(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return ('$' in value && value.$ === 'claim') || Object.values(value).some(mentions)
}
