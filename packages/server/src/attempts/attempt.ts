import type { AttemptOut, EndpointMessageOut, MessageEndpointOut } from '@posthorn/api'
import type { Attempt, Delivery, Destination } from '@posthorn/engine'
import { answerOf, attemptFields, deliveryFields } from '@posthorn/model'
import { endpointOut } from '../endpoints/endpoint.ts'
import { headerPairs } from '../endpoints/headers.ts'
import { isoTimeOrNull } from '../iso-time.ts'
import { statusOfAttempt, statusOfDelivery, statusTexts } from './status.ts'

export interface AttemptView {
  readonly withContent: boolean
  /** Clients that do not know status 4 see 0. */
  readonly expandedStatuses: boolean
}

const shownAttempt = answerOf(attemptFields)

export function attemptOut(attempt: Attempt, view: AttemptView, body: string | null = null): AttemptOut {
  const status = statusOfAttempt(attempt, view.expandedStatuses)
  const content = view.withContent ? (attempt.response?.body ?? attempt.error?.message ?? '') : ''
  return {
    ...shownAttempt(attempt),
    response: content,
    status,
    statusText: statusTexts[status],
    triggerType: triggerType(attempt),
    request:
      view.withContent && attempt.request !== null
        ? { method: attempt.request.method, headers: headerPairs(attempt.request.headers), body }
        : null,
    responseHeaders: view.withContent && attempt.response !== null ? headerPairs(attempt.response.headers) : null,
    responseTruncated: attempt.response?.truncated ?? false,
  }
}

export function triggerType(attempt: Attempt): 0 | 1 {
  return attempt.trigger === 'manual' ? 1 : 0
}

const shownDelivery = answerOf(deliveryFields)

/** An endpoint that a message goes to, and how the delivery stands. */
export function destinationOut(delivery: Destination): MessageEndpointOut {
  const status = statusOfDelivery(delivery)
  return {
    ...endpointOut(delivery.target),
    ...shownDelivery(delivery),
    deleted: delivery.deleted,
    status,
    statusText: statusTexts[status],
  }
}

/** How a delivery stands, without the message that it is of. */
export function standing(
  delivery: Delivery,
): Pick<EndpointMessageOut, 'status' | 'statusText' | 'state' | 'nextAttempt'> {
  const status = statusOfDelivery(delivery)
  const { state, nextAttemptAt } = delivery
  return { status, statusText: statusTexts[status], state, nextAttempt: isoTimeOrNull(nextAttemptAt) }
}
