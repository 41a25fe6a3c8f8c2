import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { AttemptResult } from '../../model.ts'
import type { AttemptRow } from './attempt-row.ts'
import { failedResults, hourOf } from './ledger-reader.ts'
import type { BatchWriter, LedgerOperation, OperationAnswer } from './operations.ts'
import { applyInOneTransaction } from './transaction.ts'

/** All statements that change the ledger's file. Lives in the ledger's own thread. */
export class LedgerWriter implements BatchWriter<LedgerOperation> {
  readonly #database: DatabaseSync
  readonly #statements: Record<keyof typeof sql, StatementSync>
  #highWater = 0
  /** Totals of this batch, written once a group: a row an hour and endpoint instead of one an attempt. */
  readonly #totals = new Map<string, { app: string; endpoint: string; hour: number; success: number; failed: number }>()

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
    const counts = counted(result)
    if (inserted.changes !== 1 || counts === null) return
    const hour = hourOf(startedAt)
    const key = `${endpoint} ${hour}`
    let total = this.#totals.get(key)
    if (!total) {
      total = { app, endpoint, hour, success: 0, failed: 0 }
      this.#totals.set(key, total)
    }
    total[counts] += 1
  }

  /** Totals go with their attempts, an hour at a time. */
  #sweep(before: number, limit: number): boolean {
    this.#statements.sweepTotals.run(hourOf(before))
    return Number(this.#statements.sweep.run(limit, before).changes) === limit
  }

  #merge(): void {
    for (const { app, endpoint, hour, success, failed } of this.#totals.values())
      this.#statements.addTotal.run(app, endpoint, hour, success, failed)
    if (this.#highWater > 0) this.#statements.keepHighWater.run(this.#highWater)
  }
}

/** What was interrupted is tried again, and what was cancelled was never tried: neither is a failure. */
function counted(result: AttemptResult): 'success' | 'failed' | null {
  if (result === 'success') return 'success'
  return (failedResults as readonly AttemptResult[]).includes(result) ? 'failed' : null
}

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
  sweepTotals: 'DELETE FROM total WHERE hour < ?',
  sweep: `DELETE FROM attempt WHERE seq IN
      (SELECT seq FROM (SELECT seq, started_at FROM attempt ORDER BY seq LIMIT ?) WHERE started_at < ?)`,
} as const
