import type { Endpoint } from '@posthorn/model'
import { usedUp } from '../../schedule/used-up.ts'
import type { ResourceParts } from '../parts.ts'
import { stateOfWaiting } from '../messages/standing.ts'

/** Deliveries that wait are counted up to this number: counting a million rows costs more than the number is worth. */
const mostCounted = 10_000

/** Deliveries of an endpoint by how they stand. */
export interface EndpointStats {
  readonly success: number
  /** They ended without a success. */
  readonly failed: number
  /** Their first attempt is still to end. */
  readonly pending: number
  /** They had an attempt, and another follows. */
  readonly sending: number
  /** They wait until they are recovered, or until the hold of the endpoint ends. */
  readonly held: number
  /** They wait, and the endpoint is switched off. */
  readonly endpointDisabled: number
}

/** What has ended counts when its last attempt was made in the range; what waits counts always. */
export async function endpointStats(
  { ledger, queue }: Pick<ResourceParts, 'ledger' | 'queue'>,
  endpoint: Endpoint,
  range: { since?: number; until?: number },
): Promise<EndpointStats> {
  const { id: target, app, resumeFrom } = endpoint
  // Those that ended and are sent once more have not ended now.
  const except = await queue.pendingWithFailures(target, usedUp, mostCounted)
  const [ended, early, late] = await Promise.all([
    ledger.endings({ app, endpoint: target, after: range.since ?? null, before: range.until ?? null, except }),
    queue.countPending({ target, from: 0, before: resumeFrom }, mostCounted),
    queue.countPending({ target, from: resumeFrom, before: Number.MAX_SAFE_INTEGER }, mostCounted),
  ])
  const stats = {
    success: ended.success ?? 0,
    failed: (ended.exhausted ?? 0) + (ended.quarantined ?? 0),
    pending: 0,
    sending: 0,
    held: 0,
    endpointDisabled: 0,
  }
  for (const [{ untried, tried }, due] of [
    [early, resumeFrom - 1],
    [late, resumeFrom],
  ] as const) {
    const state = stateOfWaiting(endpoint, due)
    if (state === 'endpoint_disabled') stats.endpointDisabled += untried + tried
    else if (state === 'held') stats.held += untried + tried
    else {
      stats.pending += untried
      stats.sending += tried
    }
  }
  return stats
}
