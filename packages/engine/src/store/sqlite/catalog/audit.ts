import type { DatabaseSync } from 'node:sqlite'
import type { AuditEntry } from '../../../model.ts'
import type { Catalog } from '../../catalog.ts'
import { Conditions } from '../file/conditions.ts'
import { read } from '../method.ts'
import type { ChangesOf } from './rows.ts'

export function auditChanges(database: DatabaseSync): ChangesOf<'audit'> {
  const insert = database.prepare('INSERT INTO audit (id, org, app, data) VALUES (?, ?, ?, ?)')
  return {
    audit: {
      refusal: () => null,
      make: ({ row }) => void insert.run(row.id, row.org, row.app, JSON.stringify(row)),
    },
  }
}

export const audit = {
  audit: read<Catalog['audit']>((database) => ({ org, app, cursor, order, limit }) => {
    const where = new Conditions()
    where.and('org = ?', org)
    if (app !== null) where.and('app = ?', app)
    if (cursor !== null) where.and(order === 'ascending' ? 'id > ?' : 'id < ?', cursor)
    const direction = order === 'ascending' ? 'ASC' : 'DESC'
    return database
      .prepare(`SELECT data FROM audit WHERE ${where.sql} ORDER BY id ${direction} LIMIT ?`)
      .all(...where.values, limit)
      .map((row) => JSON.parse(String(row.data)) as AuditEntry)
  }),
}
