/** What stands in a request, before anyone knows whether it can be trusted. Nothing is parsed here but headers. */
import type { CompiledDialect } from '../compile/compiled-dialect.ts'
import type { Field } from '../dialect.ts'
import { collectHeaders, type HeadersLike } from '../text/headers.ts'
import type { Draft, SlotLens } from '../lens/slot-lens.ts'
import { Refusal } from './refusal.ts'

/** A request as the web framework has it. The body is what came over the network: bytes, or their text. */
export interface RequestLike {
  method?: string
  /** Needed where the dialect places a field in the query or signs the address. */
  url?: string
  headers: HeadersLike
  body: Uint8Array | ArrayBuffer | string | null
}

/** What has been read of a request before its signature is known to be right. */
export interface Seen {
  draft: Draft
  /** The texts of the fields that stand in headers and query, as they came. */
  texts: Map<Field, string>
  headers: Map<string, string[]>
  /** As it was given: turning text into bytes and back again costs more than signing it. */
  body: Uint8Array | string
  url: string
  method: string
}

/** Reads headers, query and body as far as that needs no trust. */
export function readRequest(compiled: CompiledDialect, request: RequestLike): Seen | Refusal {
  if (typeof request !== 'object' || request === null) {
    return new Refusal('malformed_request', 'There is no request.', 'Pass { headers, body }.')
  }
  const body = rawBody(request.body)
  if (body === null) {
    return new Refusal(
      'body_not_bytes',
      'The body is not what came over the network, but what was parsed from it.',
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
      const value = found.get(name)
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
  const problem = lens.read(text, seen.draft)
  if (problem !== null)
    return new Refusal(code, `The ${where} ${name} ${problem}.`, 'Is another system sending to this address?')
  seen.texts.set(lens.slot.$, text)
  return null
}

/** The one value of a header. What decides about trust must not stand there twice (test G6). */
export function single(headers: Map<string, string[]>, name: string): string | null | Refusal {
  const values = headers.get(name.toLowerCase())
  if (values === undefined) return null
  if (values.length === 1 && values[0] !== undefined) return values[0]
  return new Refusal(
    'duplicate_header',
    `The header ${name} stands there ${values.length} times.`,
    'A proxy may have added one. It must come once.',
  )
}

/** Parameters of an address. Of those that come several times the last counts: it is the one that a sender adds. */
function queryOf(url: string): Map<string, string> {
  const [address = ''] = url.split('#', 1)
  const start = address.indexOf('?')
  return new Map(start < 0 ? [] : new URLSearchParams(address.slice(start + 1)))
}

/** Half of a surrogate pair has no bytes. What stands for it in them is put there at once, so that text and bytes agree. */
function rawBody(body: unknown): Uint8Array | string | null {
  if (body === null || body === undefined) return ''
  if (typeof body === 'string') return body.isWellFormed() ? body : body.toWellFormed()
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  return null
}
