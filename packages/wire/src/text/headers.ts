/** Headers of a request in the forms of every runtime, and which names and values may be written. */

/** `Headers`, Node's `headers`, a list of pairs, or Node's flat `rawHeaders`. */
export type HeadersLike =
  | { forEach(callback: (value: string, name: string) => void): void; get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | readonly (readonly [name: string, value: string])[]
  | readonly string[]

/**
 * Every value of the wanted headers, by their lower-case names. Values that are not text are ignored.
 *
 * @param wanted in lower case
 */
export function collectHeaders(headers: unknown, wanted: ReadonlySet<string>): Map<string, string[]> {
  const found = new Map<string, string[]>()
  const add = (name: unknown, value: unknown): void => {
    if (typeof name !== 'string') return
    const key = name.toLowerCase()
    if (!wanted.has(key)) return
    if (Array.isArray(value)) for (const one of value) add(name, one)
    if (typeof value !== 'string') return
    const values = found.get(key)
    if (values === undefined) found.set(key, [value])
    else values.push(value)
  }
  if (typeof headers !== 'object' || headers === null) return found
  if (Array.isArray(headers)) {
    if (headers.every((entry) => typeof entry === 'string')) {
      for (let index = 0; index + 1 < headers.length; index += 2) add(headers[index], headers[index + 1])
    } else {
      for (const entry of headers) if (Array.isArray(entry)) add(entry[0], entry[1])
    }
  } else if ('forEach' in headers && typeof headers.forEach === 'function') {
    // Recognised by its method, not by its class, because every polyfill has its own class.
    headers.forEach((value: unknown, name: unknown) => add(name, value))
  } else {
    for (const name of Object.keys(headers)) add(name, (headers as Record<string, unknown>)[name])
  }
  return found
}

/**
 * Names that belong to the transport. A dialect or an endpoint that wrote them could break the framing of the request.
 */
const transportHeaders = new Set([
  'host',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'keep-alive',
])

export function isTransportHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return transportHeaders.has(lower) || lower.startsWith('proxy-')
}

/** Whether a text is a header name (RFC 9110, section 5.6.2). */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name)
}

/** Whether a text is printable ASCII without spaces at its ends, which receivers would remove. */
export function isHeaderValue(value: string): boolean {
  return value.length <= 8192 && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)
}

/** A text for people, shortened and cleaned so that a header can hold it. */
export function toHeaderValue(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, 256)
    .trim()
}
