import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { AttemptRow } from './attempt-row.ts'
import { hourMs, hourOf } from './ledger-reader.ts'
import type { BatchWriter, LedgerOperation, OperationAnswer } from './operations.ts'
import { applyInOneTransaction } from './transaction.ts'

/** All statements that change the ledger's file. Lives in the ledger's own thread. */
export class LedgerWriter implements BatchWriter<LedgerOperation> {
  readonly #database: DatabaseSync
  readonly #statements: Record<keyof typeof sql, StatementSync>
  #highWater = 0
  /** What this batch adds to totals, written once a group: a row an hour and endpoint instead of one an attempt. */
  readonly #totals = new Map<string, HourTotal>()

  constructor(database: DatabaseSync) {
    this.#database = database
    const prepared = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)])
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof sql, StatementSync>
  }

  apply(batch: readonly LedgerOperation[]): readonly OperationAnswer[] {
    const work = [...batch, { kind: 'merge' } as const]
    const applyOne = (operation: (typeof work)[number]): unknown => {
      switch (operation.kind) {
        case 'append':
          return this.#append(operation.row)
        case 'expunge':
          return this.#statements.expunge.run(operation.app, operation.id).changes === 1
        case 'sweep':
          return this.#sweep(operation.before, operation.limit)
        case 'settle':
          return null
        case 'merge':
          return this.#merge()
      }
    }
    const answers = applyInOneTransaction(this.#database, work, applyOne, () => this.#totals.clear())
    this.#totals.clear()
    return answers.slice(0, batch.length)
  }

  close(): void {
    this.#database.close()
  }

  /** An entry that is there already (the ledger caught up from the queue twice) changes nothing. */
  #append(row: AttemptRow): void {
    const inserted = this.#statements.insert.run(...row)
    const [seq, , app, , , endpoint, , result, , startedAt] = row
    this.#highWater = Math.max(this.#highWater, seq)
    if (inserted.changes !== 1) return
    const success = result === 'success' ? 1 : 0
    this.#count({ app, endpoint, hour: hourOf(startedAt), success, failed: 1 - success })
  }

  /** Totals lose what their attempts counted, so that they are at any time what counting rows gives. */
  #sweep(before: number, limit: number): boolean {
    this.#statements.sweepTotals.run()
    const gone = this.#statements.swept.all(limit, before)
    const { changes } = this.#statements.sweep.run(limit, before)
    for (const { app, endpoint, hour, success, failed } of gone)
      this.#count({
        app: String(app),
        endpoint: String(endpoint),
        hour: Number(hour),
        success: -Number(success),
        failed: -Number(failed),
      })
    return Number(changes) === limit
  }

  #count({ app, endpoint, hour, success, failed }: HourTotal): void {
    const key = `${endpoint} ${hour}`
    const total = this.#totals.get(key)
    if (!total) this.#totals.set(key, { app, endpoint, hour, success, failed })
    else {
      total.success += success
      total.failed += failed
    }
  }

  #merge(): void {
    for (const { app, endpoint, hour, success, failed } of this.#totals.values())
      this.#statements.addTotal.run(app, endpoint, hour, success, failed)
    if (this.#highWater > 0) this.#statements.keepHighWater.run(this.#highWater)
  }
}

interface HourTotal {
  readonly app: string
  readonly endpoint: string
  readonly hour: number
  success: number
  /** Every attempt that did not succeed, as readers count rows. */
  failed: number
}

/** The oldest attempts: at most so many, and only what started before. */
const oldest =
  'seq IN (SELECT seq FROM (SELECT seq, started_at FROM attempt ORDER BY seq LIMIT ?) WHERE started_at < ?)'

const sql = {
  insert: `INSERT INTO attempt (seq, id, app, message, event_type, endpoint, attempt, result, code, started_at,
      duration_ms, next_at, manual, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  addTotal: `INSERT INTO total VALUES (?, ?, ?, ?, ?) ON CONFLICT (app, endpoint, hour)
    DO UPDATE SET success = success + excluded.success, failed = failed + excluded.failed`,
  keepHighWater: `INSERT INTO meta VALUES ('high_water', ?)
    ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)`,
  // The address, the error and the outcome stay: what is forgotten is what went over the wire.
  expunge: `UPDATE attempt SET detail = json_set(detail, '$.request', NULL, '$.response', NULL) WHERE app = ? AND id = ?`,
  // Empty since an earlier sweep.
  sweepTotals: 'DELETE FROM total WHERE success = 0 AND failed = 0',
  swept: `SELECT app, endpoint, started_at / ${hourMs} AS hour, count(*) FILTER (WHERE result = 'success') AS success,
      count(*) FILTER (WHERE result <> 'success') AS failed FROM attempt WHERE ${oldest} GROUP BY app, endpoint, hour`,
  sweep: `DELETE FROM attempt WHERE ${oldest}`,
} as const
