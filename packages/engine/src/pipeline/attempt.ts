import type { TargetEntry } from '../directory/entries.ts'
import { shownHeaders, withShortClaim } from '../log/redact.ts'
import type { Attempt } from '../model.ts'
import type { LiveDelivery } from '../schedule/live-delivery.ts'
import type { RecordItem } from '../store/queue.ts'
import type { Outcome, TransportResponse } from '../transport/transport.ts'
import type { Sent } from './deliver.ts'

/** Kept once for each message, so of a batch's response only the beginning. */
const batchResponseBytes = 2048

/**
 * The attempts of one request as the log keeps them: one, or one for each message of a batch. Secrets and credentials are left
 * out.
 */
export function attemptsOf(item: RecordItem, delivery: LiveDelivery, target: TargetEntry, sent: Sent): Attempt[] {
  return delivery.contents.map((_, index) => attemptOf(item, index, delivery, target, sent))
}

function attemptOf(
  item: RecordItem,
  index: number,
  delivery: LiveDelivery,
  target: TargetEntry,
  { outcome, request, pushedAt }: Sent,
): Attempt {
  const { attempt, message } = item.attempts[index]!
  const { eventType, channels, tags, params } = delivery.contents[index]!.stored
  const claim = params.claim ?? target.params.claim
  const batch = item.request.kind === 'batch' ? item.request.id : null
  const recorded: Attempt = {
    id: attempt,
    org: target.org,
    app: item.app,
    message,
    requestId: target.dialect.requestId(message),
    eventType,
    channels,
    tags,
    endpoint: item.target,
    url: request?.url ?? target.url,
    attempt: item.generation,
    batch,
    result: item.result,
    trigger: item.trigger,
    code: item.code,
    error: outcome.kind === 'unknown' ? { code: outcome.error.code, message: outcome.error.message } : null,
    startedAt: item.startedAt,
    durationMs: item.durationMs,
    nextAttemptAt: item.next?.due ?? null,
    request: request && {
      method: request.method,
      headers: shownHeaders(request.headers, target),
      ...(target.dialect.pushedAtStepMs !== null && { pushedAt }),
    },
    response: responseOf(outcome, batch === null ? Number.POSITIVE_INFINITY : batchResponseBytes),
    remoteAddress: outcome.remoteAddress,
  }
  return claim === undefined ? recorded : withShortClaim(recorded, claim)
}

function responseOf(outcome: Outcome, mostBytes: number): Attempt['response'] {
  if (outcome.kind === 'unknown') return null
  return { headers: outcome.response.headers, ...shownBody(outcome.response, mostBytes) }
}

function shownBody(
  { body, bodyTruncated }: TransportResponse,
  mostBytes: number,
): { readonly body: string; readonly truncated: boolean } {
  const shown = body.length > mostBytes ? body.subarray(0, mostBytes) : body
  const text = shown.length > 0 ? Buffer.from(shown).toString('utf8') : ''
  return { body: text, truncated: bodyTruncated || shown !== body }
}
