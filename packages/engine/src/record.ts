import type { Clock, Random } from './clock.ts'
import type { Sent } from './deliver.ts'
import type { Directory, EndpointEntry } from './directory.ts'
import type { NewId } from './ids.ts'
import type { LiveDelivery } from './lane.ts'
import type { Attempt } from './model.ts'
import type { Log } from './options.ts'
import { decide, type Decision } from './retry.ts'
import type { Ledger } from './store/ledger.ts'
import type { Queue, RecordItem, StoredOutcome } from './store/queue.ts'
import { shownHeaders } from './redact.ts'
import { untilStored } from './until-stored.ts'

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
  readonly attempt: Attempt
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
  const { failures } = delivery
  const decision = decide({ outcome, failures, schedule, terminalCodes, now, random: parts.random.next() })
  const next = decision.retryInMs === null ? null : { due: now + decision.retryInMs, failures: failures + 1 }
  const item: RecordItem = {
    target: delivery.target,
    due: delivery.due,
    message: delivery.message,
    generation: delivery.generation,
    attempt: parts.newId('atmpt', startedAt),
    app: delivery.lane.app,
    result: decision.result,
    trigger: delivery.trigger,
    code: outcome.ok ? outcome.response.status : 0,
    startedAt,
    durationMs,
    next,
  }
  const result = await untilStored(parts.clock, parts.log, () => parts.queue.record(item))
  if (result.state === 'stale') return null
  const attempt = toAttempt(item, delivery, entry, sent)
  parts.ledger.append({ seq: result.seq, attempt })
  return { attempt, decision }
}

function toAttempt(item: RecordItem, delivery: LiveDelivery, entry: EndpointEntry, sent: Sent): Attempt {
  const { outcome, request } = sent
  const { eventType, channels, tags } = delivery.content.stored
  return {
    id: item.attempt,
    org: entry.endpoint.org,
    app: item.app,
    message: item.message,
    requestId: entry.dialect.requestId(item.message),
    eventType,
    channels,
    tags,
    endpoint: item.target,
    url: request?.url ?? entry.endpoint.url,
    attempt: item.generation,
    result: item.result,
    trigger: item.trigger,
    code: item.code,
    error: outcome.ok ? null : { code: outcome.error.code, message: outcome.error.message },
    startedAt: item.startedAt,
    durationMs: item.durationMs,
    nextAttemptAt: item.next?.due ?? null,
    request: request && { method: request.method, headers: shownHeaders(request.headers, entry.endpoint.headers) },
    response: outcome.ok
      ? {
          headers: outcome.response.headers,
          body: outcome.response.body.length > 0 ? Buffer.from(outcome.response.body).toString('utf8') : '',
          truncated: outcome.response.bodyTruncated,
        }
      : null,
    remoteAddress: outcome.remoteAddress,
  }
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
      return { code: 'cancelled', message: 'The endpoint was deleted before this was delivered.' }
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
