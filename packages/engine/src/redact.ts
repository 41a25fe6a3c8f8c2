const credentialName = /^(authorization|proxy-authorization|cookie)$|auth|token|secret|password|api-?key|credential/i

/** Whether the value of a header with this name may be a credential: it is named, and never shown. */
export function isCredentialHeader(name: string): boolean {
  return credentialName.test(name)
}

/**
 * Request headers as the log keeps them. What the dialect wrote (ids, times, signatures) is shown; of the headers that the
 * owner added, values that may be credentials are not.
 */
export function shownHeaders(
  headers: readonly (readonly [string, string])[],
  custom: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return headers.map(([name, value]) =>
    isCredentialHeader(name) && Object.hasOwn(custom, name) ? [name, '***'] : [name, value],
  )
}

/** An address without what may be secret in it: user info and the values of its query. */
export function shownUrl(url: string): string {
  const shown = url.replace(userInfo, '$1***@')
  const end = shown.indexOf('?')
  return end === -1 ? shown : `${shown.slice(0, end)}?…`
}

const userInfo = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i
