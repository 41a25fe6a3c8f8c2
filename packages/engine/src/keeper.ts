import type { Clock } from './clock.ts'
import type { Directory } from './directory/directory.ts'
import type { Health } from './engine.ts'
import { EngineError } from './errors.ts'
import { healthStep } from './health/health.ts'
import type { LiveDelivery } from './schedule/lane.ts'
import type { Listeners } from './listeners.ts'
import type { Log } from './options.ts'
import type { Attempt } from './model.ts'
import { attemptOfOutcome, type Recorded } from './pipeline/record.ts'
import { shownUrl } from './redact.ts'
import type { Schedule, TargetState } from './schedule/schedule.ts'
import type { Ledger } from './store/ledger.ts'
import type { ClaimResult, Queue, StoredOutcome } from './store/queue.ts'
import { targetOf } from './target.ts'

export interface KeeperParts {
  readonly clock: Clock
  readonly directory: Directory
  readonly queue: Queue
  readonly ledger: Ledger
  readonly listeners: Listeners
  readonly log: Log
  readonly holdAfterMs: number
  readonly retentionDays: number
  /** Ends and forgets operations, a step at a time; answers whether there is more. */
  sweepOperations(now: number, before: number, limit: number): Promise<boolean>
}

const dayMs = 86_400_000
/** Outcomes are read again this far back: two that were recorded together may have reached the ledger in another order. */
const catchUpOverlap = 10_000
const catchUpRows = 1000
const cancelRows = 500
const sweepRows = 1000
const sweepEveryMs = 3_600_000
/** After a step that found more to do; short, so that a backlog of years shrinks while deliveries go on. */
const sweepAgainMs = 50

/**
 * What follows from an outcome and what time asks for: the health of endpoints, the state of targets, the ledger's
 * catching up, retention.
 */
export class Keeper {
  readonly #parts: KeeperParts
  #forgetTimer: (() => void) | null = null
  #stopped = false

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  targetState(target: string): TargetState {
    const entry = this.#parts.directory.target(target)
    if (!entry) return { state: 'deleted' }
    const { disabled, hold, resumeFrom } = entry.endpoint
    return disabled || hold !== null ? { state: 'closed' } : { state: 'open', resumeFrom, batch: entry.batch }
  }

  async claim(target: string, from: number, limit: number, maxBytes: number): Promise<ClaimResult> {
    const result = await this.#parts.queue.claim({ target, from, now: this.#parts.clock.now(), limit, maxBytes })
    this.#tellOutcomes(result.outcomes)
    return result
  }

  /** Work of a deleted endpoint ends, visibly. */
  async cancel(target: string): Promise<void> {
    for (;;) {
      const cancelled = await this.#parts.queue.cancel(target, cancelRows, this.#parts.clock.now())
      this.#tellOutcomes(cancelled)
      if (cancelled.length < cancelRows) return
    }
  }

  /** After an attempt was recorded: the lane's pace, the next due time, the endpoint's health, and who listens. */
  recorded(delivery: LiveDelivery, { attempts, decision }: Recorded, schedule: Schedule): void {
    const { lane } = delivery
    const [attempt] = attempts
    const success = decision.result === 'success'
    const overloaded = attempt.code === 0 || attempt.code === 429 || attempt.code === 503
    // What could not even be written says nothing about the receiver.
    const reached = attempt.error?.code !== 'not_encodable'
    if (success) lane.grow()
    else if (overloaded && reached) lane.shrink()
    if (attempt.nextAttemptAt !== null) schedule.noteStored(lane.target, lane.app, attempt.nextAttemptAt)
    for (const one of attempts) this.#logAttempt(one)
    this.#callbackEnded(attempt)
    // That a batch was too large says nothing about the receiver's health.
    const tooLarge = attempts.length > 1 && attempt.code === 413
    if (reached && !tooLarge) this.#health(delivery, { success, gone: decision.gone }, schedule)
    for (const one of attempts) this.#parts.listeners.tell('attempt', one)
  }

  /** A bug, or a store that is closing: the delivery stays claimed, and the next process takes it up. */
  failed(delivery: LiveDelivery, error: unknown): void {
    if (error instanceof EngineError && error.code === 'closed') return
    const { request, target } = delivery
    this.#parts.log.error({ error, [request.kind]: request.id, endpoint: target }, 'a delivery could not be recorded')
  }

  /** A bug, or a store that is closing. */
  storeFailed(error: unknown): void {
    if (error instanceof EngineError && error.code === 'closed') return
    this.#parts.log.error({ error }, 'the store could not do it')
  }

  /** What the ledger lost at a crash is read again from the queue. */
  async catchUp(): Promise<void> {
    const { ledger, queue, directory } = this.#parts
    let seq = Math.max(0, (await ledger.highWater()) - catchUpOverlap)
    for (;;) {
      const outcomes = await queue.outcomesAfter(seq, catchUpRows)
      for (const outcome of outcomes) ledger.append({ seq: outcome.seq, attempt: attemptOfOutcome(outcome, directory) })
      await ledger.settled()
      if (outcomes.length < catchUpRows) return
      seq = outcomes.at(-1)?.seq ?? seq
    }
  }

  /** Tells the lanes what is stored, and begins to sweep. */
  async start(schedule: Schedule): Promise<void> {
    const { queue, clock } = this.#parts
    for (const { target, app, due } of await queue.lanes()) schedule.noteStored(target, app, Math.min(due, clock.now()))
    this.#sweepLater(sweepEveryMs)
  }

  stop(): void {
    this.#stopped = true
    this.#forgetTimer?.()
  }

  #tellOutcomes(outcomes: readonly StoredOutcome[]): void {
    for (const outcome of outcomes) {
      const attempt = attemptOfOutcome(outcome, this.#parts.directory)
      this.#parts.ledger.append({ seq: outcome.seq, attempt })
      this.#logAttempt(attempt)
      this.#callbackEnded(attempt)
      this.#parts.listeners.tell('attempt', attempt)
    }
  }

  /** A callback that was taken, or failed for good, is no target any more. */
  #callbackEnded({ endpoint, nextAttemptAt }: Attempt): void {
    if (targetOf(endpoint).kind === 'operation' && nextAttemptAt === null)
      this.#parts.directory.forgetCallback(endpoint)
  }

  /** The one canonical line of an attempt. */
  #logAttempt(attempt: Attempt): void {
    const { id, app, message, endpoint, eventType, result, code, error, durationMs, nextAttemptAt, url } = attempt
    const fields = { attempt: id, app, message, endpoint, eventType, number: attempt.attempt, result, code, durationMs }
    const more = {
      ...(error && { error: error.code }),
      ...(nextAttemptAt !== null && { nextAttemptAt }),
      url: shownUrl(url),
    }
    if (result === 'success') this.#parts.log.debug({ ...fields, ...more }, 'attempt')
    else this.#parts.log.info({ ...fields, ...more }, 'attempt')
  }

  #health(delivery: LiveDelivery, outcome: { success: boolean; gone: boolean }, schedule: Schedule): void {
    const { directory, clock, holdAfterMs } = this.#parts
    const before = directory.target(delivery.target)
    // A callback is no endpoint: it has its few attempts, and nobody could switch it on again.
    if (
      !before ||
      targetOf(delivery.target).kind === 'operation' ||
      !healthStep(before.endpoint, outcome, clock.now(), holdAfterMs)
    )
      return
    // Looked at again when it is this change's turn: a patch may have come first, or the same change from another attempt.
    const work = directory.exclusively(before.endpoint.app, async () => {
      const entry = directory.target(delivery.target)
      const change = entry && healthStep(entry.endpoint, outcome, clock.now(), holdAfterMs)
      if (!change) return
      const endpoint = { ...entry.endpoint, ...change }
      const { secrets, secondarySecrets } = entry
      await directory.write({
        kind: 'put_endpoint',
        endpoint,
        secrets,
        secondarySecrets,
        create: false,
        healthOnly: true,
      })
      if (change.hold === null) return
      schedule.wake(endpoint.id, endpoint.app)
      this.#parts.log.warn({ endpoint: endpoint.id, app: endpoint.app, hold: change.hold }, 'endpoint held')
      this.#parts.listeners.tell('endpointHeld', endpoint)
    })
    work.catch((error: unknown) => {
      if (!(error instanceof EngineError)) this.#parts.log.error({ error }, 'the health of an endpoint was not written')
    })
  }

  #sweepLater(delayMs: number): void {
    if (this.#stopped) return
    this.#forgetTimer = this.#parts.clock.after(delayMs, () => {
      this.#sweep()
        .then((more) => this.#sweepLater(more ? sweepAgainMs : sweepEveryMs))
        .catch((error: unknown) => {
          if (this.#stopped) return
          this.#parts.log.error({ error }, 'the sweep failed and is tried again')
          this.#sweepLater(sweepEveryMs)
        })
    })
  }

  async #sweep(): Promise<boolean> {
    const { queue, ledger, clock, retentionDays } = this.#parts
    const now = clock.now()
    const before = now - retentionDays * dayMs
    const more = await Promise.all([
      queue.sweep(now, before, sweepRows),
      ledger.sweep(before, sweepRows),
      this.#parts.sweepOperations(now, before, sweepRows),
    ])
    return more.includes(true)
  }
}

export function healthOf(schedule: Schedule, queue: Queue, closing: boolean): Health {
  const reasons = closing ? ['shutting down'] : []
  return { ok: !closing, epoch: queue.epoch, inMemory: schedule.inMemory, inFlight: schedule.inFlight, reasons }
}
