import type { DatabaseSync } from 'node:sqlite'
import type { MessageQuery, PendingWork, StoredLane, StoredMessage, StoredOutcome } from '../queue.ts'
import type { AttemptResult } from '../../model.ts'
import { storedMessage } from './message-row.ts'
import { Conditions } from './conditions.ts'
import { targetsWithWork } from './targets-with-work.ts'

/** Reads of the queue's file that are not on the delivery path. */
export class QueueReader {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  lanes(): StoredLane[] {
    const rows = this.#database
      .prepare(
        `${targetsWithWork}
         SELECT target,
           (SELECT due FROM work w WHERE w.target = lane.target ORDER BY due LIMIT 1) AS due,
           (SELECT app FROM work w WHERE w.target = lane.target ORDER BY due LIMIT 1) AS app
         FROM lane WHERE target IS NOT NULL`,
      )
      .all()
    return rows.map((row) => ({ target: String(row.target), due: Number(row.due), app: String(row.app) }))
  }

  message(app: string, id: string): StoredMessage | null {
    const row =
      this.#database.prepare('SELECT * FROM message WHERE app = ? AND id = ?').get(app, id) ??
      this.#database.prepare('SELECT * FROM message WHERE app = ? AND event_id = ?').get(app, id)
    return row ? storedMessage(row) : null
  }

  messages(query: MessageQuery): StoredMessage[] {
    const where = new Conditions()
    where.and('app = ?', query.app)
    if (query.cursor !== null) where.and(query.order === 'ascending' ? 'id > ?' : 'id < ?', query.cursor)
    if (query.eventTypes) where.anyOf('event_type', query.eventTypes)
    if (query.after !== null) where.and('accepted_at >= ?', query.after)
    if (query.before !== null) where.and('accepted_at < ?', query.before)
    if (query.channel !== null)
      where.and("EXISTS (SELECT 1 FROM json_each(detail, '$.channels') WHERE value = ?)", query.channel)
    if (query.tag !== null) where.and("EXISTS (SELECT 1 FROM json_each(detail, '$.tags') WHERE value = ?)", query.tag)
    const direction = query.order === 'ascending' ? 'ASC' : 'DESC'
    const rows = this.#database
      .prepare(`SELECT * FROM message WHERE ${where.sql} ORDER BY id ${direction} LIMIT ?`)
      .all(...where.values, query.limit)
    return rows.map(storedMessage)
  }

  pending(targets: readonly string[], message: string): PendingWork[] {
    const first = this.#database.prepare(
      `SELECT w.target, w.due, w.generation FROM work w JOIN message m ON m.app = w.app AND m.id = w.message
       WHERE w.target = ? AND w.due = (SELECT accepted_at FROM message WHERE id = ?2 AND app = w.app) AND w.message = ?2`,
    )
    const again = this.#database.prepare(
      'SELECT target, due, generation FROM work WHERE message = ? AND target = ? AND again = 1',
    )
    const batched = this.#database.prepare(
      `SELECT w.target, w.due, w.generation FROM batch_member b
       JOIN work w ON w.message = b.batch AND w.target = b.target AND w.again = 1
       WHERE b.message = ? AND b.target = ?`,
    )
    return targets.flatMap((target) => {
      const row = again.get(message, target) ?? first.get(target, message) ?? batched.get(message, target)
      return row ? [{ target, due: Number(row.due), generation: Number(row.generation) }] : []
    })
  }

  countPending(target: string, limit: number): number {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS count FROM (
           SELECT 1 FROM work w LEFT JOIN batch_member b ON b.batch = w.message AND w.again = 1 WHERE w.target = ? LIMIT ?)`,
      )
      .get(target, limit)
    return Number(row?.count)
  }

  outcomesAfter(seq: number, limit: number): StoredOutcome[] {
    const rows = this.#database
      .prepare(
        `SELECT o.*, coalesce(m.event_type, '') AS event_type
         FROM outcome o LEFT JOIN message m ON m.app = o.app AND m.id = o.message
         WHERE o.seq > ? ORDER BY o.seq LIMIT ?`,
      )
      .all(seq, limit)
    return rows.map((row) => ({
      seq: Number(row.seq),
      attempt: String(row.attempt),
      app: String(row.app),
      message: String(row.message),
      eventType: String(row.event_type),
      target: String(row.target),
      generation: Number(row.generation),
      result: String(row.result) as AttemptResult,
      trigger: row.manual === 1 ? 'manual' : 'scheduled',
      code: Number(row.code),
      startedAt: Number(row.started_at),
      durationMs: Number(row.duration_ms),
      nextAt: row.next_at === null ? null : Number(row.next_at),
    }))
  }
}
