/** The scanner says the same of a text as the parser does, and shows where its pieces are. */
import { compact, scan } from '@posthorn/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const texts = fc
  .tuple(fc.jsonValue(), fc.constantFrom(0, 2, '\t'))
  .map(([value, indent]) => JSON.stringify(value, null, indent))
  // After this member name V8 reads other escaped names wrong (https://github.com/nodejs/node/issues/63785).
  .filter((text) => !text.includes('"\\\\"'))

test('every JSON text is taken, and its members are found where they stand', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const found = scan(` ${text}\n`)
      const value = JSON.parse(text) as unknown
      if (!found.ok) throw new Error(found.reason)
      expect(` ${text}\n`.slice(found.whole.start, found.whole.end)).toBe(text)
      if (found.kind === 'object') {
        const members = found.members.map(({ key, start, end }) => [key, JSON.parse(` ${text}\n`.slice(start, end))])
        expect(members).toEqual(Object.entries(value as object))
      } else if (found.kind === 'array') {
        expect(found.elements.map(({ start, end }) => JSON.parse(` ${text}\n`.slice(start, end)) as unknown)).toEqual(
          value,
        )
      }
    }),
  )
})

test('what the parser refuses, the scanner refuses, and the reverse', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '"\\n"',
    '"\\x"',
    '"',
    '\\',
    '1',
    '-',
    '0',
    '01',
    '1.',
    '1e',
    '1e5',
    '.5',
    'true',
    'nul',
    'null',
    ' ',
    '\n',
    '\u00a0',
    '\u0000',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 9 }), (list) => {
      const text = list.join('')
      let parses = true
      try {
        JSON.parse(text)
      } catch {
        parses = false
      }
      const found = scan(text)
      if (!found.ok && found.reason.includes('twice')) return
      expect(found.ok, text).toBe(parses)
    }),
    { numRuns: 3000 },
  )
})

describe('compact', () => {
  test('takes out what JSON.stringify would not write, and nothing else', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(compact(text)).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })
  test('keeps numbers, escapes, order and what stands in strings', () => {
    expect(compact(' { "b\\u00e9" : 1.0 ,\n"a" :\t[ 1e2 , " x\\" y " ] } ')).toBe(
      '{"b\\u00e9":1.0,"a":[1e2," x\\" y "]}',
    )
  })
})

test('duplicates count in the outermost object only, however they are escaped', () => {
  expect(scan('{"a":1,"\\u0061":2}')).toMatchObject({ ok: false, reason: 'the member "a" occurs twice' })
  expect(scan('{"x":{"a":1,"a":2}}')).toMatchObject({ ok: true })
})

test('depth and number of members are bounded', () => {
  expect(scan('['.repeat(64) + ']'.repeat(64)).ok).toBe(true)
  expect(scan('['.repeat(65) + ']'.repeat(65))).toMatchObject({
    ok: false,
    reason: expect.stringContaining('64 levels'),
  })
  expect(scan(`[${'1,'.repeat(10_001)}1]`)).toMatchObject({
    ok: false,
    reason: expect.stringContaining('10000 values'),
  })
})
