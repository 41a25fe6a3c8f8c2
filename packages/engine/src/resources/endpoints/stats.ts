import type { Endpoint } from '@posthorn/model'
import { attemptQuery } from '../../store/ledger.ts'
import type { ResourceParts } from '../parts.ts'

/** Deliveries that wait are counted up to this number: counting a million rows costs more than the number is worth. */
const mostCounted = 10_000

export interface EndpointStats {
  readonly success: number
  readonly pending: number
  readonly sending: number
  readonly failed: number
}

/** Deliveries of an endpoint by how they stand. */
export async function endpointStats(
  { ledger, queue, schedule }: Pick<ResourceParts, 'ledger' | 'queue' | 'schedule'>,
  endpoint: Endpoint,
  range: { since?: number; until?: number },
): Promise<EndpointStats> {
  const [summary, pending] = await Promise.all([
    ledger.summary(
      attemptQuery(endpoint.app, {
        endpoint: endpoint.id,
        results: ['success', 'exhausted', 'quarantined'],
        after: range.since ?? null,
        before: range.until ?? null,
      }),
    ),
    queue.countPending(endpoint.id, mostCounted),
  ])
  const sending = schedule.inFlightOf(endpoint.id)
  return { success: summary.success, failed: summary.failed, pending: Math.max(0, pending - sending), sending }
}
