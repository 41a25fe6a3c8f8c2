import type { Dialect } from '@posthorn/wire'

/** Whether a dialect puts a claim on the wire: in the query, a header or the body. */
export function carriesClaim({ request, body }: Dialect): boolean {
  return mentions(request) || mentions(body)
}

/** An object with a member `$` is a slot, wherever it stands. */
function mentions(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return ('$' in value && value.$ === 'claim') || Object.values(value).some(mentions)
}
