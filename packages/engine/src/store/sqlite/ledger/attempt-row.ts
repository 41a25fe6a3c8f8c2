import type { SQLOutputValue } from 'node:sqlite'
import type { Attempt, AttemptResult } from '../../../model.ts'
import type { LedgerEntry } from '../../ledger.ts'

/**
 * An attempt as it travels to the ledger's thread and into its row: flat, in the order of the columns, with one text for
 * what nobody sorts by. (As nested objects, printing, parsing and printing again cost 10 µs a delivery.)
 */
export type AttemptRow = [
  seq: number,
  id: string,
  app: string,
  message: string,
  eventType: string,
  endpoint: string,
  attempt: number,
  result: AttemptResult,
  code: number,
  startedAt: number,
  durationMs: number,
  nextAt: number | null,
  manual: number,
  detail: string,
]

/** Fields that are never sorted by are in one JSON column. */
type AttemptDetail = Pick<Attempt, 'org' | 'requestId' | 'url' | 'error' | 'request' | 'response' | 'remoteAddress'> &
  Partial<Pick<Attempt, 'batch' | 'channels' | 'tags'>>

export function attemptRow({ seq, attempt }: LedgerEntry): AttemptRow {
  const { org, requestId, url, error, request, response, remoteAddress, batch, channels, tags } = attempt
  const detail: AttemptDetail = { org, requestId, url, error, request, response, remoteAddress }
  if (batch !== null) Object.assign(detail, { batch })
  if (channels) Object.assign(detail, { channels })
  if (tags) Object.assign(detail, { tags })
  return [
    seq,
    attempt.id,
    attempt.app,
    attempt.message,
    attempt.eventType,
    attempt.endpoint,
    attempt.attempt,
    attempt.result,
    attempt.code,
    attempt.startedAt,
    attempt.durationMs,
    attempt.nextAttemptAt,
    attempt.trigger === 'manual' ? 1 : 0,
    JSON.stringify(detail),
  ]
}

export function toAttempt(row: Record<string, SQLOutputValue>): Attempt {
  const detail = JSON.parse(String(row.detail)) as AttemptDetail
  return {
    id: String(row.id),
    org: detail.org,
    app: String(row.app),
    message: String(row.message),
    requestId: detail.requestId,
    eventType: String(row.event_type),
    channels: detail.channels ?? null,
    tags: detail.tags ?? null,
    endpoint: String(row.endpoint),
    url: detail.url,
    attempt: Number(row.attempt),
    batch: detail.batch ?? null,
    result: String(row.result) as AttemptResult,
    trigger: row.manual === 1 ? 'manual' : 'scheduled',
    code: Number(row.code),
    error: detail.error,
    startedAt: Number(row.started_at),
    durationMs: Number(row.duration_ms),
    nextAttemptAt: row.next_at === null ? null : Number(row.next_at),
    request: detail.request,
    response: detail.response,
    remoteAddress: detail.remoteAddress,
  }
}
