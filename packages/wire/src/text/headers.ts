/** Headers of a request as any runtime has them, and what must not be written into them. */

/** `Headers`, Node's `headers`, a list of pairs, or Node's flat `rawHeaders`. */
export type HeadersLike =
  | { forEach(callback: (value: string, name: string) => void): void; get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | readonly (readonly [name: string, value: string])[]
  | readonly string[]

/**
 * Every value of the wanted headers, by their lower-case names. Whatever is not text is passed over.
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
    // By what it does, not by its class: every polyfill has a class of its own.
    headers.forEach((value: unknown, name: unknown) => add(name, value))
  } else {
    for (const name of Object.keys(headers)) add(name, (headers as Record<string, unknown>)[name])
  }
  return found
}

/** Names that belong to the transport: a dialect that wrote them could break the framing of the request. */
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

/** A header name as RFC 9110 has it. */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name)
}

/** Printable ASCII, nothing that ends a line, and no space at the ends, where receivers take it away. */
export function isHeaderValue(value: string): boolean {
  return value.length <= 8192 && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)
}

/** A text for people, cut down to what a header can hold. */
export function toHeaderValue(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, 256)
    .trim()
}
