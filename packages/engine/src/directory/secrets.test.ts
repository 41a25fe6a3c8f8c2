import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemRandom } from '../ids.ts'
import { parseSecretKey, secretBox, type SecretBox } from './secrets.ts'

const key = Uint8Array.from({ length: 32 }, (_, index) => index)

function boxOf(secretKey: Uint8Array = key): SecretBox {
  return secretBox(secretKey, (count) => systemRandom.bytes(count))
}

const place = fc.string({ unit: 'binary', maxLength: 40 })
const refusal = expect.objectContaining({ name: 'EngineError', code: 'database_refused' })

describe('what is sealed', () => {
  test('opens as it was, whatever text it is', () => {
    const box = boxOf()
    fc.assert(
      fc.property(place, fc.string({ unit: 'binary' }), (where, text) => {
        expect(box.open(where, box.seal(where, text))).toBe(text)
      }),
    )
  })

  test('opens in a later process that has the same key', () => {
    expect(boxOf(key.slice()).open('a', boxOf().seal('a', 'whsec_1'))).toBe('whsec_1')
  })

  test('never looks the same twice, and shows nothing of the text', () => {
    const box = boxOf()
    const sealed = [box.seal('a', 'a long secret text'), box.seal('a', 'a long secret text')]
    expect(sealed[0]).not.toBe(sealed[1])
    for (const text of sealed) {
      expect(text).not.toContain('secret')
      expect(Buffer.from(text.slice(3), 'base64').includes('secret')).toBe(false)
    }
  })

  test('does not open with another key', () => {
    const sealed = boxOf().seal('a', 'whsec_1')
    expect(() => boxOf(key.map((byte) => byte ^ 1)).open('a', sealed)).toThrow(refusal)
  })

  test('K2: does not open in another place: a row’s ciphertext is worth nothing in another row', () => {
    const box = boxOf()
    const sealed = box.seal('endpoint|ep_1|secret', 'whsec_1')
    for (const other of ['endpoint|ep_2|secret', 'endpoint|ep_1|headers', ''])
      expect(() => box.open(other, sealed)).toThrow(refusal)
  })

  test('does not open when any bit of it was flipped', () => {
    const box = boxOf()
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.nat(), (text, at) => {
        const sealed = box.seal('a', text)
        const bytes = Buffer.from(sealed.slice(3), 'base64')
        const bit = at % (bytes.length * 8)
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(() => box.open('a', `k1.${bytes.toString('base64')}`)).toThrow(refusal)
      }),
    )
  })

  test('does not open when it was cut short, extended, or was never sealed', () => {
    const box = boxOf()
    const sealed = box.seal('a', 'whsec_1')
    const bytes = Buffer.from(sealed.slice(3), 'base64')
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => box.open('a', `k1.${bytes.subarray(0, length).toString('base64')}`)).toThrow(refusal)
    const extended = Buffer.concat([bytes, Buffer.from([0])]).toString('base64')
    for (const text of [`k1.${extended}`, sealed.replace('k1', 'k2'), sealed.slice(3), '', 'k1.', 'whsec_1'])
      expect(() => box.open('a', text)).toThrow(refusal)
  })

  test('K1: the refusal says what to do, and neither the secret nor the key', () => {
    const sealed = boxOf().seal('a', 'canary')
    let message = ''
    try {
      boxOf(key.map((byte) => byte ^ 1)).open('a', sealed)
    } catch (error) {
      message = String(error)
    }
    expect(message).toMatch(/POSTHORN_SECRET_KEY/)
    expect(message).not.toContain('canary')
    expect(message).not.toContain(Buffer.from(key).toString('base64'))
  })
})

describe('the secret key as it is configured', () => {
  test('is 32 bytes in base64, with or without a line break after it', () => {
    const bytes = randomBytes(32)
    expect(Buffer.from(parseSecretKey(bytes.toString('base64')))).toEqual(bytes)
    expect(Buffer.from(parseSecretKey(`${bytes.toString('base64')}\n`))).toEqual(bytes)
  })

  test.each<[title: string, text: string]>([
    ['nothing', ''],
    ['31 bytes', randomBytes(31).toString('base64')],
    ['33 bytes', randomBytes(33).toString('base64')],
    ['hex', randomBytes(32).toString('hex')],
    ['base64url', Buffer.alloc(32, 0xfb).toString('base64url')],
    ['base64 without its padding', randomBytes(32).toString('base64').replace('=', '')],
    ['a line break within', randomBytes(32).toString('base64').replace(/^..../, '$&\n')],
    ['a sentence', 'correct horse battery staple'],
  ])('%s is refused with how to make one', (_title, text) => {
    expect(() => parseSecretKey(text)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        field: 'secretKey',
        message: expect.stringContaining('randomBytes(32)'),
      }),
    )
  })
})
