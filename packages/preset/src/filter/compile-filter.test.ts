import { describe, expect, test } from 'vitest'
import { compileFilter, FilterError } from './compile-filter.ts'

const matches = (filter: Record<string, unknown>, value: unknown): boolean => compileFilter(filter).matches(value)

type Case = [filter: Record<string, unknown>, value: unknown, expected: boolean]

/** Each row is also asked the other way round: `$not` around a whole filter is always its opposite. */
function table(name: string, cases: readonly Case[]): void {
  describe(name, () => {
    test.each(cases)('%j on %j: %j', (filter, value, expected) => {
      expect(matches(filter, value)).toBe(expected)
      expect(matches({ $not: filter }, value)).toBe(!expected)
      expect(matches({ $and: [filter] }, value)).toBe(expected)
      expect(matches({ $or: [filter] }, value)).toBe(expected)
    })
  })
}

const visit = {
  site: { id: 4567, name: 'Berlin' },
  visitor: { name: 'Zoë Quinn', is_returning: true, host: null, age: 34 },
  badges: ['contractor', 'escorted'],
  devices: [
    { name: 'tablet', slots: 2, tags: ['new'] },
    { name: 'printer', slots: 0, tags: [] },
  ],
}

table('plain values', [
  [{ site: { id: 4567 } }, visit, true],
  [{ site: { id: 4568 } }, visit, false],
  [{ site: { id: 4567, name: 'Berlin' }, visitor: { is_returning: true } }, visit, true],
  [{ site: { id: 4567, name: 'Paris' } }, visit, false],
  [{ visitor: { host: null } }, visit, true],
  [{ visitor: { is_returning: null } }, visit, false],
  [{ visitor: { nickname: null } }, visit, false],
  [{ visitor: { is_returning: false } }, visit, false],
  [{ site: 4567 }, visit, false],
  [{ site: { id: { more: 1 } } }, visit, false],
  [{ absent: { id: 1 } }, visit, false],
  [{ 'site.id': 4567 }, visit, false],
  [{ 'a.b': 1 }, { 'a.b': 1 }, true],
])

table('types are never converted', [
  [{ n: 1 }, { n: '1' }, false],
  [{ n: '1' }, { n: 1 }, false],
  [{ n: 1 }, { n: true }, false],
  [{ n: 0 }, { n: false }, false],
  [{ n: '' }, { n: 0 }, false],
  [{ n: null }, { n: 0 }, false],
  [{ n: 0 }, { n: -0 }, true],
  [{ n: { $gt: 5 } }, { n: '10' }, false],
  [{ n: { $lt: '5' } }, { n: 1 }, false],
  [{ n: { $eq: '1' } }, { n: 1 }, false],
  [{ n: { $in: ['1'] } }, { n: 1 }, false],
])

table('arrays', [
  [{ badges: 'escorted' }, visit, true],
  [{ badges: 'vip' }, visit, false],
  [{ badges: ['escorted', 'contractor'] }, visit, true],
  [{ badges: ['escorted', 'vip'] }, visit, false],
  [{ badges: [] }, visit, true],
  [{ site: [] }, visit, false],
  [{ badges: ['escorted'] }, { badges: 'escorted' }, false],
  [{ badges: [{ $startsWith: 'esc' }] }, visit, true],
  [{ badges: [{ $startsWith: 'vip' }] }, visit, false],
  [{ devices: { name: 'tablet' } }, visit, true],
  [{ devices: { name: 'tablet', slots: 2 } }, visit, true],
  [{ devices: { name: 'tablet', slots: 0 } }, visit, false],
  [{ devices: [{ name: 'tablet' }, { slots: 0 }] }, visit, true],
  [{ devices: { tags: 'new' } }, visit, true],
  [{ devices: { slots: { $lte: 1 } } }, visit, true],
  [{ devices: { slots: { $gt: 2 } } }, visit, false],
  [{ rows: 3 }, { rows: [[1], [[2, 3]]] }, true],
  [{ rows: { id: 2 } }, { rows: [[{ id: 1 }], [[{ id: 2 }]]] }, true],
  [{ rows: [[1, 2], 3] }, { rows: [3, [2, 1]] }, true],
  [{ rows: [[1, 2]] }, { rows: [1, 2] }, false],
])

table('$eq and $neq', [
  [{ site: { id: { $eq: 4567 } } }, visit, true],
  [{ site: { $eq: { name: 'Berlin', id: 4567 } } }, visit, true],
  [{ site: { $eq: { id: 4567 } } }, visit, false],
  [{ badges: { $eq: ['contractor', 'escorted'] } }, visit, true],
  [{ badges: { $eq: ['escorted', 'contractor'] } }, visit, false],
  [{ badges: { $eq: 'escorted' } }, visit, false],
  [{ badges: { $neq: 'escorted' } }, visit, true],
  [{ visitor: { host: { $eq: null } } }, visit, true],
  [{ visitor: { host: { $neq: null } } }, visit, false],
  [{ visitor: { name: { $neq: null } } }, visit, true],
  [{ visitor: { nickname: { $neq: 'Zo' } } }, visit, false],
  [{ a: { $eq: { $gt: 1 } } }, { a: { $gt: 1 } }, true],
  [{ a: { $eq: {} } }, { a: {} }, true],
  [{ a: { $eq: {} } }, { a: [] }, false],
  [{ a: { $eq: [] } }, { a: {} }, false],
  [{ a: { $eq: [[1, { b: null }]] } }, { a: [[1, { b: null }]] }, true],
])

table('$gt, $gte, $lt, $lte', [
  [{ visitor: { age: { $gt: 33 } } }, visit, true],
  [{ visitor: { age: { $gt: 34 } } }, visit, false],
  [{ visitor: { age: { $gte: 34, $lt: 35 } } }, visit, true],
  [{ visitor: { age: { $gte: 35, $lt: 40 } } }, visit, false],
  [{ visitor: { age: { $lte: 34 } } }, visit, true],
  [{ at: { $gte: '2026-01-01', $lt: '2026-02-01' } }, { at: '2026-01-31T23:59:59Z' }, true],
  [{ at: { $gte: '2026-01-01', $lt: '2026-02-01' } }, { at: '2026-02-01T00:00:00Z' }, false],
  [{ visitor: { host: { $lt: 1 } } }, visit, false],
  [{ badges: { $gt: 'a' } }, visit, false],
  [{ site: { $gt: 1 } }, visit, false],
])

table('$in, $nin and $contains', [
  [{ site: { id: { $in: [1, 4567] } } }, visit, true],
  [{ site: { id: { $nin: [1, 4567] } } }, visit, false],
  [{ site: { id: { $nin: [1, 2] } } }, visit, true],
  [{ site: { name: { $in: ['Ber', 'lin'] } } }, visit, false],
  [{ site: { name: { $in: 'erli' } } }, visit, true],
  [{ site: { name: { $nin: 'erli' } } }, visit, false],
  [{ site: { name: { $nin: 'Paris' } } }, visit, true],
  [{ badges: { $in: 'escorted' } }, visit, true],
  [{ badges: { $nin: 'escorted' } }, visit, false],
  [{ badges: { $nin: 'vip' } }, visit, true],
  [{ badges: { $in: ['escorted', 'vip'] } }, visit, false],
  [{ badges: { $nin: ['vip'] } }, visit, false],
  [{ site: { $nin: ['x'] } }, visit, false],
  [{ site: { id: { $nin: '5' } } }, visit, false],
  [{ visitor: { host: { $in: [null, 'x'] } } }, visit, true],
  [{ ids: { $in: 7 } }, { ids: [1, 7] }, true],
  [{ ids: { $in: 7 } }, { ids: 7 }, false],
  [{ site: { name: { $contains: 'lin' } } }, visit, true],
  [{ badges: { $contains: 'escorted' } }, visit, true],
  [{ badges: { $contains: 'esc' } }, visit, false],
  [{ ids: { $contains: null } }, { ids: [null] }, true],
  [{ site: { id: { $contains: 4567 } } }, visit, false],
])

table('$startsWith and $endsWith', [
  [{ site: { name: { $startsWith: 'Ber' } } }, visit, true],
  [{ site: { name: { $startsWith: 'ber' } } }, visit, false],
  [{ site: { name: { $startsWith: ['Par', 'Ber'] } } }, visit, true],
  [{ site: { name: { $startsWith: ['Par', 'Lon'] } } }, visit, false],
  [{ site: { name: { $endsWith: 'lin' } } }, visit, true],
  [{ site: { name: { $endsWith: ['ris', 'lin'] } } }, visit, true],
  [{ site: { name: { $endsWith: 'Ber' } } }, visit, false],
  [{ site: { id: { $startsWith: '4' } } }, visit, false],
  [{ badges: { $startsWith: 'esc' } }, visit, false],
])

table('$exist', [
  [{ site: { $exist: true } }, visit, true],
  [{ site: { $exist: false } }, visit, false],
  [{ visitor: { host: { $exist: true } } }, visit, true],
  [{ visitor: { nickname: { $exist: true } } }, visit, false],
  [{ visitor: { nickname: { $exist: false } } }, visit, true],
  [{ nowhere: { nickname: { $exist: false } } }, visit, false],
  [{ visitor: { nickname: { $exist: false, $neq: 'x' } } }, visit, false],
  [{ devices: { size: { $exist: false } } }, visit, true],
])

table('$or, $and and $not', [
  [{ $or: [{ site: { id: 1 } }, { visitor: { age: 34 } }] }, visit, true],
  [{ $or: [{ site: { id: 1 } }, { visitor: { age: 35 } }] }, visit, false],
  [{ site: { id: { $or: [1, 4567] } } }, visit, true],
  [{ site: { $or: [{ id: 1 }, { name: { $in: 'lin' } }] } }, visit, true],
  [{ visitor: { age: { $exist: true, $or: [{ $lt: 18 }, { $gt: 30 }] } } }, visit, true],
  [{ visitor: { age: { $exist: true, $or: [18, 19] } } }, visit, false],
  [{ site: { id: 4567, $or: [{ name: 'Berlin' }, { name: 'Paris' }] } }, visit, true],
  [{ site: { id: 1, $or: [{ name: 'Berlin' }, { name: 'Paris' }] } }, visit, false],
  [
    { $and: [{ site: { id: 4567 } }, { visitor: { age: { $gt: 18 } } }], $not: { site: { name: 'Paris' } } },
    visit,
    true,
  ],
  [{ $and: [{ site: { id: 4567 } }], $not: { site: { name: 'Berlin' } } }, visit, false],
  [{ visitor: { age: { $and: [{ $gt: 18 }, { $lt: 40 }] } } }, visit, true],
  [{ site: { name: { $not: 'Berlin' } } }, visit, false],
  [{ site: { name: { $not: { $in: ['Paris', 'London'] } } } }, visit, true],
  [{ visitor: { nickname: { $not: 'Zo' } } }, visit, false],
  [{ $not: { visitor: { nickname: 'Zo' } } }, visit, true],
  [{ visitor: { nickname: { $or: [{ $exist: false }, 'Zo'] } } }, visit, true],
  [{ visitor: { age: { $or: [{ $exist: false }, { $gt: 40 }] } } }, visit, false],
  [{ visitor: { nickname: { $and: [{ $exist: false }] } } }, visit, true],
  [{ visitor: { nickname: { $not: { $exist: true } } } }, visit, false],
  [{ badges: { $not: 'vip' } }, visit, true],
  [{ badges: { $not: 'escorted' } }, visit, false],
  [{ badges: { $or: ['vip', 'escorted'] } }, visit, true],
  [{ badges: { $or: [{ $startsWith: 'esc' }] } }, visit, true],
  [{ badges: { $and: [{ $startsWith: 'con' }, { $endsWith: 'tor' }] } }, visit, true],
  [{ badges: { $and: [{ $startsWith: 'con' }, { $endsWith: 'ted' }] } }, visit, false],
  [{ devices: { name: 'tablet', $not: { slots: 0 } } }, visit, true],
  [{ devices: { name: 'tablet', $or: [{ slots: 0 }, { slots: 1 }] } }, visit, false],
  [{ devices: { $not: { name: 'tablet' } } }, visit, false],
  [{ devices: { $not: { name: 'scanner' } } }, visit, true],
])

table('values that are no objects', [
  [{ $or: ['ping', 3] }, 'ping', true],
  [{ $or: ['ping', 3] }, [2, 3], true],
  [{ $gte: 5 }, 10, true],
  [{ id: 1 }, [{ id: 1 }], true],
  [{ id: 1 }, null, false],
  [{ id: 1 }, 'id', false],
  [{ length: 2 }, 'id', false],
  [{ length: 0 }, [], false],
])

test('an operator asks about an array, and inside $or and $and about an element', () => {
  const prices = { prices: [2, 9] }
  expect(matches({ prices: { $gt: 5 } }, prices)).toBe(false)
  expect(matches({ prices: { $or: [{ $gt: 5 }, { $lt: 0 }] } }, prices)).toBe(true)
  expect(matches({ prices: { $contains: 9 } }, prices)).toBe(true)
  expect(matches({ prices: { $and: [{ $contains: 9 }] } }, prices)).toBe(false)
  expect(matches({ $and: [{ prices: { $contains: 9 } }, { prices: { $contains: 2 } }] }, prices)).toBe(true)
})

test('an empty filter matches everything, an empty one below a field any object there', () => {
  for (const value of [{}, { a: 1 }, [], [1], 'text', 0, null, true]) expect(matches({}, value)).toBe(true)
  for (const [a, expected] of [
    [{}, true],
    [{ b: 1 }, true],
    [[{}], true],
    [[], false],
    [1, false],
    [null, false],
  ])
    expect(matches({ a: {} }, { a })).toBe(expected)
})

test('long needles are found like short ones', () => {
  const needle = `${'ab'.repeat(40)}c`
  expect(matches({ a: { $contains: needle } }, { a: `xx${'ab'.repeat(7)}${needle}yy` })).toBe(true)
  expect(matches({ a: { $contains: needle } }, { a: 'ab'.repeat(500) })).toBe(false)
  expect(matches({ a: { $in: needle } }, { a: needle })).toBe(true)
  expect(matches({ a: { $nin: needle } }, { a: needle.slice(1) })).toBe(true)
})

describe('what is refused', () => {
  const problems = (filter: unknown, path?: string) => {
    try {
      compileFilter(filter, path)
    } catch (error) {
      if (error instanceof FilterError) return error.problems
      throw error
    }
    throw new Error('it was not refused')
  }
  const firstProblem = (filter: unknown): string => problems(filter).map(({ path, reason }) => `${path} ${reason}`)[0]!

  test.each<[filter: unknown, says: string]>([
    ['text', 'filter has to be an object such as { "status": "paid" }, and this is a string'],
    [[{ a: 1 }], 'filter has to be an object such as { "status": "paid" }, and this is a list'],
    [null, 'filter has to be an object such as { "status": "paid" }, and this is null'],
    [undefined, 'filter has to be an object such as { "status": "paid" }, and this is undefined'],
    [{ a: { $startWith: 'x' } }, 'filter.a.$startWith is not an operator: did you mean $startsWith?'],
    [{ a: { $exists: true } }, 'filter.a.$exists is not an operator: did you mean $exist?'],
    [{ a: { $regex: 'x' } }, 'filter.a.$regex is not an operator: the operators are $eq, $neq, '],
    [{ a: { $ne: 1 } }, 'filter.a.$ne is not an operator: did you mean $neq?'],
    [{ a: { $ref: 'b' } }, 'filter.a.$ref compares two fields'],
    [{ a: { $gt: { $ref: 'b' } } }, 'filter.a.$gt has to be a number, or a string, and this is an object'],
    [{ a: { $gt: [1] } }, 'filter.a.$gt has to be a number, or a string, and this is a list'],
    [{ a: { $gt: null } }, 'filter.a.$gt has to be a number, or a string, and this is null'],
    [{ a: { $exist: 'yes' } }, 'filter.a.$exist has to be true or false, and this is a string'],
    [{ a: { $in: { b: 1 } } }, 'filter.a.$in has to be a list of at least one'],
    [{ a: { $in: [{ b: 1 }] } }, 'filter.a.$in has to be a list of at least one'],
    [{ a: { $nin: [] } }, 'filter.a.$nin has to be a list of at least one'],
    [{ a: { $startsWith: [] } }, 'filter.a.$startsWith has to be a string, or a list of at least one string'],
    [{ a: { $endsWith: ['x', 1] } }, 'filter.a.$endsWith has to be a string, or a list of at least one string'],
    [{ a: { $contains: ['x'] } }, 'filter.a.$contains has to be a string, number, boolean or null'],
    [{ $or: { a: 1 } }, 'filter.$or has to be a list of at least one condition, and this is an object'],
    [{ a: { $and: [] } }, 'filter.a.$and has to be a list of at least one condition, and this is an empty list'],
    [{ $or: [{ a: 1 }, { b: { $gte: true } }] }, 'filter.$or[1].b.$gte has to be a number, or a string'],
    [{ 'a key': { $x: 1 } }, 'filter["a key"].$x is not an operator'],
    [{ a: undefined }, 'filter.a is undefined, which JSON does not have'],
    [{ a: () => 1 }, 'filter.a is a function, which JSON does not have'],
    [{ a: Symbol.iterator }, 'filter.a is a symbol, which JSON does not have'],
    [{ a: new Date(0) }, 'filter.a is not JSON'],
    [JSON.parse('{"a":{"$lt":1e400}}'), 'filter.a.$lt is beyond the range of JSON numbers'],
    [JSON.parse('{"__proto__":{"isAdmin":1}}'), 'filter.__proto__ cannot be filtered by: this name is reserved'],
    [{ a: { constructor: 1 } }, 'filter.a.constructor cannot be filtered by'],
    [{ a: { $eq: { b: { prototype: 1 } } } }, 'filter.a.$eq.b.prototype cannot be filtered by'],
  ])('%j: %s', (filter, says) => {
    expect(firstProblem(filter)).toContain(says)
  })

  test('all of it at once, under the name that the caller gives it, in one sentence', () => {
    const filter = { a: { $gt: true }, b: { $lke: 1 }, c: [{ $exist: 0 }], d: { $or: [] }, fine: 1 }
    expect(problems(filter, 'endpoint.filter').map(({ path }) => path)).toEqual([
      'endpoint.filter.a.$gt',
      'endpoint.filter.b.$lke',
      'endpoint.filter.c[0].$exist',
      'endpoint.filter.d.$or',
    ])
    expect(() => compileFilter(filter)).toThrow(/^the filter cannot be used: filter\.a\.\$gt has to be .*; and 1 more$/)
  })

  test('deeper than 32 levels', () => {
    const nested = (levels: number): Record<string, unknown> => (levels === 1 ? { a: 1 } : { a: nested(levels - 1) })
    expect(() => compileFilter(nested(31))).not.toThrow()
    expect(firstProblem(nested(32))).toContain('is nested deeper than 32 levels')
    let deep: Record<string, unknown> = {}
    for (let i = 0; i < 100_000; i++) deep = i % 2 ? { $not: deep } : { a: [deep] }
    expect(firstProblem(deep)).toContain('is nested deeper than 32 levels')
    expect(firstProblem({ a: { $eq: deep } })).toContain('is nested deeper than 32 levels')
  })

  test('more than a thousand values', () => {
    expect(() => compileFilter({ a: { $in: Array.from({ length: 997 }, (_, i) => i) } })).not.toThrow()
    const tooMany = problems({ a: { $in: Array.from({ length: 1_000_000 }, (_, i) => i) } })
    expect(tooMany).toHaveLength(1)
    expect(tooMany[0]!.reason).toContain('at most 1000 values')
    const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, { $wrong: 1 }]))
    expect(problems(keys).length).toBeLessThan(1_002)
    expect(problems({ $or: Array.from({ length: 100_000 }, () => 1) })).toHaveLength(1)
  })

  test('a key of a megabyte is not repeated', () => {
    expect(() => compileFilter({ ['x'.repeat(1e6)]: { $gt: null } })).toThrow(/^.{1,300}$/)
    expect(() => compileFilter({ [`$${'x'.repeat(1e6)}`]: 1 })).toThrow(/^.{1,400}$/)
  })
})
