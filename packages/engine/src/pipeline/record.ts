import type { Clock, Random } from '../clock.ts'
import type { TargetEntry } from '../directory/entries.ts'
import type { NewId } from '../ids.ts'
import type { Log } from '../options.ts'
import type { LiveDelivery } from '../schedule/live-delivery.ts'
import type { LedgerEntry } from '../store/ledger.ts'
import type { Queue, RecordItem } from '../store/queue.ts'
import { untilStored } from '../store/until-stored.ts'
import { attemptsOf } from './attempt.ts'
import type { Sent } from './deliver.ts'
import { again, decide, type Decision } from './retry.ts'

export interface RecordParts {
  readonly clock: Clock
  readonly random: Random
  readonly newId: NewId
  readonly queue: Queue
  readonly log: Log
}

/** What was recorded. */
export interface Recorded {
  /** One, or one for each message of a batch. */
  readonly entries: readonly LedgerEntry[]
  readonly decision: Decision
  /** When the next attempt is due; `null`: there is none. */
  readonly nextDue: number | null
}

/**
 * Decides what follows from an outcome, and writes it down.
 *
 * @returns `null`: another epoch or generation has the delivery, so nothing changed
 */
export async function record(
  parts: RecordParts,
  delivery: LiveDelivery,
  target: TargetEntry,
  sent: Sent,
): Promise<Recorded | null> {
  const { outcome, startedAt, durationMs, pushedAt } = sent
  const { retrySchedule: schedule, terminalCodes } = target.policy
  const now = parts.clock.now()
  const { failures, contents } = delivery
  const split = halves(parts, delivery, sent)
  // A batch that was too large does not count as a retry of its messages.
  const decision: Decision = split
    ? again
    : decide({ outcome, failures, schedule, terminalCodes, random: parts.random.next() })
  const { retryInMs, counts } = decision
  const next =
    retryInMs === null ? null : { due: now + retryInMs, failures: counts ? failures + 1 : failures, pushedAt }
  const item: RecordItem = {
    ...delivery.claim,
    targetKind: target.target.kind,
    attempts: contents.map(({ stored }) => ({ attempt: parts.newId('atmpt', startedAt), message: stored.id })),
    app: delivery.app,
    result: decision.result,
    trigger: delivery.trigger,
    code: outcome.kind === 'unknown' ? 0 : outcome.response.code,
    startedAt,
    durationMs,
    next,
    ...(split && { split }),
  }
  const result = await untilStored(parts.clock, parts.log, () => parts.queue.record(item))
  if (result.state === 'stale') return null
  const entries = attemptsOf(item, delivery, target, sent).map((attempt, index) => ({
    seq: result.seqs[index]!,
    attempt,
  }))
  return { entries, decision, nextDue: next?.due ?? null }
}

/**
 * A receiver that finds a batch too large gets it in two parts, and so does a batch with a member that cannot be encoded any more: the
 * others arrive. A single message of either kind has failed.
 */
function halves(parts: RecordParts, { contents }: LiveDelivery, { outcome, startedAt }: Sent): RecordItem['split'] {
  const tooLarge = outcome.kind === 'rejected' && outcome.reason === 'too_large'
  const notEncodable = outcome.kind === 'unknown' && outcome.error.code === 'not_encodable'
  if (contents.length < 2 || !(tooLarge || notEncodable)) return undefined
  const ids = contents.map(({ stored }) => stored.id)
  const middle = Math.ceil(ids.length / 2)
  return [ids.slice(0, middle), ids.slice(middle)].map((messages) => ({
    batch: parts.newId('batch', startedAt),
    messages,
  }))
}
