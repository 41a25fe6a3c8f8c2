/** Own keys of a large object take 350 ns each, because it is a hash table. A step is some 10 ns. */
const STEPS_A_KEY = 45

/** Bounds how long a comparison may take. */
interface Meter {
  /** Whether there was enough left. */
  spend(steps: number): boolean
}

/**
 * Deep equality of JSON; the order of keys does not matter. Walks along `expected`, whose depth the caller has bounded,
 * so a payload of any depth is compared without running out of stack. If the meter runs out, the result has no meaning.
 */
export function jsonEqual(value: unknown, expected: unknown, meter?: Meter): boolean {
  if (meter?.spend(1) === false) return false
  if (!isContainer(expected) || !isContainer(value)) return value === expected
  if (Array.isArray(expected) || Array.isArray(value)) {
    if (!Array.isArray(expected) || !Array.isArray(value) || value.length !== expected.length) return false
    return expected.every((element, i) => jsonEqual(value[i], element, meter))
  }
  const keys = Object.keys(expected)
  return (
    keys.every((key) => Object.hasOwn(value, key) && jsonEqual(value[key], expected[key], meter)) &&
    countKeys(value, meter) === keys.length
  )
}

function countKeys(value: object, meter: Meter | undefined): number {
  const { length } = Object.keys(value)
  meter?.spend(length * STEPS_A_KEY)
  return length
}

type Container = Readonly<Record<string, unknown>>

/** An object or an array. */
export function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null
}
