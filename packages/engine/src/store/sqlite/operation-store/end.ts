import type { DatabaseSync } from 'node:sqlite'
import type { OperationEnding } from '../../operation-store.ts'
import type { StoredMessage } from '../../queue.ts'

/** Ends an operation with the message of its callback. The function answers false when it is not running; nothing changed then. */
export function endOperationOn(database: DatabaseSync): (ending: OperationEnding, message: StoredMessage) => boolean {
  const update = database.prepare(
    `UPDATE operation
    SET state = ?, error = ?, message = ?, file = ?, file_hash = ?, completed_at = ?, expires_at = ?
    WHERE id = ? AND app = ? AND state = 'running'`,
  )
  const putPayload = database.prepare('INSERT INTO operation_payload (operation, payload) VALUES (?, ?)')
  return ({ id, state, error, payload, file, expiresAt }, { id: message, app, acceptedAt }) => {
    const stored = file && JSON.stringify(file)
    const hash = file?.tokenHash ?? null
    const ended = update.run(state, error, message, stored, hash, acceptedAt, expiresAt, id, app)
    if (ended.changes !== 1) return false
    if (payload !== null) putPayload.run(id, payload)
    return true
  }
}
