/** Sizes of JSON values, counted without recursion, because a value may be nested a hundred thousand levels deep. */

/** The number of values in it; stops counting above `most`. */
export function countValues(value: unknown, most: number): number {
  let count = 0
  const pending = [value]
  while (pending.length > 0 && count <= most) {
    const next = pending.pop()
    count += 1
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) pending.push(inner)
  }
  return count
}

/** Why a value cannot be a schema, before it is parsed as one; `null` if it can. */
export function unfitness(schema: object): string | null {
  let level: unknown[] = [schema]
  let count = 0
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels: move parts of it to $defs`
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue
      // The validator would ignore it silently.
      if (Object.hasOwn(value, '__proto__')) return 'has a key "__proto__", which cannot be checked: leave it out'
      const inner = Object.values(value)
      count += inner.length
      // Each value takes two bytes of text at least.
      if (count > MAX_SCHEMA_BYTES / 2) return TOO_LARGE
      for (const one of inner) next.push(one)
    }
    level = next
  }
  return null
}

const MAX_DEPTH = 32
export const MAX_SCHEMA_BYTES = 256 * 1024
export const TOO_LARGE = 'is larger than 256 kB: split it, or say less'
