import { routes } from '@posthorn/api'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { inSentences } from '@posthorn/model'
import { Refusal, type FieldProblem } from './refusal.ts'
import { validate } from './validate.ts'

function problemsOf(schema: z.ZodObject, value: unknown, where: 'body' | 'query'): readonly FieldProblem[] {
  try {
    validate(schema, value, where)
    return []
  } catch (error) {
    if (!(error instanceof Refusal) || error.problems === null) throw error
    return error.problems
  }
}

/** The words of the validator, which say nothing to a reader who does not know it. */
const foreign = /too (small|big)|invalid (input|string|option|key|type|value|element)|: expected|received|>=|<=/i

const wrong: readonly unknown[] = [
  null,
  '',
  'x',
  -1,
  0.5,
  1e12,
  true,
  [],
  {},
  [''],
  [7],
  { '': 7 },
  { a: { b: 'c' } },
  Array<string>(2_000).fill('a'),
  'a'.repeat(20_000),
  { [`k${'a'.repeat(300)}`]: 'v' },
]

const given = routes.flatMap((route) => [
  ...('body' in route && route.body instanceof z.ZodObject ? [[route.operationId, 'body', route.body] as const] : []),
  ...('query' in route && route.query instanceof z.ZodObject
    ? [[route.operationId, 'query', route.query] as const]
    : []),
])

test('there are bodies and queries to try', () => {
  expect(given.length).toBeGreaterThan(30)
})

test.each(given)('%s refuses a wrong %s in sentences', (_, where, schema) => {
  for (const name of Object.keys(schema.shape)) {
    for (const value of wrong) {
      for (const { loc, msg } of problemsOf(schema, { [name]: value }, where)) {
        const told = `${loc.join('.')} ${JSON.stringify(value)?.slice(0, 60)}: ${msg}`
        expect(msg, told).not.toMatch(foreign)
        expect(msg, told).toMatch(/^[A-Z`"].*\.$/s)
      }
    }
  }
})

test.each<[string, z.ZodType, unknown, string]>([
  ['a number that is too small', z.int().min(1), 0, 'This must be at least 1.'],
  ['a number that is too large', z.int().max(250), 251, 'This must be at most 250.'],
  ['a number that must be above', z.number().gt(0), 0, 'This must be more than 0.'],
  ['a fraction', z.int(), 0.5, 'This must be a whole number, and it is 0.5.'],
  ['an empty text', z.string().min(1), '', 'This must not be empty.'],
  ['a short text', z.string().min(8), 'a', 'This must have at least 8 characters.'],
  ['a long text', z.string().max(1), 'ab', 'This must have at most 1 character.'],
  ['a text of another length', z.string().length(2), 'abc', 'This must have exactly 2 characters.'],
  ['an empty list', z.array(z.string()).min(1), [], 'This must not be empty.'],
  ['a long list', z.array(z.int()).max(1000), Array<number>(1001).fill(1), 'This must have at most 1,000 values.'],
  ['a text for a number', z.number(), '5', 'This must be a number, and it is a text.'],
  ['null for a text', z.string(), null, 'This must be a text, and it is null.'],
  ['a list for an object', z.strictObject({}), [], 'This must be an object, and it is a list.'],
  ['a word that is none of several', z.enum(['a', 'b', 'c']), 'd', 'This must be "a", "b" or "c".'],
  ['another word than the only one', z.literal('a'), 'd', 'This must be "a".'],
  ['a time of another form', z.iso.datetime(), 'x', 'This must be a time such as 2026-11-22T14:02:11Z.'],
  ['a text of another form', z.string().regex(/^ab$/), 'x', 'This must have the form /^ab$/.'],
  ['no multiple', z.number().multipleOf(5), 7, 'This must be a multiple of 5.'],
  ['neither of two types', z.union([z.string(), z.number()]), true, 'This must be a text or a number, and it is true.'],
  [
    'one of two types, out of bounds',
    z.union([z.string().min(2), z.number()]),
    'a',
    'This must have at least 2 characters.',
  ],
  [
    'a name of a map',
    z.record(z.string().max(1), z.int()),
    { ab: 1 },
    'A name in here is not allowed: this must have at most 1 character.',
  ],
  ['nothing', z.string(), undefined, 'This is missing.'],
])('%s', (_, schema, value, text) => {
  expect(schema.safeParse(value, inSentences).error?.issues[0]?.message).toBe(text)
})
