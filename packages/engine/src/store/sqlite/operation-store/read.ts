import type { DatabaseSync } from 'node:sqlite'
import type { OperationRow, OperationStore } from '../../operation-store.ts'
import { Conditions } from '../file/conditions.ts'
import { read } from '../method.ts'
import { operationRow, toOperation } from './operation-row.ts'

export const reads = {
  operation: read<OperationStore['operation']>((database) => one(database, 'app = ? AND id = ?')),
  operationByClaim: read<OperationStore['operationByClaim']>((database) => one(database, 'app = ? AND claim_hash = ?')),
  operationByFile: read<OperationStore['operationByFile']>((database) => one(database, 'file_hash = ?')),

  operations: read<OperationStore['operations']>((database) => ({ app, states, kind, now, cursor, order, limit }) => {
    const where = new Conditions()
    where.and('app = ?', app)
    // An operation whose time is over is expired, also before the sweep has noted it.
    if (states)
      where.and(`iif(expires_at <= ?, 'expired', state) IN (${states.map(() => '?').join(', ')})`, now, ...states)
    if (kind !== null) where.and('kind = ?', kind)
    if (cursor !== null) where.and(order === 'ascending' ? 'id > ?' : 'id < ?', cursor)
    const direction = order === 'ascending' ? 'ASC' : 'DESC'
    return database
      .prepare(`SELECT * FROM operation WHERE ${where.sql} ORDER BY id ${direction} LIMIT ?`)
      .all(...where.values, limit)
      .map(toOperation)
  }),

  operationPayload: read<OperationStore['operationPayload']>((database) => {
    const select = database.prepare('SELECT payload FROM operation_payload WHERE operation = ?')
    return (id) => {
      const row = select.get(id)
      return row ? String(row.payload) : null
    }
  }),

  operationFiles: read<OperationStore['operationFiles']>((database) => {
    const select = database.prepare(
      `SELECT json_extract(file, '$.stored') AS stored FROM operation WHERE file IS NOT NULL AND state <> 'expired'`,
    )
    return () => select.all().map((row) => String(row.stored))
  }),
}

function one(database: DatabaseSync, where: string): (...values: readonly string[]) => OperationRow | null {
  const select = database.prepare(`SELECT * FROM operation WHERE ${where}`)
  return (...values) => {
    const row = select.get(...values)
    return row ? operationRow(row) : null
  }
}
