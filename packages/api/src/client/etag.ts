/** What was seen: an ETag as a header has it (`"..."`, several of them, `*`), or what a call of this client has returned. */
export type Seen = string | object

const etags = new WeakMap<object, string>()

/**
 * The ETag of what a call returned, `null` where it has none: a list, or a copy that was made of it.
 *
 * @example
 * const endpoint = await client.endpoint.get({ params })
 * etagOf(endpoint) // '"t5Yb0Kq3mW1xZ8rJ2cVhNg"'
 */
export function etagOf(answer: object): string | null {
  return etags.get(answer) ?? null
}

/** Remembers the ETag that came with an answer. */
export function noteEtag(answer: unknown, { headers }: Pick<Response, 'headers'>): void {
  const etag = headers.get('etag')
  if (etag !== null && typeof answer === 'object' && answer !== null) etags.set(answer, etag)
}

/**
 * The header for what was seen.
 *
 * @param name of the input, for the error @throws {TypeError} it has no ETag, so the condition cannot be sent; nothing is sent
 */
export function seenText(seen: Seen, name: 'ifMatch' | 'ifNoneMatch'): string {
  if (typeof seen === 'string') return seen
  const etag = etagOf(seen)
  // A proxy that compresses answers makes an ETag weak, and a weak one never matches. What is changed is the resource, not those bytes.
  if (etag !== null) return etag.replace(/^W\//, '')
  throw new TypeError(
    `\`${name}\` is not what a call of this client has returned, or that has no ETag. Give the value that a get has returned and not a copy of it, or an ETag.`,
  )
}
