import type { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../../../errors.ts'
import { scalar } from './scalar.ts'

/** The steps of a schema, forward only. `migrations[0]` takes an empty file to version 1. */
export type Migrations = readonly string[]

/** Takes the steps that the file has not taken, each in a transaction of its own. @throws EngineError `database_refused` */
export function migrate(database: DatabaseSync, path: string, migrations: Migrations): void {
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
