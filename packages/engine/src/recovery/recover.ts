import { idempotencyRecord } from '../pipeline/accept.ts'
import type { EndpointEntry } from '../directory/entries.ts'
import type { WriteOptions } from '../engine.ts'
import { EngineError } from '../errors.ts'
import type { Endpoint } from '../model.ts'
import type { RequeueItem } from '../store/queue.ts'
import type { ResourceParts } from '../resources/parts.ts'

/** Rows a step: a bound on one transaction, so that deliveries between the steps wait for little. */
const stepRows = 1000
const dayMs = 86_400_000
const mostDays = 90

/**
 * What this endpoint missed since then goes out again: held work by moving the moment from which stored work is due, which
 * is one change however much waits; failed deliveries by queueing them anew. The lane takes it up at its own pace.
 */
export async function recover(
  parts: ResourceParts,
  entry: EndpointEntry,
  range: { since: number; until?: number },
  put: (entry: EndpointEntry, patch: Partial<Endpoint>) => Promise<Endpoint>,
  options: WriteOptions<{ queued: number }>,
): Promise<{ queued: number }> {
  const { endpoint } = entry
  const now = parts.clock.now()
  const until = range.until ?? now
  if (!(range.since < until) || range.since < now - mostDays * dayMs)
    throw new EngineError('invalid', `"since" must be before "until" and at most ${mostDays} days ago.`, {
      field: 'since',
    })
  if (endpoint.disabled || endpoint.hold !== null)
    throw new EngineError(
      'conflict',
      'This endpoint is off. Switch it on (disabled: false), then recover what it missed.',
      {
        field: 'disabled',
      },
    )
  let queued = 0
  for (let cursor: string | null = null; ;) {
    const failed = await parts.ledger.failedMessages({
      app: endpoint.app,
      endpoint: endpoint.id,
      since: range.since,
      until,
      cursor,
      limit: stepRows,
    })
    const items = failed.map(({ message, attempt }): RequeueItem => ({
      app: endpoint.app,
      target: endpoint.id,
      message,
      due: now,
      generation: attempt,
      bringForward: false,
    }))
    const last = failed.length < stepRows
    // The answer is kept with the last step: a repeat after a crash queues what is missing, since what is queued is left alone.
    const answer = last ? idempotencyRecord(options.idempotency, { queued: queued + items.length }, now) : null
    const result = await parts.queue.requeue(items, answer)
    if (result.state === 'replay')
      throw new EngineError('idempotent_replay', 'This Idempotency-Key was answered before.', { replay: result })
    queued += result.queued
    if (last) break
    cursor = failed.at(-1)?.message ?? null
  }
  if (range.since < endpoint.resumeFrom) await put(entry, { resumeFrom: range.since })
  parts.schedule.noteStored(endpoint.id, endpoint.app, now)
  return { queued }
}
