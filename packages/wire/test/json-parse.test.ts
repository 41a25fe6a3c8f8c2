/** The quick way to a parsed body takes and refuses exactly what the scanner does. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBounded } from '../src/json/parse.ts'
import { scan } from '../src/json/scan.ts'

/** A member name after which V8 reads other escaped names wrong (https://github.com/nodejs/node/issues/63785). */
const poison = '"\\\\"'

function expectAgreement(text: string): void {
  const found = scan(text)
  expect(parseBounded(text), text).toEqual(found.ok ? { ok: true, value: JSON.parse(text) as unknown } : found)
}

test('what is JSON gives its value', () => {
  const keys = fc.constantFrom('a', 'b', '__proto__', '"', ':', '{', 'é', '0')
  const values = fc.letrec((tie) => ({
    value: fc.oneof(fc.jsonValue(), fc.dictionary(keys, tie('value')), fc.array(tie('value'))),
  })).value
  fc.assert(
    fc.property(values, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      fc.pre(!text.includes(poison))
      expectAgreement(text)
      expect(parseBounded(text)).toMatchObject({ ok: true })
    }),
  )
})

test('whatever else is put together is refused for the same reason', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a":',
    '"\\u0061":',
    '"a"',
    '"b":{',
    '"\\""',
    '"',
    '\\',
    '1',
    '01',
    ' ',
    '\u0000',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
      expectAgreement(list.join(''))
      expectAgreement(`{${list.join('')}}`)
    }),
    { numRuns: 3000 },
  )
})

test('a member that stands twice is seen in the outermost object only, however it is spelled', () => {
  for (const text of ['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"__proto__":1,"__proto__":1}', '{"1":0,"1":0}']) {
    expect(parseBounded(text), text).toMatchObject({ ok: false, reason: expect.stringContaining('twice') })
    expect(parseBounded(`[${text}]`), text).toMatchObject({ ok: true })
  }
})

test('it is seen even when the parser takes one escaped name for another', () => {
  JSON.parse(`{"h":[],${poison}:0}`)
  expect(parseBounded('{"a":1,"\\u0061":2}')).toMatchObject({ ok: false, reason: 'the member "a" occurs twice' })
})

test('the limits are the scanner’s, to the last level and member', () => {
  for (const text of [
    '['.repeat(64) + ']'.repeat(64),
    '['.repeat(65) + ']'.repeat(65),
    `[${'1,'.repeat(9_998)}1]`,
    `[${'1,'.repeat(9_999)}1]`,
    `[${'[],'.repeat(9_998)}[]]`,
    `[${'[],'.repeat(9_999)}[]]`,
    '[['.repeat(200_000),
  ])
    expectAgreement(text)
})
