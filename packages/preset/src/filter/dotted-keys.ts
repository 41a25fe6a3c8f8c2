/**
 * Keys of a filter that look like paths. A dot in a key has no meaning, so such a key matches only a payload that has a key with
 * the same dots.
 *
 * @returns each key once, with the filter that its author probably meant, as JSON
 * @example
 * dottedKeys({ 'visitor.name': 'Ada' }) // [{ key: 'visitor.name', nested: '{"visitor":{"name":...}}' }]
 */
export function dottedKeys(
  filter: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly nested: string }[] {
  const keys = new Set<string>()
  collect(filter, keys)
  return [...keys].map((key) => ({ key, nested: nest(key.split('.')) }))
}

function collect(value: unknown, keys: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inside] of Object.entries(value)) {
    // An array has indexes for keys, and an operator begins with a dollar sign.
    if (!Array.isArray(value) && !key.startsWith('$') && /[^.]\.[^.]/.test(key)) keys.add(key)
    collect(inside, keys)
  }
}

function nest(parts: readonly string[]): string {
  return `${parts.map((part) => `{${JSON.stringify(part)}:`).join('')}...${'}'.repeat(parts.length)}`
}
