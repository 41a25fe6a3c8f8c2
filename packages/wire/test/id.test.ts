/** One number, in every form in which vendors show it. */
import { idFromBase62, idFromUuid, idToBase62, idToUuid, newId, parseId, random47 } from '@posthorn/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const times = fc.integer({ min: 0, max: Date.UTC(2099, 11, 31) })
const randoms = fc.integer({ min: 0, max: 2 ** 47 - 1 })

test('an id is a prefix and 16 base62 characters: the number, digit by digit', () => {
  expect(newId('msg_', Date.UTC(2026, 0, 1), 42)).toBe('msg_0K3OcC9O39pNCR5O')
  expect(newId('ep_', 0, 0)).toBe('ep_0000000000000000')
  expect(newId('ep_', 0, () => 61)).toBe('ep_000000000000000z')
  expect(newId('', 2 ** 48 - 1, 2 ** 47 - 1)).toHaveLength(16)
  fc.assert(
    fc.property(times, randoms, (timeMs, random) => {
      let number = 0n
      for (const character of newId('', timeMs, random)) {
        number =
          number * 62n + BigInt('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.indexOf(character))
      }
      expect(number).toBe(BigInt(timeMs) * 2n ** 47n + BigInt(random))
    }),
  )
})

test('the order of ids is the order of times', () => {
  fc.assert(
    fc.property(times, times, randoms, randoms, (a, b, x, y) => {
      fc.pre(a !== b)
      expect(newId('msg_', a, x) < newId('msg_', b, y)).toBe(a < b)
    }),
  )
})

test('the number is read back from every form', () => {
  fc.assert(
    fc.property(times, randoms, (timeMs, random) => {
      const id = newId('msg_', timeMs, random)
      expect(parseId(id)).toEqual({ timeMs, random })
      expect(idFromUuid(idToUuid(id))).toBe(id)
      expect(idFromUuid(idToUuid(id).toUpperCase())).toBe(id)
      expect(idFromBase62(idToBase62(id))).toBe(id)
    }),
  )
})

test('the UUID is one of version 7, with the time in front', () => {
  fc.assert(
    fc.property(times, randoms, (timeMs, random) => {
      const uuid = idToUuid(newId('msg_', timeMs, random))
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(Number.parseInt(uuid.slice(0, 13).replace('-', ''), 16)).toBe(timeMs)
    }),
  )
})

test('what is not ours is left as it is', () => {
  const foreign = ['evt_123', '', 'é', '4EPAoqR4N8jZktby', 'zzzzzzzzzzzzzzzz', 'msg_p5jXN8AQM9LWM0D4loKWxJek']
  for (const text of foreign) {
    expect(idToUuid(text)).toBe(text)
    expect(idToBase62(text)).toBe(text)
    expect(idFromUuid(text)).toBe(text)
    expect(idFromBase62(text)).toBe(text)
  }
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      expect(idFromUuid(uuid)).toBe(uuid)
    }),
  )
})

test('numbers that do not fit are refused', () => {
  for (const [time, random] of [
    [-1, 0],
    [2 ** 48, 0],
    [1.5, 0],
    [Number.NaN, 0],
    [0, 2 ** 47],
    [0, -1],
    [0, 0.5],
  ]) {
    expect(() => newId('msg_', time!, random!)).toThrow(RangeError)
  }
})

test('47 random bits come from six bytes', () => {
  expect(random47(new Uint8Array(6).fill(255))).toBe(2 ** 47 - 1)
  expect(random47(Uint8Array.of(0x80, 0, 0, 0, 1, 2))).toBe(258)
})
