import type { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../../../errors.ts'
import { damaged, isDamage, refuseDamage } from './damage.ts'
import { writeFailure } from './failure.ts'
import { migrate, type Migrations } from './migrate.ts'
import { scalar } from './scalar.ts'
import { refuseUnsafeVersion } from './sqlite-version.ts'

const sqlite = process.getBuiltinModule('node:sqlite')

/** Opens the one connection that writes a file, brings its schema up to date and verifies that commits are durable. */
export function openWriter(path: string, migrations: Migrations, durability: 'FULL' | 'NORMAL'): DatabaseSync {
  let database: DatabaseSync | null = null
  try {
    database = new sqlite.DatabaseSync(path)
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
    database?.close()
    throw refusalToOpen(path, error)
  }
}

/** Opens a connection that only reads. The file exists, because its writer was opened before. */
export function openReader(path: string): DatabaseSync {
  const database = new sqlite.DatabaseSync(path, { readOnly: true })
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16384; PRAGMA query_only = ON')
  return database
}

function setAndVerify(database: DatabaseSync, pragma: string, value: string | number): void {
  database.exec(`PRAGMA ${pragma} = ${value}`)
  const actual = scalar(database, `PRAGMA ${pragma}`)
  if (actual !== value)
    throw new EngineError(
      'database_refused',
      `SQLite answers ${pragma} = ${String(actual)} where ${value} was set. With it an acknowledged message could be lost at a power failure, so Posthorn does not start. Use a local disk that supports write-ahead logging.`,
    )
}

/** What the caller is told; a bug stays what it is. */
function refusalToOpen(path: string, error: unknown): unknown {
  if (error instanceof EngineError) return error
  if (isDamage(error)) return damaged(path, error.message)
  const { kind, message } = writeFailure(error)
  if (kind === 'busy')
    return new EngineError(
      'database_locked',
      `Another process has locked the database ${path}. Stop it, such as a backup or an sqlite3 shell, and start Posthorn again.`,
    )
  if (kind === 'bug') return error
  return new EngineError(
    'database_refused',
    `The database ${path} cannot be opened (${message}). Check the permissions of the data folder, its disk, and that there is free space.`,
    { cause: error },
  )
}
