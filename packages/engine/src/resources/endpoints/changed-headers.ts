/** Extra headers with some set (a value) and some removed (`null`). Names are compared without their case. */
export function changedHeaders(
  headers: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const touched = new Set(Object.keys(changes).map((name) => name.toLowerCase()))
  const kept = Object.entries(headers).filter(([name]) => !touched.has(name.toLowerCase()))
  const set = Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== null)
  return Object.fromEntries([...kept, ...set])
}
