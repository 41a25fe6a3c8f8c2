import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { healthStep } from './health.ts'
import type { EndpointHold } from '../model.ts'

const dayMs = 86_400_000
const holdAfterMs = 5 * dayMs
const now = 1_800_000_000_000

const success = { success: true, gone: false, pauseMs: 0 }
const failure = { success: false, gone: false, pauseMs: 0 }
const gone = { success: false, gone: true, pauseMs: 0 }

function step(
  failingSince: number | null,
  outcome: typeof success,
  hold: EndpointHold | null = null,
): ReturnType<typeof healthStep> {
  return healthStep({ failingSince, hold, pausedUntil: null }, outcome, now, holdAfterMs)
}

describe('the health of an endpoint', () => {
  test('a success of a healthy one changes nothing', () => {
    expect(step(null, success)).toBeNull()
  })

  test('the first failure begins a streak', () => {
    expect(step(null, failure)).toEqual({ failingSince: now, hold: null, heldAt: null, pausedUntil: null })
  })

  test('a failure within the streak changes nothing: no write an attempt', () => {
    expect(step(now - 1, failure)).toBeNull()
    expect(step(now - holdAfterMs + 1, failure)).toBeNull()
  })

  test('a success ends the streak, however long it was', () => {
    expect(step(now - 1, success)).toEqual({ failingSince: null, hold: null, heldAt: null, pausedUntil: null })
    expect(step(now - 30 * dayMs, success)).toEqual({ failingSince: null, hold: null, heldAt: null, pausedUntil: null })
  })

  test('a failure after five days of failing holds it', () => {
    const failingSince = now - holdAfterMs
    expect(step(failingSince, failure)).toEqual({ failingSince, hold: 'failing', heldAt: now, pausedUntil: null })
  })

  test('C8: a 410 holds it at once, in or out of a streak', () => {
    expect(step(null, gone)).toEqual({ failingSince: now, hold: 'gone', heldAt: now, pausedUntil: null })
    expect(step(now - 5, gone)).toEqual({ failingSince: now - 5, hold: 'gone', heldAt: now, pausedUntil: null })
  })

  test('what is held stays as it is: outcomes that were still out change nothing', () => {
    for (const hold of ['failing', 'gone'] as const)
      for (const outcome of [success, failure, gone]) {
        expect(step(null, outcome, hold)).toBeNull()
        expect(step(now - 9 * dayMs, outcome, hold)).toBeNull()
      }
  })

  describe('a pause that the receiver asked for', () => {
    const asked = (seconds: number) => ({ ...failure, pauseMs: seconds * 1000 })
    const during = (pausedUntil: number | null, outcome: typeof failure) =>
      healthStep({ failingSince: now - 1, hold: null, pausedUntil }, outcome, now, holdAfterMs)

    test('begins with the first answer, and those that were out beside it write nothing', () => {
      expect(during(null, asked(60))).toMatchObject({ pausedUntil: now + 60_000 })
      expect(during(now + 59_500, asked(60))).toBeNull()
      expect(during(now + 90_000, asked(60))).toBeNull()
      expect(during(now + 10_000, asked(60))).toMatchObject({ pausedUntil: now + 60_000 })
    })

    test('is not written when it is shorter than a write is worth', () => {
      expect(during(null, asked(4))).toBeNull()
    })

    test('stays after a success of a request that was out before, and goes after one that came later', () => {
      expect(during(now + 60_000, success)).toMatchObject({ failingSince: null, pausedUntil: now + 60_000 })
      expect(during(now - 1, success)).toMatchObject({ failingSince: null, pausedUntil: null })
    })
  })

  test('it is held for failing only at the end of an unbroken streak that is long enough, and always then', () => {
    const event = fc.record({ afterMs: fc.integer({ min: 0, max: 2 * dayMs }), ok: fc.boolean() })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state: Parameters<typeof healthStep>[0] = { failingSince: null, hold: null, pausedUntil: null }
        let time = now
        let streakBegan: number | null = null
        for (const { afterMs, ok } of events) {
          time += afterMs
          streakBegan = ok ? null : (streakBegan ?? time)
          state = { ...state, ...healthStep(state, { success: ok, gone: false, pauseMs: 0 }, time, holdAfterMs) }
          const longEnough: boolean = streakBegan !== null && time - streakBegan >= holdAfterMs
          expect(state.hold).toBe(longEnough ? 'failing' : null)
          expect(state.failingSince).toBe(streakBegan)
          if (state.hold !== null) return
        }
      }),
    )
  })
})
