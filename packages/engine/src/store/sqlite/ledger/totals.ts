import type { DatabaseSync } from 'node:sqlite'

/** Attempts of one hour at one endpoint. */
interface HourTotal {
  readonly app: string
  readonly endpoint: string
  readonly hour: number
  success: number
  /** Every attempt that did not succeed, as readers count rows. */
  failed: number
}

/** What a transaction adds to totals, written once at its end: a row an hour and endpoint instead of one an attempt. */
export interface Totals {
  /** Below zero for attempts that are forgotten. */
  add(total: Readonly<HourTotal>): void
  merge(): void
  clear(): void
}

export function totalsOn(database: DatabaseSync): Totals {
  const addTotal = database.prepare(
    `INSERT INTO total VALUES (?, ?, ?, ?, ?) ON CONFLICT (app, endpoint, hour)
    DO UPDATE SET success = success + excluded.success, failed = failed + excluded.failed`,
  )
  const added = new Map<string, HourTotal>()
  return {
    add(total) {
      const key = `${total.endpoint} ${total.hour}`
      const sum = added.get(key)
      if (!sum) added.set(key, { ...total })
      else {
        sum.success += total.success
        sum.failed += total.failed
      }
    },
    merge() {
      for (const { app, endpoint, hour, success, failed } of added.values())
        addTotal.run(app, endpoint, hour, success, failed)
      added.clear()
    },
    clear: () => added.clear(),
  }
}
