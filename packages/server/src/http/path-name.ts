/**
 * Whether a name in a path has the form of an id that the engine makes: `ep_` and 16 letters and digits. A PUT to such an id never
 * creates (404). A PUT to any other name that does not exist creates, with that name as the `uid`.
 */
export function isEngineId(prefix: 'app' | 'ep', name: string): boolean {
  return name.startsWith(`${prefix}_`) && /^[0-9A-Za-z]{16}$/.test(name.slice(prefix.length + 1))
}

/**
 * The `uid` after a PUT. A body without `uid` takes the uid away. When the path names the resource by its uid, the path gives the uid:
 * otherwise a second, equal PUT would not find the resource, and would create another one.
 */
export function replacedUid(
  path: string,
  current: { readonly uid: string | null },
  body: { readonly uid?: string | null | undefined },
): string | null {
  if (body.uid !== undefined) return body.uid
  return path === current.uid ? current.uid : null
}
