import type { AcceptItem, Queue } from '../../queue.ts'
import { write } from '../method.ts'
import { endOperationOn } from '../operation-store/end.ts'
import { detailOf } from './message-row.ts'
import type { QueueFile } from './queue-file.ts'

/**
 * Message and deliveries, in one transaction. A message with one target costs two inserts, and nothing is read: the version is
 * compared in memory, and a repeated event id shows as an insert that changed nothing. The sync is what costs: in groups of 1, 16
 * and 64 an accept took 555, 136 and 58 µs on two busy cores (November 2026).
 */
export const accept = {
  accept: write<QueueFile, Queue['accept']>(
    ({ database, epoch, answers, versions }) => {
      const endOperation = endOperationOn(database)
      const insertMessage = database.prepare(
        `INSERT INTO message
          (id, app, event_type, event_id, payload, occurred_at, accepted_at, expires_at, early, deliver, targets, detail)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      const messageByEventId = database.prepare('SELECT id FROM message WHERE app = ? AND event_id = ?')
      // A first attempt is due when its message was accepted, so it needs no entry in the index of what comes again.
      const insertWork = database.prepare(
        `INSERT INTO work (target, due, message, app, epoch, generation, failures, manual, crashes, again)
        VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, ?)`,
      )
      return (item) => {
        const { message } = item
        const replay = answers.find(item.idempotency)
        if (replay) return replay
        const version = versions.of({ kind: 'application', id: message.app })
        const { catalogVersion, since = version } = item
        if (version === 0 || catalogVersion < since || catalogVersion > version)
          return { state: 'stale_catalog', version }
        if (item.operation && !endOperation(item.operation, message)) return { state: 'operation_ended' }
        const inserted = insertMessage.run(
          message.id,
          message.app,
          message.eventType,
          message.eventId,
          message.payload,
          message.occurredAt,
          message.acceptedAt,
          item.expiresAt,
          item.ownRetention ? 1 : 0,
          message.deliver ? 1 : 0,
          JSON.stringify(message.targets),
          detailOf(message),
        )
        if (inserted.changes !== 1) {
          const existing = messageByEventId.get(message.app, message.eventId)
          return { state: 'duplicate_event', message: String(existing?.id) }
        }
        const later = message.deliverAt !== null
        const due = message.deliverAt ?? message.acceptedAt
        for (const { target, claimed } of item.work)
          insertWork.run(target, due, message.id, message.app, claimed ? epoch : 0, claimed ? 1 : 0, later ? 1 : 0)
        answers.keep(item.idempotency)
        return { state: 'accepted' }
      }
    },
    { priority: 'low', bytes: payloadLength },
  ),
}

function payloadLength({ message, operation }: AcceptItem): number {
  return (message.payload?.length ?? 0) + (operation?.payload?.length ?? 0)
}
