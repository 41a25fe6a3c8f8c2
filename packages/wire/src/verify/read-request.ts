/** Reads a request before it is trusted. Only headers and the query are parsed here. */
import type { CompiledDialect } from '../compile/compiled-dialect.ts'
import type { Field } from '../dialect.ts'
import { collectHeaders, type HeadersLike } from '../text/headers.ts'
import type { Draft, SlotLens } from '../lens/slot-lens.ts'
import { Refusal } from './refusal.ts'

/** A request of a web framework. The body is what arrived over the network: bytes, or their text. */
export interface RequestLike {
  method?: string
  /** Required if the dialect places a field in the query or signs the address. */
  url?: string
  headers: HeadersLike
  body: Uint8Array | ArrayBuffer | string | null
}

/** What is read of a request before its signature is checked. */
export interface Seen {
  draft: Draft
  /** The texts of the fields in headers and query, unchanged. */
  texts: Map<Field, string>
  headers: Map<string, string[]>
  /** As it was given, because converting between text and bytes costs more than signing. */
  body: Uint8Array | string
  url: string
  method: string
}

/** Reads headers, query and body as far as that needs no trust. */
export function readRequest(
  compiled: Pick<CompiledDialect, 'dialect' | 'reading'>,
  request: RequestLike,
): Seen | Refusal {
  if (typeof request !== 'object' || request === null) {
    return new Refusal('malformed_request', 'There is no request.', 'Pass { headers, body }.')
  }
  const body = rawBody(request.body)
  if (body === null) {
    return new Refusal(
      'body_not_bytes',
      'The body is a parsed value, and not the bytes that arrived over the network.',
      'Verify before parsing: give the raw bytes. In Express use express.raw() on this route, in web handlers await request.arrayBuffer().',
    )
  }
  const seen: Seen = {
    draft: {},
    texts: new Map(),
    headers: collectHeaders(request.headers, compiled.reading.headerNames),
    body,
    url: typeof request.url === 'string' ? request.url : '',
    method: typeof request.method === 'string' ? request.method.toUpperCase() : compiled.dialect.request.method,
  }
  const { headers, query } = compiled.reading
  for (const { name, prefix, lens } of headers) {
    const value = single(seen.headers, name)
    if (value instanceof Refusal) return value
    if (value === null) continue
    const wrong = readText(seen, 'header', name, prefix, lens, value)
    if (wrong !== null) return wrong
  }
  if (query.length > 0) {
    const found = queryOf(seen.url)
    for (const { name, prefix, lens } of query) {
      const [value, ...more] = found.getAll(name)
      if (more.length > 0)
        return new Refusal(
          'malformed_request',
          `The address has the parameter ${name} ${more.length + 1} times.`,
          'It must occur once. Does the address that the sender was given have it already?',
        )
      if (value === undefined) {
        if (lens.slot.omit !== undefined) continue
        return new Refusal(
          'malformed_request',
          `The address has no parameter ${name}.`,
          'Pass the url of the request with its query.',
        )
      }
      const wrong = readText(seen, 'parameter', name, prefix, lens, value)
      if (wrong !== null) return wrong
    }
  }
  return seen
}

function readText(
  seen: Seen,
  where: 'header' | 'parameter',
  name: string,
  prefix: string,
  lens: SlotLens,
  value: string,
): Refusal | null {
  const code = where === 'header' ? 'malformed_header' : 'malformed_request'
  if (!value.startsWith(prefix))
    return new Refusal(code, `The ${where} ${name} does not begin with ${JSON.stringify(prefix)}.`, '')
  const text = value.slice(prefix.length)
  // The id is the vendor's own, with what it begins with: what is looked up later is what came.
  const problem = lens.read(lens.slot.$ === 'id' ? value : text, seen.draft)
  if (problem !== null)
    return new Refusal(code, `The ${where} ${name} ${problem}.`, 'Is another system sending to this address?')
  seen.texts.set(lens.slot.$, text)
  return null
}

/** The value of a header, which must not be repeated, because it decides about trust (test G6). */
export function single(headers: Map<string, string[]>, name: string): string | null | Refusal {
  const values = headers.get(name.toLowerCase())
  if (values === undefined) return null
  if (values.length === 1 && values[0] !== undefined) return values[0]
  return new Refusal(
    'duplicate_header',
    `The header ${name} occurs ${values.length} times.`,
    'A proxy may have added one. It must occur once.',
  )
}

function queryOf(url: string): URLSearchParams {
  const [address = ''] = url.split('#', 1)
  const start = address.indexOf('?')
  return new URLSearchParams(start < 0 ? '' : address.slice(start + 1))
}

/**
 * Half of a surrogate pair has no UTF-8 form. It is replaced as an encoder would replace it, so that text and bytes
 * agree.
 */
function rawBody(body: unknown): Uint8Array | string | null {
  if (body === null || body === undefined) return ''
  if (typeof body === 'string') return body.isWellFormed() ? body : body.toWellFormed()
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  return null
}
