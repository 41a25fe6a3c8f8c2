/**
 * Whether a name in a path has the form of an id that the engine makes: `ep_` and 16 letters and digits. A PUT to such an id never
 * creates (404). A PUT to any other name that does not exist creates, with that name as the `uid`.
 */
export function isEngineId(prefix: 'app' | 'ep', name: string): boolean {
  return name.startsWith(`${prefix}_`) && /^[0-9A-Za-z]{16}$/.test(name.slice(prefix.length + 1))
}
