import type { Clock, Random } from '../clock.ts'
import type { Sent } from './deliver.ts'
import type { Directory, EndpointEntry } from '../directory/directory.ts'
import type { NewId } from '../ids.ts'
import type { LiveDelivery } from '../schedule/lane.ts'
import type { Attempt } from '../model.ts'
import type { Log } from '../options.ts'
import { decide, type Decision } from './retry.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Queue, RecordItem, StoredOutcome } from '../store/queue.ts'
import type { TransportResponse } from '../transport/transport.ts'
import { shownHeaders, withShortClaim } from '../redact.ts'
import { untilStored } from '../store/until-stored.ts'
import { targetOf } from '../target.ts'

export interface RecordParts {
  readonly clock: Clock
  readonly random: Random
  readonly newId: NewId
  readonly queue: Queue
  readonly ledger: Ledger
  readonly log: Log
}

/** What was recorded; `null`: another epoch or generation has the delivery, so nothing changed. */
export interface Recorded {
  /** One, or one for each message of a batch. */
  readonly attempts: readonly [Attempt, ...Attempt[]]
  readonly decision: Decision
}

/** Outcome and next due time in the queue, durable; everything searchable in the ledger, which may lag. */
export async function record(
  parts: RecordParts,
  delivery: LiveDelivery,
  entry: EndpointEntry,
  sent: Sent,
): Promise<Recorded | null> {
  const { outcome, startedAt, durationMs } = sent
  const { retrySchedule: schedule, terminalCodes } = entry.policy
  const now = parts.clock.now()
  const { failures, contents } = delivery
  const split = halves(parts, delivery, sent)
  const decision: Decision = split
    ? { result: 'failed', retryInMs: 0, gone: false }
    : decide({ outcome, failures, schedule, terminalCodes, now, random: parts.random.next() })
  // A batch that was too large burns no retry of its messages.
  const next =
    decision.retryInMs === null ? null : { due: now + decision.retryInMs, failures: split ? failures : failures + 1 }
  const item: RecordItem = {
    target: delivery.target,
    targetKind: targetOf(delivery.target).kind,
    due: delivery.due,
    request: delivery.request,
    generation: delivery.generation,
    attempts: contents.map(({ stored }) => ({ attempt: parts.newId('atmpt', startedAt), message: stored.id })),
    app: delivery.lane.app,
    result: decision.result,
    trigger: delivery.trigger,
    code: outcome.ok ? outcome.response.status : 0,
    startedAt,
    durationMs,
    next,
    ...(split && { split }),
  }
  const result = await untilStored(parts.clock, parts.log, () => parts.queue.record(item))
  if (result.state === 'stale') return null
  const attempts = contents.map((_, index) => toAttempt(item, index, delivery, entry, sent))
  for (const [index, attempt] of attempts.entries()) parts.ledger.append({ seq: result.seqs[index]!, attempt })
  return { attempts: attempts as unknown as Recorded['attempts'], decision }
}

/** A receiver that finds a batch too large (413) gets it in two parts; a single message that is too large has failed. */
function halves(parts: RecordParts, { contents }: LiveDelivery, { outcome, startedAt }: Sent): RecordItem['split'] {
  if (contents.length < 2 || !outcome.ok || outcome.response.status !== 413) return undefined
  const ids = contents.map(({ stored }) => stored.id)
  const middle = Math.ceil(ids.length / 2)
  return [ids.slice(0, middle), ids.slice(middle)].map((messages) => ({
    batch: parts.newId('batch', startedAt),
    messages,
  }))
}

/** Kept once for each message, so of a batch's response no more than a look. */
const batchResponseBytes = 2048

function toAttempt(item: RecordItem, index: number, delivery: LiveDelivery, entry: EndpointEntry, sent: Sent): Attempt {
  const { outcome, request } = sent
  const { attempt, message } = item.attempts[index]!
  const { eventType, channels, tags, params } = delivery.contents[index]!.stored
  const claim = params.claim ?? entry.endpoint.params.claim
  const batch = item.request.kind === 'batch' ? item.request.id : null
  const recorded: Attempt = {
    id: attempt,
    org: entry.endpoint.org,
    app: item.app,
    message,
    requestId: entry.dialect.requestId(message),
    eventType,
    channels,
    tags,
    endpoint: item.target,
    url: request?.url ?? entry.endpoint.url,
    attempt: item.generation,
    batch,
    result: item.result,
    trigger: item.trigger,
    code: item.code,
    error: outcome.ok ? null : { code: outcome.error.code, message: outcome.error.message },
    startedAt: item.startedAt,
    durationMs: item.durationMs,
    nextAttemptAt: item.next?.due ?? null,
    request: request && { method: request.method, headers: shownHeaders(request.headers, entry) },
    response: outcome.ok
      ? {
          headers: outcome.response.headers,
          ...shownBody(outcome.response, batch === null ? Number.POSITIVE_INFINITY : batchResponseBytes),
        }
      : null,
    remoteAddress: outcome.remoteAddress,
  }
  return claim === undefined ? recorded : withShortClaim(recorded, claim)
}

function shownBody(
  { body, bodyTruncated }: TransportResponse,
  mostBytes: number,
): { readonly body: string; readonly truncated: boolean } {
  const shown = body.length > mostBytes ? body.subarray(0, mostBytes) : body
  const text = shown.length > 0 ? Buffer.from(shown).toString('utf8') : ''
  return { body: text, truncated: bodyTruncated || shown !== body }
}

/** An ending that no request of this process had, as the ledger shows it: interrupted, cancelled, quarantined, or caught up. */
export function attemptOfOutcome(outcome: StoredOutcome, directory: Directory): Attempt {
  const entry = directory.target(outcome.target)
  return {
    id: outcome.attempt,
    org: directory.organisationOf(outcome.app),
    app: outcome.app,
    message: outcome.message,
    requestId: entry?.dialect.requestId(outcome.message) ?? outcome.message,
    eventType: outcome.eventType,
    channels: null,
    tags: null,
    endpoint: outcome.target,
    url: entry?.endpoint.url ?? '',
    attempt: outcome.generation,
    batch: null,
    result: outcome.result,
    trigger: outcome.trigger,
    code: outcome.code,
    error: explain(outcome),
    startedAt: outcome.startedAt,
    durationMs: outcome.durationMs,
    nextAttemptAt: outcome.nextAt,
    request: null,
    response: null,
    remoteAddress: null,
  }
}

function explain({ result }: StoredOutcome): Attempt['error'] {
  switch (result) {
    case 'interrupted':
      return {
        code: 'interrupted',
        message: 'The process ended while this attempt was out: maybe sent. It is sent again and burns no retry.',
      }
    case 'cancelled':
      return {
        code: 'cancelled',
        message: 'The endpoint was deleted, or the operation expired, before this was delivered.',
      }
    case 'quarantined':
      return {
        code: 'quarantined',
        message:
          'The process died while only this delivery was out. It is set aside; send it again by hand once the cause is known.',
      }
    default:
      return null
  }
}
