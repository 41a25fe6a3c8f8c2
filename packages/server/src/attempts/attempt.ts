import type { AttemptOut, EndpointMessageOut, MessageEndpointOut, Status, StatusText } from '@posthorn/api'
import type { Attempt, AttemptResult, Delivery, Endpoint } from '@posthorn/engine'
import { answerOf, attemptFields, deliveryFields } from '@posthorn/model'
import { endpointOut, pairs } from '../endpoints/endpoint.ts'
import { isoTimeOrNull } from '../iso-time.ts'

// The numbers of Svix live here and nowhere else: 0 success, 1 pending, 2 fail, 3 sending, 4 canceled.
const texts: Record<Status, StatusText> = { 0: 'success', 1: 'pending', 2: 'fail', 3: 'sending', 4: 'canceled' }

const attemptStatus: Record<AttemptResult, Status> = {
  success: 0,
  failed: 2,
  exhausted: 2,
  interrupted: 2,
  quarantined: 2,
  cancelled: 4,
}

/** Results that have a status; none for pending and sending, which an attempt that is over cannot be. */
export function resultsOf(status: Status): AttemptResult[] {
  return (Object.keys(attemptStatus) as AttemptResult[]).filter((result) => attemptStatus[result] === status)
}

/** Every result that is not a success. */
export const failures: readonly AttemptResult[] = ['failed', 'exhausted', 'interrupted', 'cancelled', 'quarantined']

const deliveryStatus: Record<Delivery['state'], Status> = {
  pending: 1,
  success: 0,
  failed: 2,
  held: 2, // Svix's clients offer to recover what failed, which is what a held one needs
  quarantined: 2,
  cancelled: 4,
  endpoint_disabled: 4,
}

function statusOf(delivery: Pick<Delivery, 'state' | 'attempts'>): { status: Status; statusText: StatusText } {
  const status = delivery.state === 'pending' && delivery.attempts === 0 ? 3 : deliveryStatus[delivery.state]
  return { status, statusText: texts[status] }
}

export interface AttemptView {
  readonly withContent: boolean
  /** Clients that do not know status 4 see 0. */
  readonly expandedStatuses: boolean
}

const shownAttempt = answerOf(attemptFields)

export function attemptOut(attempt: Attempt, view: AttemptView, body: string | null = null): AttemptOut {
  const own = attemptStatus[attempt.result]
  const status = own === 4 && !view.expandedStatuses ? 0 : own
  const content = view.withContent ? (attempt.response?.body ?? attempt.error?.message ?? '') : ''
  return {
    ...shownAttempt(attempt),
    response: content,
    status,
    statusText: texts[status],
    triggerType: triggerType(attempt),
    request:
      view.withContent && attempt.request !== null
        ? { method: attempt.request.method, headers: pairs(attempt.request.headers), body }
        : null,
    responseHeaders: view.withContent && attempt.response !== null ? pairs(attempt.response.headers) : null,
    responseTruncated: attempt.response?.truncated ?? false,
  }
}

export function triggerType(attempt: Attempt): 0 | 1 {
  return attempt.trigger === 'manual' ? 1 : 0
}

const shownDelivery = answerOf(deliveryFields)

export function destinationOut(delivery: Delivery & { readonly target: Endpoint }): MessageEndpointOut {
  return {
    ...endpointOut(delivery.target),
    ...shownDelivery(delivery),
    ...statusOf(delivery),
  }
}

/** How a delivery stands after its newest attempt. */
export function standing(
  attempt: Attempt,
  endpoint: Endpoint,
): Pick<EndpointMessageOut, 'status' | 'statusText' | 'state' | 'nextAttempt'> {
  const state = attempt.result === 'failed' && endpoint.hold !== null ? 'held' : stateAfter[attempt.result]
  const { status, statusText } = statusOf({ state, attempts: attempt.attempt })
  return { status, statusText, state, nextAttempt: isoTimeOrNull(state === 'pending' ? attempt.nextAttemptAt : null) }
}

const stateAfter: Record<AttemptResult, Delivery['state']> = {
  success: 'success',
  failed: 'pending',
  interrupted: 'pending',
  exhausted: 'failed',
  cancelled: 'cancelled',
  quarantined: 'quarantined',
}
