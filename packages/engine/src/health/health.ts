import type { Endpoint, EndpointHold } from '../model.ts'

/** What an outcome changes in the health of its endpoint; `null`: nothing, which is the rule. */
export interface HealthChange {
  readonly failingSince: number | null
  readonly hold: EndpointHold | null
  readonly heldAt: number | null
  readonly pausedUntil: number | null
}

export interface EndpointOutcome {
  readonly success: boolean
  readonly gone: boolean
  /** For how long the receiver asked to be left alone. 0: it did not ask. */
  readonly pauseMs: number
}

/** A shorter pause is kept in memory only: a write would cost more than a few requests after a restart. */
const shortPauseMs = 5_000
/** Requests that were out together are answered one after another: their pauses are one. */
const samePauseMs = 1_000

/**
 * One step of an endpoint's health; pure. A success ends a failing streak, and a pause whose time is over. 410 holds at once. A streak longer than
 * `holdAfterMs` holds. What is held arrives all the same and waits.
 */
export function healthStep(
  endpoint: Pick<Endpoint, 'failingSince' | 'hold' | 'pausedUntil'>,
  outcome: EndpointOutcome,
  now: number,
  holdAfterMs: number,
): HealthChange | null {
  if (endpoint.hold !== null) return null
  const running = endpoint.pausedUntil !== null && endpoint.pausedUntil > now ? endpoint.pausedUntil : null
  if (outcome.success) {
    // A pause that has not ended stays: this request was out before it began.
    if (endpoint.failingSince === null && endpoint.pausedUntil === running) return null
    return { failingSince: null, hold: null, heldAt: null, pausedUntil: running }
  }
  const asked = outcome.pauseMs < shortPauseMs ? 0 : now + outcome.pauseMs
  const pausedUntil = asked > (running ?? 0) + samePauseMs ? asked : endpoint.pausedUntil
  const failingSince = endpoint.failingSince ?? now
  if (outcome.gone) return { failingSince, hold: 'gone', heldAt: now, pausedUntil }
  if (now - failingSince >= holdAfterMs) return { failingSince, hold: 'failing', heldAt: now, pausedUntil }
  if (endpoint.failingSince !== null && pausedUntil === endpoint.pausedUntil) return null
  return { failingSince, hold: null, heldAt: null, pausedUntil }
}
