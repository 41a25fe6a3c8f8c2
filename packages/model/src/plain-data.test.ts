import { expect, test } from 'vitest'
import { dataProblem } from './plain-data.ts'

const cycle: Record<string, unknown> = { a: [] }
cycle['a'] = [{ up: cycle }]

const refused: Readonly<Record<string, readonly [value: unknown, field: string, says: RegExp]>> = {
  'a BigInt': [{ n: 10n }, 'payload.n', /BigInt.*text/],
  'a BigInt in a list': [{ rows: [1, 2n] }, 'payload.rows.1', /BigInt/],
  'a boxed BigInt': [{ n: Object(1n) }, 'payload.n', /BigInt/],
  'a function': [{ call() {} }, 'payload.call', /function/],
  'a class': [{ of: class {} }, 'payload.of', /function/],
  'a symbol': [{ s: Symbol('s') }, 'payload.s', /symbol/],
  'undefined in a list': [[1, undefined], 'payload.1', /undefined/],
  'a hole in a list': [Object.assign([], { length: 1 }), 'payload.0', /undefined/],
  'a cycle': [cycle, 'payload.a.0.up', /contains itself/],
  NaN: [{ a: { b: Number.NaN } }, 'payload.a.b', /NaN/],
  Infinity: [{ a: -Infinity }, 'payload.a', /-Infinity/],
  'a boxed NaN': [{ a: Object(Number.NaN) }, 'payload.a', /NaN/],
  'a Date of no time': [{ at: new Date(Number.NaN) }, 'payload.at', /Date without a valid time/],
  'a Map': [{ map: new Map([[1, 2]]) }, 'payload.map', /Map.*fromEntries/],
  'a Set': [{ set: new Set([1]) }, 'payload.set', /Set.*\[\.\.\.set\]/],
  'a promise': [{ later: Promise.resolve(1) }, 'payload.later', /await/],
  'a regular expression': [{ r: /a/ }, 'payload.r', /RegExp/],
  'an error': [{ e: new Error('no') }, 'payload.e', /its message/],
  bytes: [{ b: new Uint8Array(2) }, 'payload.b', /Uint8Array/],
  'an ArrayBuffer': [{ b: new ArrayBuffer(2) }, 'payload.b', /ArrayBuffer/],
  headers: [{ h: new Headers({ a: 'b' }) }, 'payload.h', /Headers/],
  'search parameters': [{ q: new URLSearchParams('a=b') }, 'payload.q', /URLSearchParams/],
  'half of a surrogate pair': [{ t: ['ok', 'a\ud83d'] }, 'payload.t.1', /surrogate pair/],
  'the other half': [{ t: '\ude00a' }, 'payload.t', /surrogate pair/],
  'half of a pair in a name': [{ '\ud83d': 1 }, 'payload', /name has half of a surrogate pair/],
  'a toJSON that throws': [{ o: { toJSON: () => JSON.parse('{') } }, 'payload.o', /toJSON\(\) that throws/],
  'a toJSON that gives a BigInt': [{ o: { toJSON: () => 1n } }, 'payload.o.toJSON()', /BigInt/],
  'a toJSON of an element that gives nothing': [[{ toJSON: () => undefined }], 'payload.0.toJSON()', /undefined/],
  'a getter that throws': [
    {
      get a() {
        throw new Error('no database')
      },
    },
    'payload.a',
    /cannot be read: no database/,
  ],
  'a getter that throws no error': [
    {
      get a() {
        throw null
      },
    },
    'payload.a',
    /cannot be read: null/,
  ],
  'a proxy whose names cannot be read': [
    { p: new Proxy({}, { ownKeys: () => JSON.parse('{') as string[] }) },
    'payload.p',
    /cannot be read/,
  ],
  'a revoked proxy': [{ p: revoked() }, 'payload.p', /cannot be read/],
  'far too many levels': [nested(5_000), 'payload', /nested deeper than 200 levels/],
  'the same object again and again': [doubled(40), 'payload', /more than 1,000,000 values/],
  'the same text again and again': [Array.from({ length: 200 }, () => 'a'.repeat(1_000_000)), 'payload', /characters/],
}

test.each(Object.entries(refused))('%s is found, with its place and what to do', (_, [value, field, says]) => {
  const problem = dataProblem(value, 'payload')
  expect(problem).toMatchObject({ field, message: expect.stringMatching(says) })
  expect(problem?.message).toMatch(/^`payload[^`]*` .*\.$/)
})

test.each<[string, unknown]>([
  ['undefined of a member, which JSON leaves out', { a: undefined }],
  ['a Date', { at: new Date(0) }],
  ['a Buffer', { b: Buffer.from('a') }],
  ['a URL', { u: new URL('https://example.com/') }],
  [
    'an object of a class',
    {
      o: new (class {
        readonly a = 1
      })(),
    },
  ],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
  ['the same object twice', twice({ a: 1 })],
  ['a pair of surrogates', { t: '😀' }],
  ['a boxed text', { t: Object('a') }],
  ['a toJSON of a member that gives nothing', { o: { toJSON: () => undefined } }],
  ['a toJSON that gives an object with a toJSON', { o: { toJSON: () => ({ toJSON: 1 }) } }],
  ['plain values', { a: [1, -0, 1e300, 'x', true, null, { b: {} }] }],
])('%s is taken', (_, value) => {
  expect(dataProblem(value, 'payload')).toBeNull()
  expect(JSON.stringify(value)).not.toContain('null,null')
})

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

function doubled(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = { a: value, b: value }
  return value
}

function twice(value: object): unknown {
  return { first: value, second: value }
}
