/**
 * Deep equality of JSON; the order of keys does not matter. Walks along `expected`, whose depth the caller has bounded, so
 * a payload of any depth is compared without running out of stack.
 */
export function jsonEqual(value: unknown, expected: unknown): boolean {
  if (!isContainer(expected) || !isContainer(value)) return value === expected
  if (Array.isArray(expected) || Array.isArray(value)) {
    if (!Array.isArray(expected) || !Array.isArray(value) || value.length !== expected.length) return false
    return expected.every((element, i) => jsonEqual(value[i], element))
  }
  const keys = Object.keys(expected)
  return (
    keys.every((key) => Object.hasOwn(value, key) && jsonEqual(value[key], expected[key])) &&
    Object.keys(value).length === keys.length
  )
}

type Container = Readonly<Record<string, unknown>>

/** An object or an array. */
export function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null
}
