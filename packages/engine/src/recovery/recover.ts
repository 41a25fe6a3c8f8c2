import type { WriteOptions } from '../write-options.ts'
import type { Clock } from '../clock.ts'
import { checkStep } from '../checks/rules.ts'
import type { Directory } from '../directory/directory.ts'
import type { EndpointEntry } from '../directory/entries.ts'
import { EngineError } from '../errors.ts'
import { idempotencyRecord, repeated } from '../idempotency.ts'
import type { NewId } from '../ids.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Queue, RequeueItem } from '../store/queue.ts'

/** Deliveries that go out again. */
export interface Recovery {
  readonly id: string
  /** How many failed deliveries were queued. */
  readonly queued: number
  readonly at: number
}

/** Rows a step: a bound on one transaction, so that deliveries between the steps wait for little. */
const stepRows = 1000
const dayMs = 86_400_000
const mostDays = 90

export interface RecoverParts {
  readonly clock: Clock
  readonly newId: NewId
  readonly directory: Directory
  readonly ledger: Ledger
  readonly queue: Queue
  readonly schedule: Schedule
}

/**
 * Sends again what this endpoint missed in a range of time. Held work is released by moving `resumeFrom`, which is one
 * change however much waits. Failed deliveries are queued again. The lane takes both up at its own pace.
 */
export async function recover(
  parts: RecoverParts,
  entry: EndpointEntry,
  range: { since: number; until?: number },
  write: WriteOptions,
): Promise<Recovery> {
  const { endpoint } = entry
  const { application, preset } = parts.directory.application(endpoint.org, endpoint.app)
  checkStep(preset, application, 'send')
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
  const id = parts.newId('qtask', now)
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
    // The result is kept with the last step. A repeat after a crash between two steps queues what is missing, because
    // deliveries that are queued already are left as they are.
    const recovery: Recovery = { id, queued: queued + items.length, at: now }
    const result = await parts.queue.requeue(items, last ? idempotencyRecord(write.idempotency, recovery, now) : null)
    if (result.state === 'replay') throw repeated(write.idempotency, result)
    queued += result.queued
    if (last) break
    cursor = failed.at(-1)?.message ?? null
  }
  // Somebody wants it sent now, so a pause that the receiver asked for ends too.
  if (range.since < endpoint.resumeFrom || endpoint.pausedUntil !== null)
    await resumeFrom(parts, entry, Math.min(range.since, endpoint.resumeFrom), now)
  parts.schedule.noteStored(endpoint.id, endpoint.app, now)
  return { id, queued, at: now }
}

async function resumeFrom(
  { directory, schedule }: RecoverParts,
  { endpoint, secrets, secondarySecrets }: EndpointEntry,
  moment: number,
  now: number,
): Promise<void> {
  const moved = { ...endpoint, resumeFrom: moment, pausedUntil: null, updatedAt: now }
  await directory.writes.write({ kind: 'put_endpoint', endpoint: moved, secrets, secondarySecrets, create: false })
  schedule.wake(endpoint.id, endpoint.app)
}
