import type { Attempt } from '../model.ts'

/**
 * Headers that nobody makes a credential of: content negotiation, tracing, and where something comes from. A list of names that are
 * credentials would always lack one: `Ocp-Apim-Subscription-Key`, `X-Functions-Key`, `X-Pass`, `X-Hub-Pin`.
 */
export const harmlessHeaders: ReadonlySet<string> = new Set(
  (
    'accept accept-charset accept-encoding accept-language cache-control content-language content-type date pragma prefer priority ' +
    'user-agent via traceparent tracestate x-correlation-id x-request-id x-trace-id ' +
    'x-api-version x-env x-environment x-region x-source x-stage x-tenant x-version'
  ).split(' '),
)

/** Whether the value of a header that an owner added may be a credential: it is named, and never shown. */
export function isCredentialHeader(name: string): boolean {
  return !harmlessHeaders.has(name.toLowerCase())
}

/** Who wrote the headers of a request: the owner of its target, and the dialects that it is written in. */
export interface HeaderOwners {
  readonly headers: Readonly<Record<string, string>>
  readonly dialect: { readonly secretHeaders: readonly string[] }
  readonly secondary: { readonly secretHeaders: readonly string[] } | null
}

/**
 * Request headers as the log keeps them. What a dialect wrote (ids, times, signatures) is shown unless it is the secret
 * itself; of the headers that the owner added, only values that are known to be harmless are.
 */
export function shownHeaders(
  headers: readonly (readonly [string, string])[],
  { headers: own, dialect, secondary }: HeaderOwners,
): readonly (readonly [string, string])[] {
  const isSecret = (name: string): boolean =>
    dialect.secretHeaders.includes(name) || secondary?.secretHeaders.includes(name) === true
  return headers.map(([name, value]) =>
    isSecret(name.toLowerCase()) || (isCredentialHeader(name) && Object.hasOwn(own, name))
      ? [name, '***']
      : [name, value],
  )
}

/**
 * An attempt as the log keeps it, where a claim was sent. The whole id gives access to the result, so the log has its beginning
 * only. A receiver may repeat the id, in a redirect or a page, so the response is searched too.
 */
export function withShortClaim(attempt: Attempt, claim: string): Attempt {
  // A text that short is no secret, and it may occur anywhere by chance.
  if (claim.length <= shownOfClaim) return attempt
  const { url, error, request, response } = attempt
  const short = (): string => `${claim.slice(0, shownOfClaim)}…`
  const shown = (text: string): string => text.replaceAll(claim, short).replaceAll(claim.toUpperCase(), short)
  const shownIn = (headers: Headers): Headers => headers.map(([name, value]) => [name, shown(value)])
  return {
    ...attempt,
    url: shown(url),
    error: error && { ...error, message: shown(error.message) },
    request: request && { ...request, headers: shownIn(request.headers) },
    response: response && { ...response, headers: shownIn(response.headers), body: shown(response.body) },
  }
}

const shownOfClaim = 8

type Headers = readonly (readonly [string, string])[]

/** An address without what may be secret in it: user info and the values of its query. */
export function shownUrl(url: string): string {
  const shown = url.replace(userInfo, '$1***@')
  const end = shown.indexOf('?')
  return end === -1 ? shown : `${shown.slice(0, end)}?…`
}

const userInfo = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i
