import { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../../errors.ts'

/** 3.7.0 to 3.51.2 can corrupt a WAL database that two connections checkpoint at once (fixed 2026-03-13). */
const oldestSafeVersion = [3, 51, 3] as const

/** A numbered step of a schema, forward only. `migrations[0]` takes an empty file to version 1. */
export type Migrations = readonly string[]

/** Opens the one connection that writes a file, brings its schema up to date and proves that commits are durable. */
export function openWriter(path: string, migrations: Migrations, durability: 'FULL' | 'NORMAL'): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    refuseUnsafeVersion(database)
    database.exec('PRAGMA busy_timeout = 5000')
    if (path !== ':memory:') setAndVerify(database, 'journal_mode', 'wal')
    setAndVerify(database, 'synchronous', durability === 'FULL' ? 2 : 1)
    // 64 MB of pages: the rows of a few seconds of work stay in memory. Checkpoints every 4,000 pages (16 MB).
    database.exec('PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY')
    database.exec('PRAGMA foreign_keys = OFF; PRAGMA secure_delete = FAST')
    refuseDamage(database, path)
    migrate(database, path, migrations)
    return database
  } catch (error) {
    database.close()
    throw isDamage(error) ? damaged(path, error.message) : error
  }
}

/** Opens a connection that only reads. The file exists: its writer was opened before. */
export function openReader(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true })
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16384; PRAGMA query_only = ON')
  return database
}

/** The single value of a pragma or of a one-cell query. */
export function scalar(database: DatabaseSync, sql: string): unknown {
  const row = database.prepare(sql).get()
  return row === undefined ? undefined : Object.values(row)[0]
}

function setAndVerify(database: DatabaseSync, pragma: string, value: string | number): void {
  database.exec(`PRAGMA ${pragma} = ${value}`)
  const actual = scalar(database, `PRAGMA ${pragma}`)
  if (actual !== value)
    throw new EngineError(
      'database_refused',
      `SQLite answers ${pragma} = ${String(actual)} where ${value} was set. With it an acknowledged message could be lost at power failure, so Posthorn does not start. Use a local disk that supports write-ahead logging.`,
    )
}

function refuseUnsafeVersion(database: DatabaseSync): void {
  const version = String(scalar(database, 'SELECT sqlite_version()'))
  const parts = version.split('.').map(Number)
  for (const [index, least] of oldestSafeVersion.entries()) {
    const part = parts[index] ?? 0
    if (part > least) return
    if (part < least)
      throw new EngineError(
        'database_refused',
        `This Node carries SQLite ${version}; Posthorn needs ${oldestSafeVersion.join('.')} or newer, because older ones can corrupt a database in use. Update Node.`,
      )
  }
}

/** Reads every page of a file up to 256 MB (a quarter of a second); above that only the schema, so that a start stays quick. */
function refuseDamage(database: DatabaseSync, path: string): void {
  const bytes = Number(scalar(database, 'PRAGMA page_count')) * Number(scalar(database, 'PRAGMA page_size'))
  const small = bytes <= 256 * 1024 * 1024
  const answer = scalar(database, small ? 'PRAGMA quick_check(1)' : "SELECT 'ok' FROM sqlite_schema LIMIT 1")
  if (typeof answer === 'string' && answer !== 'ok') throw damaged(path, answer)
}

/** SQLite's primary result codes: 11 corrupt, 26 not a database. */
function isDamage(error: unknown): error is Error {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === 11 || code === 26
}

function damaged(path: string, why: string): EngineError {
  return new EngineError(
    'database_refused',
    `The database ${path} is damaged (${why}). Nothing was changed. Keep the folder, restore the last backup into a new one, and start with that; the sqlite3 command's ".recover" may save rows that are newer.`,
  )
}

function migrate(database: DatabaseSync, path: string, migrations: Migrations): void {
  const version = Number(scalar(database, 'PRAGMA user_version'))
  if (version > migrations.length)
    throw new EngineError(
      'database_refused',
      `The database ${path} has schema version ${version}; this Posthorn knows ${migrations.length}. It was written by a newer Posthorn: start that one.`,
    )
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue
    database.exec('BEGIN IMMEDIATE')
    database.exec(sql)
    database.exec(`PRAGMA user_version = ${index + 1}`)
    database.exec('COMMIT')
  }
}
