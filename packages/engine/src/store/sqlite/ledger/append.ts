import type { Ledger } from '../../ledger.ts'
import { write } from '../method.ts'
import type { AttemptRow } from './attempt-row.ts'
import { hourOf } from './hours.ts'
import type { LedgerFile } from './ledger-file.ts'

export const append = {
  /** An entry that is there already changes nothing: the ledger may read the same outcomes from the queue twice. */
  appendRow: write<LedgerFile, (row: AttemptRow) => Promise<void>>(
    ({ database, totals, reached }) => {
      const insert = database.prepare(
        `INSERT INTO attempt (seq, id, app, message, event_type, endpoint, attempt, result, code, started_at,
          duration_ms, next_at, manual, detail)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      return (row) => {
        const inserted = insert.run(...row)
        const [seq, , app, , , endpoint, , result, , startedAt] = row
        reached(seq)
        if (inserted.changes !== 1) return
        const success = result === 'success' ? 1 : 0
        totals.add({ app, endpoint, hour: hourOf(startedAt), success, failed: 1 - success })
      }
    },
    { bytes: (row) => row[13].length },
  ),

  /** Answers when everything that was submitted before it is written. */
  writable: write<LedgerFile, Ledger['writable']>(() => () => undefined),
}
