import type { Endpoint, EndpointHold } from '../model.ts'

/** What an outcome changes in the health of its endpoint; `null`: nothing, which is the rule. */
export interface HealthChange {
  readonly failingSince: number | null
  readonly hold: EndpointHold | null
  readonly heldAt: number | null
}

/**
 * One step of an endpoint's health; pure. A success ends a failing streak. 410 holds at once. A streak longer than
 * `holdAfterMs` holds. What is held arrives all the same and waits.
 */
export function healthStep(
  endpoint: Pick<Endpoint, 'failingSince' | 'hold'>,
  outcome: { readonly success: boolean; readonly gone: boolean },
  now: number,
  holdAfterMs: number,
): HealthChange | null {
  if (endpoint.hold !== null) return null
  if (outcome.success) return endpoint.failingSince === null ? null : { failingSince: null, hold: null, heldAt: null }
  const failingSince = endpoint.failingSince ?? now
  if (outcome.gone) return { failingSince, hold: 'gone', heldAt: now }
  if (now - failingSince >= holdAfterMs) return { failingSince, hold: 'failing', heldAt: now }
  return endpoint.failingSince === null ? { failingSince, hold: null, heldAt: null } : null
}
