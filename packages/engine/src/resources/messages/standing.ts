import type { Endpoint } from '@posthorn/model'
import type { AttemptResult, Delivery, DeliveryState } from '../../model.ts'

/** What of an endpoint decides whether work that waits for it may go out. */
export type Gate = Pick<Endpoint, 'disabled' | 'hold' | 'resumeFrom' | 'pausedUntil'>

/**
 * How a delivery stands, and when its next attempt is due. Everything that tells the state of a delivery asks this: the
 * destinations of a message, the messages of an endpoint, and (by `stateOfWaiting`) the numbers of an endpoint.
 *
 * @param last the result of its newest attempt; `null`: there was none
 * @param waitingDue when its work that is still to be done was planned; `null`: there is none, it has ended
 */
export function standing(
  endpoint: Gate,
  last: AttemptResult | null,
  waitingDue: number | null,
): Pick<Delivery, 'state' | 'nextAttemptAt'> {
  if (waitingDue === null) return { state: last === null ? 'pending' : stateAfter[last], nextAttemptAt: null }
  const state = stateOfWaiting(endpoint, waitingDue)
  return { state, nextAttemptAt: state === 'pending' ? Math.max(waitingDue, endpoint.pausedUntil ?? 0) : null }
}

/** How work that was due then stands at its endpoint. */
export function stateOfWaiting(
  { disabled, hold, resumeFrom }: Gate,
  due: number,
): Extract<DeliveryState, 'pending' | 'held' | 'endpoint_disabled'> {
  if (disabled) return 'endpoint_disabled'
  return hold !== null || due < resumeFrom ? 'held' : 'pending'
}

/** Nothing waits any more. After a failure that has a next attempt this is so only for the moment in which that is written. */
const stateAfter: Record<AttemptResult, DeliveryState> = {
  success: 'success',
  failed: 'pending',
  interrupted: 'pending',
  exhausted: 'failed',
  cancelled: 'cancelled',
  quarantined: 'quarantined',
}
