import type { LatestAttempt, Ledger } from '../../ledger.ts'
import { read } from '../method.ts'
import { toAttempt } from './attempt-row.ts'
import { filterOf } from './filter.ts'

export const attempts = {
  attempt: read<Ledger['attempt']>((database) => {
    const select = database.prepare('SELECT * FROM attempt WHERE app = ? AND id = ?')
    return (app, id) => {
      const row = select.get(app, id)
      return row ? toAttempt(row) : null
    }
  }),

  attempts: read<Ledger['attempts']>((database) => (query) => {
    const where = filterOf(query)
    const direction = query.order === 'ascending' ? 'ASC' : 'DESC'
    return database
      .prepare(`SELECT * FROM attempt WHERE ${where.sql} ORDER BY id ${direction} LIMIT ?`)
      .all(...where.values, query.limit)
      .map(toAttempt)
  }),

  attemptedMessages: read<Ledger['attemptedMessages']>((database) => (query) => {
    const where = filterOf({ ...query, cursor: null })
    const direction = query.order === 'ascending' ? 'ASC' : 'DESC'
    if (query.cursor !== null) where.and(query.order === 'ascending' ? 'message > ?' : 'message < ?', query.cursor)
    return database
      .prepare(
        `SELECT * FROM attempt WHERE seq IN (SELECT max(seq) FROM attempt WHERE ${where.sql} GROUP BY message)
        ORDER BY message ${direction} LIMIT ?`,
      )
      .all(...where.values, query.limit)
      .map(toAttempt)
  }),

  latest: read<Ledger['latest']>((database) => {
    const select = database.prepare('SELECT * FROM attempt WHERE app = ? AND message = ? ORDER BY seq')
    return (app, message) => {
      const byEndpoint = new Map<string, LatestAttempt>()
      for (const row of select.all(app, message)) {
        const attempt = toAttempt(row)
        const count = (byEndpoint.get(attempt.endpoint)?.count ?? 0) + 1
        byEndpoint.set(attempt.endpoint, { endpoint: attempt.endpoint, count, attempt })
      }
      return [...byEndpoint.values()]
    }
  }),

  failedMessages: read<Ledger['failedMessages']>((database) => {
    const select = database.prepare(
      `SELECT message, attempt FROM attempt WHERE seq IN (
        SELECT max(seq) FROM attempt WHERE app = ? AND endpoint = ? AND started_at >= ? AND message > ? GROUP BY message
      ) AND result = 'exhausted' AND started_at < ? ORDER BY message LIMIT ?`,
    )
    return ({ app, endpoint, since, until, cursor, limit }) =>
      select
        .all(app, endpoint, since, cursor ?? '', until, limit)
        .map((row) => ({ message: String(row.message), attempt: Number(row.attempt) }))
  }),
}
