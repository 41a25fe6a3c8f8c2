/** The tests that a filter is compiled to, composed of smaller tests. */
import { isContainer } from '../json/json-equal.ts'
import { STEPS_AN_OBJECT } from './meter.ts'
import type { Test } from './operators.ts'

/** A part of a filter that tests one value. */
export interface Condition {
  readonly matches: Test
  /** Its result for a missing key. It is known at compile time: only `$exist: false` matches a missing key. */
  readonly matchesMissing: boolean
}

export interface Field {
  readonly key: string
  readonly condition: Condition
}

/** Own keys only: payloads come from `JSON.parse`, where `__proto__` is a key like any other. */
export function hasAll(fields: readonly Field[]): Test {
  const price = STEPS_AN_OBJECT + fields.length
  return (value, meter) => {
    if (!isContainer(value) || !meter.spend(price)) return false
    for (const { key, condition } of fields) {
      const held = Object.hasOwn(value, key) ? value[key] : undefined
      if (!(held === undefined ? condition.matchesMissing : condition.matches(held, meter))) return false
    }
    return true
  }
}

export function present(matches: Test): Condition {
  return { matches, matchesMissing: false }
}

/** The opposite for a value that is present. A missing value does not match, as with every other operator. */
export function not({ matches }: Condition): Condition {
  return present((value, meter) => !matches(value, meter))
}

export function all(tests: readonly Test[]): Test {
  const [only] = tests
  if (tests.length === 1 && only !== undefined) return only
  return (value, meter) => {
    if (!meter.spend(2 * tests.length)) return false
    for (const test of tests) if (!test(value, meter)) return false
    return true
  }
}

export function any(tests: readonly Test[]): Test {
  return (value, meter) => {
    if (!meter.spend(2 * tests.length)) return false
    for (const test of tests) if (test(value, meter)) return true
    return false
  }
}

/**
 * Whether some element of an array matches, at any depth of nested arrays. A value that is not an array counts as its
 * own element. No recursion.
 */
export function onElements(test: Test): Test {
  return (value, meter) => {
    if (!Array.isArray(value)) return test(value, meter)
    let nested: unknown[][] | undefined
    for (let array: readonly unknown[] | undefined = value; array !== undefined; array = nested?.pop()) {
      for (const element of array) {
        if (!meter.spend(1)) return false
        if (Array.isArray(element)) (nested ??= []).push(element)
        else if (test(element, meter)) return true
      }
    }
    return false
  }
}
