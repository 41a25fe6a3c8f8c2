import type { Endpoint } from '@posthorn/model'
import type { WriteOptions } from '../write-options.ts'
import { changedAt, type Clock } from '../clock.ts'
import { checkStep } from '../checks/rules.ts'
import type { Directory } from '../directory/directory.ts'
import type { EndpointEntry } from '../directory/entries.ts'
import { EngineError } from '../errors.ts'
import { idempotencyRecord, repeated } from '../idempotency.ts'
import type { NewId } from '../ids.ts'
import type { Schedule } from '../schedule/schedule.ts'
import { usedUp } from '../schedule/used-up.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Queue, RequeueItem } from '../store/queue.ts'

/** Deliveries that go out again. */
export interface Recovery {
  readonly id: string
  /** How many deliveries were put on the way: held ones that were released, and failed ones that were queued again. */
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
 * Sends again what this endpoint missed in a range of time. Held work keeps the rest of its schedule. It is released by moving
 * `resumeFrom`, which is one change however much waits; where the range ends before that, row by row. Failed deliveries have used
 * up their schedule, so each has one attempt more. The lane takes both up at its own pace.
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
  checkSends(endpoint)
  const answered = idempotencyRecord(write.idempotency, null, now)
  const kept = answered && (await parts.queue.answered(answered))
  if (kept) throw repeated(write.idempotency, kept)
  // What is held goes first: it is older than what failed at the same time.
  const released = await release(parts, entry, { since: range.since, until }, now)
  const requeued = await requeueFailed(parts, entry, { since: range.since, until }, now)
  parts.schedule.noteStored(endpoint.id, endpoint.app, now)
  const recovery: Recovery = { id: parts.newId('qtask', now), queued: released + requeued, at: now }
  // The number is known now. A repeat after a crash before this step puts on the way what is missing, because deliveries that are on
  // their way already are left as they are.
  const result = await parts.queue.requeue([], idempotencyRecord(write.idempotency, recovery, now))
  if (result.state === 'replay') throw repeated(write.idempotency, result)
  return recovery
}

/** Refuses where nothing can go out: the owner switched the endpoint off, or a hold waits for somebody to end it. */
function checkSends({ disabled, hold }: Endpoint): void {
  if (!disabled && hold === null) return
  const why = disabled
    ? 'This endpoint is off. Switch it on (disabled: false)'
    : `This endpoint is held: ${hold === 'gone' ? 'its receiver answered 410 (gone)' : 'every attempt has failed for days'}. End the hold with disabled: false`
  throw new EngineError('conflict', `${why}, then recover what it missed.`, { field: 'disabled' })
}

interface Range {
  readonly since: number
  readonly until: number
}

/** What has ended without a success goes out once more. */
async function requeueFailed(
  { ledger, queue }: RecoverParts,
  { endpoint: { id: target, app } }: EndpointEntry,
  range: Range,
  now: number,
): Promise<number> {
  let queued = 0
  for (let cursor: string | null = null; ;) {
    // What the queue knows and the ledger does not yet is left alone: it was sent after this.
    const known = await ledger.highWater()
    const failed = await ledger.failedMessages({ app, endpoint: target, ...range, cursor, limit: stepRows })
    const items = failed.map(({ message, attempt: generation }): RequeueItem => ({
      app,
      target,
      message,
      due: now,
      generation,
      failures: usedUp,
      bringForward: false,
    }))
    const result = await queue.requeue(items, null, known)
    if (result.state === 'queued') queued += result.queued
    if (failed.length < stepRows) return queued
    cursor = failed.at(-1)?.message ?? null
  }
}

/** What was held keeps the rest of its schedule. Answers how many deliveries were held. */
async function release(parts: RecoverParts, entry: EndpointEntry, range: Range, now: number): Promise<number> {
  const { id: target, resumeFrom, pausedUntil } = entry.endpoint
  const { queue } = parts
  const { since: from, until } = range
  const [someHeld, allSince] = [from < resumeFrom, from < resumeFrom && until >= resumeFrom]
  let released = 0
  if (allSince) {
    const count = await queue.countPending({ target, from, before: resumeFrom }, Number.MAX_SAFE_INTEGER)
    released = count.untried + count.tried
  } else if (someHeld) {
    const held = { target, from, before: until, due: now, limit: stepRows }
    for (let step = -1; step !== 0; released += step) step = await queue.bringForward(held)
  }
  // Somebody wants it sent now, so a pause that the receiver asked for ends too.
  if (allSince || pausedUntil !== null) await moveResumeFrom(parts, entry, allSince ? from : resumeFrom)
  return released
}

async function moveResumeFrom(
  { directory, schedule, clock }: RecoverParts,
  { endpoint, secrets, secondarySecrets }: EndpointEntry,
  moment: number,
): Promise<void> {
  const moved = { ...endpoint, resumeFrom: moment, pausedUntil: null, updatedAt: changedAt(clock, endpoint) }
  await directory.writes.write({ kind: 'put_endpoint', endpoint: moved, secrets, secondarySecrets, create: false })
  schedule.wake(endpoint.id, endpoint.app)
}
