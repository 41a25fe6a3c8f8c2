import type { DatabaseSync } from 'node:sqlite'
import { totalsOn, type Totals } from './totals.ts'

/** The ledger's open file, with what several methods share. One instance, in the thread that writes the file. */
export interface LedgerFile {
  readonly database: DatabaseSync
  readonly totals: Totals
  /** Notes the highest number that this transaction appends. */
  readonly reached: (seq: number) => void
  /** Writes what the calls of a transaction left to be written once. */
  merge(): void
  /** The transaction was undone. */
  undone(): void
}

export function ledgerFileOn(database: DatabaseSync): LedgerFile {
  const totals = totalsOn(database)
  const keepHighWater = database.prepare(
    `INSERT INTO meta VALUES ('high_water', ?)
    ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)`,
  )
  let highWater = 0
  return {
    database,
    totals,
    reached(seq) {
      highWater = Math.max(highWater, seq)
    },
    merge() {
      totals.merge()
      if (highWater > 0) keepHighWater.run(highWater)
      highWater = 0
    },
    undone() {
      totals.clear()
      highWater = 0
    },
  }
}
