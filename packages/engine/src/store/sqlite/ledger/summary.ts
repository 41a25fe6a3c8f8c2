import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { AttemptQuery, Ledger } from '../../ledger.ts'
import { Conditions } from '../file/conditions.ts'
import { read } from '../method.ts'
import { filterOf } from './filter.ts'
import { hourOf, isWholeHour } from './hours.ts'

export const summary = {
  summary: read<Ledger['summary']>((database) => (query) => {
    const row = isInTotals(query) ? summed(database, query) : counted(database, query)
    const success = Number(row?.success ?? 0)
    const failed = Number(row?.failed ?? 0)
    return { total: success + failed, success, failed }
  }),
}

export const endings = {
  // SQLite gives the other columns of a max() from its row.
  endings: read<Ledger['endings']>((database) => {
    const count = database.prepare(
      `SELECT result, count(*) AS count FROM (
        SELECT result, started_at, max(seq) FROM attempt WHERE app = ? AND endpoint = ?
          AND message NOT IN (SELECT value FROM json_each(?)) GROUP BY message)
      WHERE started_at >= ? AND started_at < ? GROUP BY result`,
    )
    return ({ app, endpoint, after, before, except }) =>
      Object.fromEntries(
        count
          .all(app, endpoint, JSON.stringify(except), after ?? 0, before ?? Number.MAX_SAFE_INTEGER)
          .map((row) => [String(row.result), Number(row.count)]),
      )
  }),
}

/** Totals know applications, endpoints and whole hours. */
function isInTotals(query: AttemptQuery): boolean {
  const { message, eventTypes, results, code, codeClass, channel, tag, after, before } = query
  const others = [message, eventTypes, results, code, codeClass, channel, tag]
  return others.every((filter) => filter === null) && isWholeHour(after) && isWholeHour(before)
}

function summed(database: DatabaseSync, query: AttemptQuery): Record<string, SQLOutputValue> | undefined {
  const where = new Conditions()
  where.and('app = ?', query.app)
  if (query.endpoint !== null) where.and('endpoint = ?', query.endpoint)
  if (query.after !== null) where.and('hour >= ?', hourOf(query.after))
  if (query.before !== null) where.and('hour < ?', hourOf(query.before))
  return database
    .prepare(`SELECT sum(success) AS success, sum(failed) AS failed FROM total WHERE ${where.sql}`)
    .get(...where.values)
}

function counted(database: DatabaseSync, query: AttemptQuery): Record<string, SQLOutputValue> | undefined {
  const where = filterOf({ ...query, cursor: null })
  return database
    .prepare(
      `SELECT count(*) FILTER (WHERE result = 'success') AS success,
        count(*) FILTER (WHERE result <> 'success') AS failed FROM attempt WHERE ${where.sql}`,
    )
    .get(...where.values)
}
