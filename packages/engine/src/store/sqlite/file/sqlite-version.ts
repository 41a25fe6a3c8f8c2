import type { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../../../errors.ts'
import { scalar } from './scalar.ts'

/** 3.7.0 to 3.51.2 can corrupt a WAL database that two connections checkpoint at once (fixed 2026-03-13). */
const oldestSafeVersion = [3, 51, 3] as const

/** @throws EngineError `database_refused` */
export function refuseUnsafeVersion(database: DatabaseSync): void {
  const version = String(scalar(database, 'SELECT sqlite_version()'))
  const parts = version.split('.').map(Number)
  for (const [index, least] of oldestSafeVersion.entries()) {
    const part = parts[index] ?? 0
    if (part > least) return
    if (part < least)
      throw new EngineError(
        'database_refused',
        `This Node has SQLite ${version}; Posthorn needs ${oldestSafeVersion.join('.')} or newer, because older versions can corrupt a database in use. Update Node.`,
      )
  }
}
