/**
 * Two formats on one request, while receivers move from one to the other. The body is the primary's; the headers and
 * signatures of both are present. It works only if the two differ in nothing but their headers.
 */
import { headerNames } from '../compile/reading.ts'
import type { CompiledDialect } from '../compile/compiled-dialect.ts'
import type { Body, Dialect, EncodeInput, Shape, WireRequest } from '../dialect.ts'
import { WireError } from '../errors.ts'
import { isSlot } from '../definition/slots.ts'

/**
 * The reason why a second format cannot be added to the requests of the first, as a sentence, or `null`. Call it when
 * an endpoint is configured.
 *
 * @param primary decides about address, body and content type
 * @param secondary adds its headers and signatures
 * @example
 * secondaryProblem(dialect('standard').dialect, dialect('svix').dialect) // null
 * secondaryProblem(dialect('standard').dialect, dialect('comapi').dialect)
 * // 'Standard Webhooks and Enterprise Communications API (Comapi) write different bodies, and a request has ...'
 */
export function secondaryProblem(primary: Dialect, secondary: Dialect): string | null {
  const both = `${primary.title} and ${secondary.title}`
  if (canonicalBody(primary.body) !== canonicalBody(secondary.body)) {
    return `${both} write different bodies, and a request has only one: send them to two endpoints.`
  }
  const [first, second] = [primary.request, secondary.request]
  if (first.method !== second.method) {
    return `${both} use different methods, ${first.method} and ${second.method}: send them to two endpoints.`
  }
  if (first.contentType !== second.contentType) {
    const types = [first, second].map(({ contentType }) => contentType ?? 'none').join(' and ')
    return `${both} name different content types, ${types}: send them to two endpoints.`
  }
  const [parameter] = Object.keys(second.query ?? {})
  if (parameter !== undefined) {
    return `${secondary.title} writes the query parameter ${parameter}, which would change the address of ${primary.title}: send them to two endpoints.`
  }
  const taken = new Set(ownHeaders(primary))
  const clash = ownHeaders(secondary).find((name) => taken.has(name))
  return clash === undefined
    ? null
    : `${both} both write the header ${clash}, which a request can have only once: send them to two endpoints.`
}

/**
 * The request with the headers and signatures of a second format added, over the same body. The given request is not
 * changed.
 *
 * @param request what the primary's `encodeSync` gave
 * @param input the same message, time and attempt; `secrets` are those of the secondary (newest first, `[]`: unsigned)
 * @throws {WireError} `incompatible_secondary` when the request has one of the headers already or the secondary writes
 *   into the query (call `secondaryProblem` first); the errors of `encodeSync`
 * @example
 * const request = dialect('standard').encodeSync({ ...input, secrets: [standardSecret] })
 * const both = withSecondary(request, dialect('svix'), { ...input, secrets: [svixSecret] })
 */
export function withSecondary(request: WireRequest, secondary: CompiledDialect, input: EncodeInput): WireRequest {
  const { title, request: placement } = secondary.dialect
  const hint = 'Call secondaryProblem before an endpoint gets a second format.'
  if (secondary.reading.query.length > 0) {
    throw new WireError(
      'incompatible_secondary',
      `${title} writes into the query, and the address is the first format's.`,
      { hint },
    )
  }
  // The second signature is made over the address and the body of the given request.
  const own = secondary.encodeSync({ ...input, url: request.url, body: request.body })
  // The content type comes first. Both formats have it.
  const added = own.headers.slice(placement.contentType === undefined ? 0 : 1)
  const taken = new Set(request.headers.map(([name]) => name.toLowerCase()))
  const clash = added.find(([name]) => taken.has(name.toLowerCase()))
  if (clash !== undefined) {
    throw new WireError(
      'incompatible_secondary',
      `${title} writes the header ${clash[0]}, which the request already has.`,
      {
        hint,
      },
    )
  }
  return { ...request, headers: [...request.headers, ...added] }
}

/** The headers of a dialect without its content type, in lower case. */
function ownHeaders(dialect: Dialect): string[] {
  return headerNames(dialect)
    .slice(dialect.request.contentType === undefined ? 0 : 1)
    .map((name) => name.toLowerCase())
}

/**
 * Equal texts for bodies that are equal to the byte. The order of body members matters; the order of members in the
 * definition does not.
 */
function canonicalBody(body: Body): string {
  if (body.kind !== 'json') return body.kind
  const { form, maxMessages, maxBytes, maxWaitMs } = body.batch ?? {}
  return JSON.stringify([canonicalShape(body.shape), body.compact === true, form, maxMessages, maxBytes, maxWaitMs])
}

function canonicalShape(shape: Shape): unknown {
  if (isSlot(shape)) return { slot: [shape.$, shape.as, shape.prefix, shape.omit] }
  if (typeof shape !== 'object' || shape === null) return shape
  if (Array.isArray(shape)) return { elements: (shape as readonly Shape[]).map(canonicalShape) }
  return { members: Object.entries(shape).map(([name, value]) => [name, canonicalShape(value)]) }
}
