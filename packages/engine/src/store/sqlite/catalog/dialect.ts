import type { DatabaseSync } from 'node:sqlite'
import type { DialectVersion } from '../../../model.ts'
import { missing, type ChangesOf } from './rows.ts'

export function dialectChanges(database: DatabaseSync): ChangesOf<'dialect' | 'delete_dialect'> {
  const byVersion = database.prepare('SELECT 1 FROM dialect WHERE org = ? AND name = ? AND version = ?')
  const byName = database.prepare('SELECT 1 FROM dialect WHERE org = ? AND name = ? LIMIT 1')
  const insert = database.prepare('INSERT INTO dialect (org, name, version, data) VALUES (?, ?, ?, ?)')
  const remove = database.prepare('DELETE FROM dialect WHERE org = ? AND name = ?')
  return {
    dialect: {
      refusal: ({ row: { org, name, version } }) =>
        byVersion.get(org, name, version) ? { state: 'conflict', what: 'version' } : null,
      make: ({ row }) => void insert.run(row.org, row.name, row.version, JSON.stringify(row)),
    },
    delete_dialect: {
      refusal: ({ org, name }) => (byName.get(org, name) ? null : missing),
      make: ({ org, name }) => void remove.run(org, name),
    },
  }
}

export function readDialects(database: DatabaseSync): () => DialectVersion[] {
  const select = database.prepare('SELECT data FROM dialect ORDER BY org, name, version')
  return () => select.all().map((row) => JSON.parse(String(row.data)) as DialectVersion)
}
