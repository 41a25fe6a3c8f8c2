import type { DatabaseSync } from 'node:sqlite'
import type { Operation } from '../../model.ts'
import type { Callback, OperationQuery, OperationRow } from '../operation-store.ts'
import { Conditions } from './conditions.ts'
import { operationRow, toOperation } from './operation-row.ts'
import { targetsWithWork } from './targets-with-work.ts'

/** Reads of operations. */
export class OperationReader {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  operation(app: string, id: string): OperationRow | null {
    return this.#one('app = ? AND id = ?', app, id)
  }

  operationByClaim(app: string, claimHash: string): OperationRow | null {
    return this.#one('app = ? AND claim_hash = ?', app, claimHash)
  }

  operationByFile(tokenHash: string): OperationRow | null {
    return this.#one('file_hash = ?', tokenHash)
  }

  operations(query: OperationQuery): Operation[] {
    const { app, states, kind, now, cursor, order, limit } = query
    const where = new Conditions()
    where.and('app = ?', app)
    // What has run out is expired, also where the sweep has not passed yet.
    if (states)
      where.and(`iif(expires_at <= ?, 'expired', state) IN (${states.map(() => '?').join(', ')})`, now, ...states)
    if (kind !== null) where.and('kind = ?', kind)
    if (cursor !== null) where.and(order === 'ascending' ? 'id > ?' : 'id < ?', cursor)
    return this.#database
      .prepare(
        `SELECT * FROM operation WHERE ${where.sql} ORDER BY id ${order === 'ascending' ? 'ASC' : 'DESC'} LIMIT ?`,
      )
      .all(...where.values, limit)
      .map(toOperation)
  }

  operationPayload(id: string): string | null {
    const row = this.#database.prepare('SELECT payload FROM operation_payload WHERE operation = ?').get(id)
    return row ? String(row.payload) : null
  }

  callbacks(): Callback[] {
    return this.#database
      .prepare(
        `${targetsWithWork}
         SELECT id, app, callback_url, sealed_claim FROM lane JOIN operation ON operation.id = lane.target
         WHERE state <> 'expired'`,
      )
      .all()
      .map((row) => ({
        id: String(row.id),
        app: String(row.app),
        url: String(row.callback_url),
        sealedClaim: String(row.sealed_claim),
      }))
  }

  operationFiles(): string[] {
    return this.#database
      .prepare(
        `SELECT json_extract(file, '$.stored') AS stored FROM operation WHERE file IS NOT NULL AND state <> 'expired'`,
      )
      .all()
      .map((row) => String(row.stored))
  }

  #one(where: string, ...values: readonly string[]): OperationRow | null {
    const row = this.#database.prepare(`SELECT * FROM operation WHERE ${where}`).get(...values)
    return row ? operationRow(row) : null
  }
}
