/**
 * The compiled filter against an evaluator that is as different as it can be: it interprets the rules of docs/filters.md
 * word for word, recursively, without preparing anything.
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileFilter } from './compile-filter.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const MISSING = Symbol('missing')
const COMPARISONS = '$eq $neq $gt $gte $lt $lte $in $nin $contains $startsWith $endsWith $exist'.split(' ')

function naive(filter: Json, value: Json | typeof MISSING): boolean {
  if (!isObject(filter)) {
    if (value === MISSING) return false
    if (Array.isArray(filter)) return Array.isArray(value) && filter.every((f) => value.some((v) => naive(f, v)))
    return Array.isArray(value) ? value.some((v) => naive(filter, v)) : value === filter
  }
  const keys = Object.keys(filter)
  const comparisons = keys.filter((key) => COMPARISONS.includes(key))
  if (!comparisons.every((key) => naiveComparison(key, filter[key]!, value))) return false
  const rest = Object.fromEntries(Object.entries(filter).filter(([key]) => !COMPARISONS.includes(key)))
  const others = Object.keys(rest)
  if (others.length === 0 && comparisons.length > 0) return true
  const onlyNot = others.length === 1 && others[0] === '$not'
  if (Array.isArray(value) && !onlyNot) return value.some((v) => naive(rest, v))
  if (others.length === 0) return isObject(value)
  return others.every((key) => {
    const operand = rest[key]!
    if (key === '$not') return value !== MISSING && !naive(operand, value)
    if (key === '$and') return (operand as Json[]).every((f) => naive(f, value))
    if (key === '$or') return (operand as Json[]).some((f) => naive(f, value))
    return isObject(value) && naive(operand, Object.hasOwn(value, key) ? value[key]! : MISSING)
  })
}

function naiveComparison(key: string, operand: Json, value: Json | typeof MISSING): boolean {
  if (value === MISSING) return key === '$exist' && operand === false
  const ends = (cut: (text: string, part: string) => string): boolean =>
    typeof value === 'string' && [operand].flat().some((part) => cut(value, part as string) === part)
  const sameType = typeof value === typeof operand && ['string', 'number'].includes(typeof value)
  switch (key) {
    case '$exist':
      return operand === true
    case '$eq':
      return isDeepStrictEqual(value, operand)
    case '$neq':
      return !isDeepStrictEqual(value, operand)
    case '$gt':
      return sameType && value! > operand!
    case '$gte':
      return sameType && value! >= operand!
    case '$lt':
      return sameType && value! < operand!
    case '$lte':
      return sameType && value! <= operand!
    case '$startsWith':
      return ends((text, part) => text.slice(0, part.length))
    case '$endsWith':
      return ends((text, part) => (part === '' ? '' : text.slice(-part.length)))
    default: {
      const wanted = key !== '$nin'
      if (Array.isArray(operand)) return !isContainer(value) && operand.some((o) => o === value) === wanted
      if (Array.isArray(value)) return value.some((v) => v === operand) === wanted
      return typeof value === 'string' && typeof operand === 'string' && value.indexOf(operand) >= 0 === wanted
    }
  }
}

const isContainer = (value: Json | typeof MISSING): boolean => typeof value === 'object' && value !== null
const isObject = (value: Json | typeof MISSING): value is { [key: string]: Json } =>
  isContainer(value) && !Array.isArray(value)

/** Few words, so that things meet by chance. */
const scalar = fc.constantFrom<Json>(null, true, false, 0, 1, 2, -1.5, '', 'a', 'ab', 'abc', 'b', '1')
const field = fc.constantFrom('a', 'b', 'c', 'toString')
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: scalar, weight: 3 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 2 },
    { arbitrary: fc.dictionary(field, tie('value'), { maxKeys: 3 }), weight: 4 },
  ),
}))
const subject = fc.dictionary(field, value, { minKeys: 1, maxKeys: 4 })

type Pick = (choices: number) => number

/** A filter that was read off a value, with some of it bent: about half of them match. */
function filterFor(source: Json, pick: Pick, depth = 0): Json {
  if (pick(12) === 0) return bent(pick)
  const deeper = (next: Json): Json => filterFor(next, pick, depth + 1)
  if (depth < 4) {
    switch (pick(9)) {
      case 0:
        return { $or: [bent(pick), deeper(source)] }
      case 1:
        return { $and: [deeper(source), deeper(source)] }
      case 2:
        return { $not: pick(4) === 0 ? deeper(source) : bent(pick) }
    }
  }
  if (Array.isArray(source)) {
    const element = source[pick(Math.max(1, source.length))]
    if (element === undefined || pick(5) === 0) return pick(2) === 0 ? { $eq: source } : []
    return pick(2) === 0
      ? [deeper(element)]
      : isContainer(element) || pick(2) === 0
        ? deeper(element)
        : { $in: element }
  }
  if (isObject(source)) {
    const all = Object.keys(source)
    const kept = all.filter(() => pick(3) !== 0)
    const filter: Record<string, Json> = Object.fromEntries(kept.map((key) => [key, deeper(source[key]!)]))
    if (pick(8) === 0) filter['d'] = { $exist: pick(5) === 0 }
    if (pick(8) === 0) filter['$exist'] = true
    if (pick(10) === 0) filter['$not'] = bent(pick)
    if (pick(12) === 0) filter['$or'] = [deeper(source), bent(pick)]
    return filter
  }
  return comparisonFor(source, pick)
}

function comparisonFor(source: Json, pick: Pick): Json {
  const word = ['', 'a', 'ab', 'c', 'abc'][pick(5)]!
  const number = [-2, 0, 1, 2][pick(4)]!
  const bound = typeof source === 'string' ? word : number
  const scalarOperand = isContainer(source) ? 1 : source
  switch (pick(14)) {
    case 0:
      return { $eq: source }
    case 1:
      return { $neq: pick(3) === 0 ? source : word }
    case 2:
      return { $gte: bound }
    case 3:
      return { $lte: bound, $exist: true }
    case 4:
      return { [pick(2) === 0 ? '$gt' : '$lt']: bound }
    case 5:
      return { $in: [word, scalarOperand, null] }
    case 6:
      return { [pick(2) === 0 ? '$nin' : '$in']: pick(2) === 0 ? word : [word, number] }
    case 7:
      return { $contains: pick(2) === 0 ? scalarOperand : word }
    case 8:
      return { $startsWith: pick(2) === 0 ? word : [word, typeof source === 'string' ? source : 'x'] }
    case 9:
      return { $endsWith: pick(2) === 0 ? word : ['zz', typeof source === 'string' ? source : 'x'] }
    case 10:
      return { $exist: pick(6) !== 0 }
    default:
      return source
  }
}

function bent(pick: Pick): Json {
  return [0, 'b', null, {}, [], [1], { a: 1 }, { a: { $exist: false } }, { $gt: 1 }, { $exist: true }, { $not: 'a' }][
    pick(11)
  ]!
}

const pair = fc.tuple(subject, fc.infiniteStream(fc.nat(2 ** 31))).map(([from, numbers]) => {
  const pick: Pick = (choices) => numbers.next().value! % choices
  const filter = filterFor(from, pick)
  return [isObject(filter) ? filter : { $or: [filter] }, from] as const
})

test('the compiled filter and a naive one agree on 20,000 pairs, of which about half match', () => {
  let matching = 0
  const runs = 20_000
  fc.assert(
    fc.property(pair, ([filter, from]) => {
      const expected = Object.keys(filter).length === 0 || naive(filter, from)
      if (expected) matching += 1
      expect(compileFilter(filter).matches(from), JSON.stringify({ filter, from })).toBe(expected)
    }),
    { numRuns: runs },
  )
  expect(matching).toBeGreaterThan(0.3 * runs)
  expect(matching).toBeLessThan(0.7 * runs)
})

test('and on any filter for any other value', () => {
  fc.assert(
    fc.property(pair, value, ([filter], other) => {
      const expected = Object.keys(filter).length === 0 || naive(filter, other)
      expect(compileFilter(filter).matches(other), JSON.stringify({ filter, other })).toBe(expected)
    }),
    { numRuns: 5_000 },
  )
})
