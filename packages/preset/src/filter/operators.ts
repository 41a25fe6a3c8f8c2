/**
 * The operators that compare. Each tests a value as a whole: an array is not searched. A missing key is not tested.
 * Types are never converted; a value of another type does not match, not even with `$nin`.
 */
import { isContainer, jsonEqual } from '../json/json-equal.ts'
import type { Meter } from './meter.ts'
import { containing, stepsACharacter } from './substring.ts'

/**
 * A test of a value that is present. It spends steps for what it reads. If the meter runs out, the result has no
 * meaning.
 */
export type Test = (value: unknown, meter: Meter) => boolean

interface Operator {
  /** What the operand must be, for error messages. `null`: any JSON. */
  readonly takes: string | null
  /** The test, or `null` if the operator does not accept the operand. */
  compile(operand: unknown): Test | null
}

const TEXTS = 'a string, or a list of at least one string'
const COMPARABLE = 'a number, or a string'
const CANDIDATES = 'a list of at least one string, number, boolean or null, or one of these alone'

export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['$eq', { takes: null, compile: equal }],
  ['$neq', { takes: null, compile: (operand) => negated(equal(operand)) }],
  ['$gt', comparing((value, bound) => value > bound)],
  ['$gte', comparing((value, bound) => value >= bound)],
  ['$lt', comparing((value, bound) => value < bound)],
  ['$lte', comparing((value, bound) => value <= bound)],
  ['$in', { takes: CANDIDATES, compile: (operand) => membership(operand, true) }],
  ['$nin', { takes: CANDIDATES, compile: (operand) => membership(operand, false) }],
  [
    '$contains',
    {
      takes: 'a string, number, boolean or null (for several of them write { "$or": [...] }, or a list: all of them)',
      compile: (operand) => (isContainer(operand) ? null : membership(operand, true)),
    },
  ],
  ['$startsWith', matchingText((text, start) => text.startsWith(start))],
  ['$endsWith', matchingText((text, end) => text.endsWith(end))],
  ['$exist', { takes: 'true or false', compile: (operand) => (typeof operand === 'boolean' ? () => operand : null) }],
])

function equal(operand: unknown): Test {
  return isContainer(operand) ? (value, meter) => jsonEqual(value, operand, meter) : (value) => value === operand
}

function negated(test: Test): Test {
  return (value, meter) => !test(value, meter)
}

function comparing(isInOrder: (value: string | number, bound: string | number) => boolean): Operator {
  return {
    takes: COMPARABLE,
    compile(bound) {
      if (typeof bound === 'number') return (value) => typeof value === 'number' && isInOrder(value, bound)
      if (typeof bound === 'string')
        return (value, meter) => typeof value === 'string' && payForText(bound, meter) && isInOrder(value, bound)
      return null
    },
  }
}

/**
 * `$in` is two tests under one name. With a list: the value is one of these. With a single operand: it is in the value,
 * as a part of a string or as an element of an array. `$nin` is not simply the opposite: a value of a type that neither
 * accepts matches neither.
 */
function membership(operand: unknown, expected: boolean): Test | null {
  if (Array.isArray(operand)) {
    if (operand.length === 0 || operand.some(isContainer)) return null
    const candidates = new Set<unknown>(operand)
    return (value) => !isContainer(value) && candidates.has(value) === expected
  }
  if (isContainer(operand)) return null
  const isPartOf = typeof operand === 'string' ? containing(operand) : null
  const price = typeof operand === 'string' ? stepsACharacter(operand) : 0
  return (value, meter) => {
    if (Array.isArray(value)) return meter.spend(value.length) && value.includes(operand) === expected
    if (typeof value !== 'string' || isPartOf === null) return false
    return meter.spend(value.length * price) && isPartOf(value) === expected
  }
}

function matchingText(isMatch: (text: string, part: string) => boolean): Operator {
  return {
    takes: TEXTS,
    compile(operand) {
      if (typeof operand === 'string')
        return (value, meter) => typeof value === 'string' && payForText(operand, meter) && isMatch(value, operand)
      if (!isListOfStrings(operand)) return null
      return (value, meter) =>
        typeof value === 'string' && operand.some((part) => payForText(part, meter) && isMatch(value, part))
    },
  }
}

/** Comparing is 32 times as fast as searching, and reads at most the length of the operand. */
function payForText(operand: string, meter: Meter): boolean {
  return meter.spend(1 + (operand.length >> 5))
}

function isListOfStrings(operand: unknown): operand is readonly string[] {
  return Array.isArray(operand) && operand.length > 0 && operand.every((part) => typeof part === 'string')
}
