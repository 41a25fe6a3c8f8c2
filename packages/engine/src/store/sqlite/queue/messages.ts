import type { Queue } from '../../queue.ts'
import { Conditions } from '../file/conditions.ts'
import { read, write } from '../method.ts'
import { storedMessage } from './message-row.ts'
import type { QueueFile } from './queue-file.ts'

export const messages = {
  message: read<Queue['message']>((database) => {
    const byId = database.prepare('SELECT * FROM message WHERE app = ? AND id = ?')
    const byEventId = database.prepare('SELECT * FROM message WHERE app = ? AND event_id = ?')
    return (app, id) => {
      const row = byId.get(app, id) ?? byEventId.get(app, id)
      return row ? storedMessage(row) : null
    }
  }),

  messages: read<Queue['messages']>((database) => (query) => {
    const where = new Conditions()
    where.and('app = ?', query.app)
    if (query.cursor !== null) where.and(query.order === 'ascending' ? 'id > ?' : 'id < ?', query.cursor)
    if (query.id !== null) where.and('id = ?', query.id)
    if (query.occurredAfter !== null) where.and('occurred_at >= ?', query.occurredAfter)
    if (query.occurredBefore !== null) where.and('occurred_at < ?', query.occurredBefore)
    if (query.eventTypes) where.anyOf('event_type', query.eventTypes)
    if (query.after !== null) where.and('accepted_at >= ?', query.after)
    if (query.before !== null) where.and('accepted_at < ?', query.before)
    if (query.channel !== null)
      where.and("EXISTS (SELECT 1 FROM json_each(detail, '$.channels') WHERE value = ?)", query.channel)
    if (query.tag !== null) where.and("EXISTS (SELECT 1 FROM json_each(detail, '$.tags') WHERE value = ?)", query.tag)
    const direction = query.order === 'ascending' ? 'ASC' : 'DESC'
    return database
      .prepare(`SELECT * FROM message WHERE ${where.sql} ORDER BY id ${direction} LIMIT ?`)
      .all(...where.values, query.limit)
      .map(storedMessage)
  }),

  expungePayload: write<QueueFile, Queue['expungePayload']>(({ database }) => {
    const expunge = database.prepare('UPDATE message SET payload = NULL WHERE app = ? AND id = ?')
    return (app, id) => expunge.run(app, id).changes === 1
  }),
}
