import type { DatabaseSync } from 'node:sqlite'
import type { StoredMessage } from '../../queue.ts'
import { storedMessage } from './message-row.ts'

/** The rows of batches: each names its messages in their order. */
export interface BatchRows {
  put(batch: string, of: { readonly app: string; readonly target: string }, messages: readonly string[]): void
  remove(batch: string): void
  /** The messages of a batch in their order; `null`: there is no batch of this id. */
  members(batch: string): string[] | null
  /** Those of its messages that are still there. */
  contents(batch: string): StoredMessage[]
  /** Characters of their payloads. */
  bytes(batch: string): number
}

export function batchRowsOn(database: DatabaseSync): BatchRows {
  const insert = database.prepare('INSERT INTO batch (id, app, members) VALUES (?, ?, ?)')
  const insertMember = database.prepare('INSERT INTO batch_member (message, target, batch) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM batch WHERE id = ?')
  const removeMembers = database.prepare('DELETE FROM batch_member WHERE batch = ?')
  const select = database.prepare('SELECT members FROM batch WHERE id = ?')
  const messages = `FROM batch b, json_each(b.members) member
    JOIN message m ON m.app = b.app AND m.id = member.value WHERE b.id = ?`
  const selectMessages = database.prepare(`SELECT m.* ${messages} ORDER BY member.key`)
  const selectBytes = database.prepare(`SELECT sum(length(m.payload)) AS bytes ${messages}`)
  return {
    put(batch, { app, target }, members) {
      insert.run(batch, app, JSON.stringify(members))
      for (const message of members) insertMember.run(message, target, batch)
    },
    remove(batch) {
      remove.run(batch)
      removeMembers.run(batch)
    },
    members(batch) {
      const row = select.get(batch)
      return row ? (JSON.parse(String(row.members)) as string[]) : null
    },
    contents: (batch) => selectMessages.all(batch).map(storedMessage),
    bytes: (batch) => Number(selectBytes.get(batch)?.bytes ?? 0),
  }
}
