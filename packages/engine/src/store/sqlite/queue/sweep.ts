import type { Queue } from '../../queue.ts'
import { write } from '../method.ts'
import type { QueueFile } from './queue-file.ts'

/**
 * Work of a message `m` is still to be done. A first attempt is due when its message was accepted, so the primary key finds it;
 * retries and repeats stand in an index of their own.
 */
const messageIsBusy = `(
    EXISTS (SELECT 1 FROM work WHERE message = m.id AND again = 1)
    OR EXISTS (SELECT 1 FROM batch_member WHERE message = m.id)
    OR EXISTS (SELECT 1 FROM json_each(m.targets) t JOIN work w
      ON w.target = t.value AND w.due = m.accepted_at AND w.message = m.id))`

/**
 * A step through the oldest rows, `limit` at a time. Messages run out in the order in which they came, so the first row that is still
 * kept ends the round. Payloads with a shorter retention of their own are erased before.
 */
export const sweep = {
  sweep: write<QueueFile, Queue['sweep']>(
    ({ database, outcomes }) => {
      // Its payload goes, and the message stays for the general retention: attempts name it.
      const sweepEarly = database.prepare(
        `UPDATE message SET payload = NULL, early = 0, expires_at = accepted_at + ? WHERE seq IN (
          SELECT m.seq FROM message m WHERE m.early = 1 AND m.expires_at < ? AND NOT ${messageIsBusy} LIMIT ?)`,
      )
      const oldest = database.prepare(
        `SELECT m.seq, m.expires_at, ${messageIsBusy} AS busy FROM message m WHERE m.seq > ? ORDER BY m.seq LIMIT ?`,
      )
      const remove = database.prepare('DELETE FROM message WHERE seq = ?')
      const sweepAnswers = database.prepare(
        'DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE expires_at < ? LIMIT ?)',
      )
      /** Where the next step continues: a message whose work waits is kept, however old, and is stepped over. */
      let sweptUpTo = 0
      return (now, outcomesBefore, limit) => {
        const early = sweepEarly.run(now - outcomesBefore, now, limit).changes
        const rows = oldest.all(sweptUpTo, limit)
        const expired = rows.filter((row) => Number(row.expires_at) < now)
        for (const row of expired) if (row.busy === 0) remove.run(Number(row.seq))
        const messagesLeft = rows.length === limit && expired.length === limit
        sweptUpTo = messagesLeft ? Number(rows.at(-1)?.seq) : 0
        const ended = outcomes.sweep(outcomesBefore, limit)
        const answers = sweepAnswers.run(now, limit).changes
        return messagesLeft || [early, ended, answers].some((changes) => Number(changes) === limit)
      }
    },
    { priority: 'low' },
  ),
}
