import { parseId } from '@posthorn/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newIds, systemRandom } from './ids.ts'

const now = Date.parse('2026-11-20T12:00:00Z')

describe('ids', () => {
  test('are their prefix and 16 base62 characters', () => {
    const newId = newIds(systemRandom)
    for (const prefix of ['app', 'ep', 'msg', 'atmpt'] as const)
      expect(newId(prefix, now)).toMatch(new RegExp(`^${prefix}_[0-9A-Za-z]{16}$`))
  })

  test('carry the time at which they were made', () => {
    expect(parseId(newIds(systemRandom)('msg', now))?.timeMs).toBe(now)
  })

  test('rise, within a millisecond and when the clock is set back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 200 }), (times) => {
        const newId = newIds(systemRandom)
        const ids = times.map((time) => newId('msg', now + time))
        for (const [index, id] of ids.slice(1).entries()) expect(id > (ids[index] ?? '')).toBe(true)
      }),
    )
  })

  test('of a clock that was set back go on in the last millisecond, not an hour ahead', () => {
    const newId = newIds(systemRandom)
    newId('msg', now)
    for (let count = 0; count < 1000; count += 1) expect(parseId(newId('msg', now - 3_600_000))?.timeMs).toBe(now)
  })

  test('are unique, 100,000 in one millisecond and from two generators', () => {
    const generators = [newIds(systemRandom), newIds(systemRandom)]
    const ids = new Set<string>()
    for (let count = 0; count < 50_000; count += 1) for (const newId of generators) ids.add(newId('msg', now))
    expect(ids.size).toBe(100_000)
  })

  test('that run out within a millisecond move to the next and still rise', () => {
    // Steps as large as these do not occur; real ones need 2^26 ids to use a millisecond up.
    const newId = newIds({ next: () => 2 ** 25, bytes: (count) => systemRandom.bytes(count) })
    const ids = Array.from({ length: 20 }, () => newId('msg', now))
    expect(ids).toEqual(ids.toSorted())
    const times = new Set(ids.map((id) => parseId(id)?.timeMs))
    expect(times).toContain(now + 1)
    expect(times.size).toBeLessThan(20)
  })

  test('cannot be guessed from their neighbour: a step has a million possible sizes', () => {
    const newId = newIds(systemRandom)
    const steps = new Set<bigint>()
    let last = valueOf(newId('msg', now))
    for (let count = 0; count < 1000; count += 1) {
      const next = valueOf(newId('msg', now))
      steps.add(next - last)
      last = next
    }
    expect(steps.size).toBeGreaterThan(990)
  })
})

/** The number behind the 16 characters. */
function valueOf(id: string): bigint {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  let value = 0n
  for (const char of id.slice(id.indexOf('_') + 1)) value = value * 62n + BigInt(alphabet.indexOf(char))
  return value
}

describe('the system’s randomness', () => {
  test('draws as many bytes as asked, more than its pool too', () => {
    for (const count of [0, 1, 6, 4095, 4096, 4097, 10_000]) expect(systemRandom.bytes(count).length).toBe(count)
  })

  test('never gives the same bytes twice, also where the pool is refilled', () => {
    const drawn = new Set<string>()
    for (let count = 0; count < 2000; count += 1) drawn.add(Buffer.from(systemRandom.bytes(12)).toString('hex'))
    expect(drawn.size).toBe(2000)
  })

  test('does not change bytes that were given away', () => {
    const bytes = systemRandom.bytes(16)
    const copy = Buffer.from(bytes)
    for (let count = 0; count < 1000; count += 1) systemRandom.bytes(16)
    expect(Buffer.from(bytes)).toEqual(copy)
  })
})
