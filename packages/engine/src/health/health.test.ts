import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { healthStep } from './health.ts'
import type { EndpointHold } from '../model.ts'

const dayMs = 86_400_000
const holdAfterMs = 5 * dayMs
const now = 1_800_000_000_000

const success = { success: true, gone: false }
const failure = { success: false, gone: false }
const gone = { success: false, gone: true }

function step(
  failingSince: number | null,
  outcome: typeof success,
  hold: EndpointHold | null = null,
): ReturnType<typeof healthStep> {
  return healthStep({ failingSince, hold }, outcome, now, holdAfterMs)
}

describe('the health of an endpoint', () => {
  test('a success of a healthy one changes nothing', () => {
    expect(step(null, success)).toBeNull()
  })

  test('the first failure begins a streak', () => {
    expect(step(null, failure)).toEqual({ failingSince: now, hold: null, heldAt: null })
  })

  test('a failure within the streak changes nothing: no write an attempt', () => {
    expect(step(now - 1, failure)).toBeNull()
    expect(step(now - holdAfterMs + 1, failure)).toBeNull()
  })

  test('a success ends the streak, however long it was', () => {
    expect(step(now - 1, success)).toEqual({ failingSince: null, hold: null, heldAt: null })
    expect(step(now - 30 * dayMs, success)).toEqual({ failingSince: null, hold: null, heldAt: null })
  })

  test('a failure after five days of failing holds it', () => {
    const failingSince = now - holdAfterMs
    expect(step(failingSince, failure)).toEqual({ failingSince, hold: 'failing', heldAt: now })
  })

  test('C8: a 410 holds it at once, in or out of a streak', () => {
    expect(step(null, gone)).toEqual({ failingSince: now, hold: 'gone', heldAt: now })
    expect(step(now - 5, gone)).toEqual({ failingSince: now - 5, hold: 'gone', heldAt: now })
  })

  test('what is held stays as it is: outcomes that were still out change nothing', () => {
    for (const hold of ['failing', 'gone'] as const)
      for (const outcome of [success, failure, gone]) {
        expect(step(null, outcome, hold)).toBeNull()
        expect(step(now - 9 * dayMs, outcome, hold)).toBeNull()
      }
  })

  test('it is held for failing only at the end of an unbroken streak that is long enough, and always then', () => {
    const event = fc.record({ afterMs: fc.integer({ min: 0, max: 2 * dayMs }), ok: fc.boolean() })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state: { failingSince: number | null; hold: EndpointHold | null } = { failingSince: null, hold: null }
        let time = now
        let streakBegan: number | null = null
        for (const { afterMs, ok } of events) {
          time += afterMs
          streakBegan = ok ? null : (streakBegan ?? time)
          state = { ...state, ...healthStep(state, { success: ok, gone: false }, time, holdAfterMs) }
          const longEnough: boolean = streakBegan !== null && time - streakBegan >= holdAfterMs
          expect(state.hold).toBe(longEnough ? 'failing' : null)
          expect(state.failingSince).toBe(streakBegan)
          if (state.hold !== null) return
        }
      }),
    )
  })
})
