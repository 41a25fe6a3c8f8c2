import type { DatabaseSync } from 'node:sqlite'

/** The single value of a pragma or of a one-cell query. */
export function scalar(database: DatabaseSync, sql: string): unknown {
  const row = database.prepare(sql).get()
  return row === undefined ? undefined : Object.values(row)[0]
}
