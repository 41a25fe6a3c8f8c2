import { defaultsOf, endpointFields, type Endpoint } from '@posthorn/model'
import { parseId } from '@posthorn/wire'
import type { Application, AttemptResult, Delivery } from '../../model.ts'
import { attemptQuery, type Ledger } from '../../store/ledger.ts'
import { standing } from './standing.ts'

const prefix = 'ep_'

/** A message may also go to an operation, which is no endpoint. */
export function isEndpointId(target: string): boolean {
  return target.startsWith(prefix)
}

/**
 * An endpoint that was deleted, as far as it is still known: its id, when it was created (which its id says), and where its attempts
 * went. Everything else is at its default, and it is shown as switched off.
 */
export async function deletedEndpoint(
  ledger: Pick<Ledger, 'attempts'>,
  { org, id: app }: Application,
  id: string,
): Promise<Endpoint> {
  // What was cancelled after the deletion has no URL.
  const results = ['success', 'failed', 'exhausted'] as const
  const [attempt] = await ledger.attempts(attemptQuery(app, { endpoint: id, results, limit: 1 }))
  const createdAt = parseId(id, prefix)?.timeMs ?? 0
  return {
    ...defaultsOf(endpointFields),
    id,
    org,
    app,
    url: attempt?.url ?? '',
    disabled: true,
    signed: false,
    createdAt,
    updatedAt: createdAt,
  }
}

/** How a delivery to a deleted endpoint stands: what had not ended was cancelled, also where this is not written yet. */
export function standingAtDeleted(
  endpoint: Endpoint,
  last: AttemptResult | null,
): Pick<Delivery, 'state' | 'nextAttemptAt'> {
  const stands = standing(endpoint, last, null)
  return stands.state === 'pending' ? { state: 'cancelled', nextAttemptAt: null } : stands
}
