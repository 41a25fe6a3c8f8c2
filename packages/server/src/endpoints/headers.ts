import { isCredentialHeader } from '@posthorn/engine'

/** Headers that may carry credentials are named and never shown: the same ones that the log hides. */
export function headersOut(headers: Readonly<Record<string, string>>) {
  const names = Object.keys(headers)
  return {
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !isCredentialHeader(name))),
    sensitive: names.filter(isCredentialHeader),
  }
}

/** `headers` with some set (a value) and some removed (`null`); names are compared without their case. */
export function mergedHeaders(
  headers: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
  removed: readonly string[],
): Record<string, string> {
  const touched = new Set([...Object.keys(changes), ...removed].map((name) => name.toLowerCase()))
  const kept = Object.entries(headers).filter(([name]) => !touched.has(name.toLowerCase()))
  const set = Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== null)
  return Object.fromEntries([...kept, ...set])
}

/** The headers of a request or a response in their order; a name may come twice. */
export function headerPairs(headers: readonly (readonly [string, string])[]): [string, string][] {
  return headers.map(([name, value]) => [name, value])
}
