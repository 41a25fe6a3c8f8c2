import { isCredentialHeader } from '@posthorn/engine'

/** Headers that are not known to be harmless are named and never shown: the same ones that the log hides. */
export function headersOut(headers: Readonly<Record<string, string>>) {
  const names = Object.keys(headers)
  return {
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !isCredentialHeader(name))),
    sensitive: names.filter(isCredentialHeader),
  }
}

/** What a PATCH changes: a value sets a header, `null` removes it. A header that is set and deleted is set. */
export function headerChanges(
  changes: Readonly<Record<string, string | null>>,
  removed: readonly string[],
): Record<string, string | null> {
  return Object.fromEntries([...removed.map((name) => [name, null] as const), ...Object.entries(changes)])
}

/** The headers of a request or a response in their order; a name may come twice. */
export function headerPairs(headers: readonly (readonly [string, string])[]): [string, string][] {
  return headers.map(([name, value]) => [name, value])
}
