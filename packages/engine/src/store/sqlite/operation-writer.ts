import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { OperationEnding, OperationRow, SweptOperations } from '../operation-store.ts'
import type { StoredMessage } from '../queue.ts'

/** Writes operations: in the writer's thread, beside the queue in whose transactions they begin and end. */
export class OperationWriter {
  readonly #statements: Record<keyof typeof sql, StatementSync>

  constructor(database: DatabaseSync) {
    const prepared = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)])
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof sql, StatementSync>
  }

  create({ operation, lastsMs, claimHash, sealedClaim }: OperationRow): void {
    const { id, app, kind, state, callbackUrl, metadata, createdAt } = operation
    const more = JSON.stringify(metadata)
    this.#statements.insert.run(id, app, kind, state, callbackUrl, more, lastsMs, claimHash, sealedClaim, createdAt)
  }

  /** Ends it with the message that calls back; false: it is not running, and nothing changed. */
  end({ id, state, error, payload, file, expiresAt }: OperationEnding, message: StoredMessage): boolean {
    const stored = file && JSON.stringify(file)
    const hash = file?.tokenHash ?? null
    const { app, acceptedAt } = message
    const ended = this.#statements.end.run(state, error, message.id, stored, hash, acceptedAt, expiresAt, id, app)
    if (ended.changes !== 1) return false
    if (payload !== null) this.#statements.putPayload.run(id, payload)
    return true
  }

  /** The receiver took the callback. */
  called(id: string, at: number): void {
    this.#statements.called.run(at, id)
  }

  claimed(app: string, id: string, at: number): void {
    this.#statements.claimed.run(at, app, id)
  }

  sweep(now: number, before: number, limit: number): SweptOperations {
    const expired = this.#statements.expire.all(now, limit).map((row) => ({ id: String(row.id), app: String(row.app) }))
    for (const { id } of expired) this.#statements.removePayload.run(id)
    const forgotten = Number(this.#statements.forget.run(limit, before).changes)
    return { expired, more: expired.length === limit || forgotten === limit }
  }

  /** With their results; files are swept when no row names them. */
  deleteAllOf(app: string): void {
    this.#statements.removePayloadsOf.run(app)
    this.#statements.deleteAllOf.run(app)
  }
}

const sql = {
  insert: `INSERT INTO operation
      (id, app, kind, state, callback_url, metadata, lasts_ms, claim_hash, sealed_claim, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  end: `UPDATE operation
    SET state = ?, error = ?, message = ?, file = ?, file_hash = ?, completed_at = ?, expires_at = ?
    WHERE id = ? AND app = ? AND state = 'running'`,
  putPayload: 'INSERT INTO operation_payload (operation, payload) VALUES (?, ?)',
  removePayload: 'DELETE FROM operation_payload WHERE operation = ?',
  // It may have been claimed before its callback was answered: the later state stays.
  called: `UPDATE operation SET called_at = ?, state = iif(state IN ('ready', 'failed'), 'called', state) WHERE id = ?`,
  claimed: `UPDATE operation
    SET claimed_at = coalesce(claimed_at, ?), state = iif(state = 'expired', state, 'claimed') WHERE app = ? AND id = ?`,
  expire: `UPDATE operation SET state = 'expired' WHERE id IN
      (SELECT id FROM operation WHERE expires_at <= ? AND state <> 'expired' ORDER BY expires_at LIMIT ?)
    RETURNING id, app`,
  // Those that never ended go too: their job is lost. A result that can still be claimed stays.
  forget: `DELETE FROM operation WHERE seq IN
      (SELECT seq FROM (SELECT seq, created_at, state FROM operation ORDER BY seq LIMIT ?)
       WHERE created_at < ? AND state IN ('running', 'expired'))`,
  removePayloadsOf: 'DELETE FROM operation_payload WHERE operation IN (SELECT id FROM operation WHERE app = ?)',
  deleteAllOf: 'DELETE FROM operation WHERE app = ?',
} as const
