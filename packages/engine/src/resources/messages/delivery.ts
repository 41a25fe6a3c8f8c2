import type { Delivery, Endpoint } from '../../model.ts'
import type { LatestAttempt } from '../../store/ledger.ts'
import type { PendingWork } from '../../store/queue.ts'
import { standing } from './standing.ts'

/** The delivery of a message to an endpoint, from its newest attempt there and what still waits. */
export function deliveryOf(
  message: string,
  endpoint: Endpoint,
  last: Pick<LatestAttempt, 'attempt' | 'count'> | undefined,
  waiting: PendingWork | undefined,
): Delivery {
  const stands = standing(endpoint, last?.attempt.result ?? null, waiting?.due ?? null)
  return { message, endpoint: endpoint.id, attempts: last?.count ?? 0, ...stands }
}
