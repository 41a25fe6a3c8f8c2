import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { AttemptQuery, FailedMessage, FailedQuery, LatestAttempt } from '../ledger.ts'
import type { Attempt } from '../../model.ts'
import { toAttempt } from './attempt-row.ts'
import { scalar } from './database.ts'
import { Conditions } from './conditions.ts'

export const hourMs = 3_600_000

export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / hourMs)
}

/** Reads of the ledger's file. */
export class LedgerReader {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  highWater(): number {
    return Number(scalar(this.#database, "SELECT coalesce((SELECT value FROM meta WHERE key = 'high_water'), 0)"))
  }

  attempt(app: string, id: string): Attempt | null {
    const row = this.#database.prepare('SELECT * FROM attempt WHERE app = ? AND id = ?').get(app, id)
    return row ? toAttempt(row) : null
  }

  attempts(query: AttemptQuery): Attempt[] {
    const where = conditions(query)
    const direction = query.order === 'ascending' ? 'ASC' : 'DESC'
    return this.#database
      .prepare(`SELECT * FROM attempt WHERE ${where.sql} ORDER BY id ${direction} LIMIT ?`)
      .all(...where.values, query.limit)
      .map(toAttempt)
  }

  attemptedMessages(query: AttemptQuery): Attempt[] {
    const where = conditions({ ...query, cursor: null })
    const direction = query.order === 'ascending' ? 'ASC' : 'DESC'
    if (query.cursor !== null) where.and(query.order === 'ascending' ? 'message > ?' : 'message < ?', query.cursor)
    return this.#database
      .prepare(
        `SELECT * FROM attempt WHERE seq IN (SELECT max(seq) FROM attempt WHERE ${where.sql} GROUP BY message)
         ORDER BY message ${direction} LIMIT ?`,
      )
      .all(...where.values, query.limit)
      .map(toAttempt)
  }

  summary(query: AttemptQuery): { total: number; success: number; failed: number } {
    const { message, eventTypes, results, code, codeClass, channel, tag } = query
    const onlyTotals = [message, eventTypes, results, code, codeClass, channel, tag].every((filter) => filter === null)
    const row =
      onlyTotals && isWholeHour(query.after) && isWholeHour(query.before) ? this.#totals(query) : this.#counted(query)
    const success = Number(row?.success ?? 0)
    const failed = Number(row?.failed ?? 0)
    return { total: success + failed, success, failed }
  }

  #totals(query: AttemptQuery): Record<string, SQLOutputValue> | undefined {
    const where = new Conditions()
    where.and('app = ?', query.app)
    if (query.endpoint !== null) where.and('endpoint = ?', query.endpoint)
    if (query.after !== null) where.and('hour >= ?', hourOf(query.after))
    if (query.before !== null) where.and('hour < ?', hourOf(query.before))
    return this.#database
      .prepare(`SELECT sum(success) AS success, sum(failed) AS failed FROM total WHERE ${where.sql}`)
      .get(...where.values)
  }

  #counted(query: AttemptQuery): Record<string, SQLOutputValue> | undefined {
    const where = conditions({ ...query, cursor: null })
    return this.#database
      .prepare(
        `SELECT count(*) FILTER (WHERE result = 'success') AS success,
           count(*) FILTER (WHERE result <> 'success') AS failed FROM attempt WHERE ${where.sql}`,
      )
      .get(...where.values)
  }

  latest(app: string, message: string): LatestAttempt[] {
    const rows = this.#database
      .prepare('SELECT * FROM attempt WHERE app = ? AND message = ? ORDER BY seq')
      .all(app, message)
    const byEndpoint = new Map<string, LatestAttempt>()
    for (const row of rows) {
      const attempt = toAttempt(row)
      const count = (byEndpoint.get(attempt.endpoint)?.count ?? 0) + 1
      byEndpoint.set(attempt.endpoint, { endpoint: attempt.endpoint, count, attempt })
    }
    return [...byEndpoint.values()]
  }

  failedMessages(query: FailedQuery): FailedMessage[] {
    return this.#database
      .prepare(
        `SELECT message, attempt FROM attempt WHERE seq IN (
           SELECT max(seq) FROM attempt WHERE app = ? AND endpoint = ? AND started_at >= ? AND message > ? GROUP BY message
         ) AND result = 'exhausted' AND started_at < ? ORDER BY message LIMIT ?`,
      )
      .all(query.app, query.endpoint, query.since, query.cursor ?? '', query.until, query.limit)
      .map((row) => ({ message: String(row.message), attempt: Number(row.attempt) }))
  }
}

function isWholeHour(timeMs: number | null): boolean {
  return timeMs === null || timeMs % hourMs === 0
}

function conditions(query: AttemptQuery): Conditions {
  const where = new Conditions()
  where.and('app = ?', query.app)
  if (query.endpoint !== null) where.and('endpoint = ?', query.endpoint)
  if (query.message !== null) where.and('message = ?', query.message)
  if (query.eventTypes) where.anyOf('event_type', query.eventTypes)
  if (query.results) where.anyOf('result', query.results)
  if (query.code !== null) where.and('code = ?', query.code)
  if (query.codeClass !== null) where.and('code >= ? AND code < ?', query.codeClass * 100, query.codeClass * 100 + 100)
  if (query.channel !== null)
    where.and("EXISTS (SELECT 1 FROM json_each(detail, '$.channels') WHERE value = ?)", query.channel)
  if (query.tag !== null) where.and("EXISTS (SELECT 1 FROM json_each(detail, '$.tags') WHERE value = ?)", query.tag)
  if (query.after !== null) where.and('started_at >= ?', query.after)
  if (query.before !== null) where.and('started_at < ?', query.before)
  if (query.cursor !== null) where.and(query.order === 'ascending' ? 'id > ?' : 'id < ?', query.cursor)
  return where
}
