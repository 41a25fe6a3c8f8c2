import type { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../../../errors.ts'
import { scalar } from './scalar.ts'

/** Reads every page of a file up to 256 MB (a quarter of a second); above that only the schema, so that a start stays quick. */
export function refuseDamage(database: DatabaseSync, path: string): void {
  const bytes = Number(scalar(database, 'PRAGMA page_count')) * Number(scalar(database, 'PRAGMA page_size'))
  const small = bytes <= 256 * 1024 * 1024
  const answer = scalar(database, small ? 'PRAGMA quick_check(1)' : "SELECT 'ok' FROM sqlite_schema LIMIT 1")
  if (typeof answer === 'string' && answer !== 'ok') throw damaged(path, answer)
}

/** SQLite's primary result codes: 11 corrupt, 26 not a database. */
export function isDamage(error: unknown): error is Error {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === 11 || code === 26
}

export function damaged(path: string, why: string): EngineError {
  return new EngineError(
    'database_refused',
    `The database ${path} is damaged (${why}). Nothing was changed. Keep the folder, restore the last backup into a new one, and start with that; the sqlite3 command's ".recover" may save rows that are newer.`,
  )
}
