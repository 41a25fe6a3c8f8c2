import type { Queue } from '../../queue.ts'
import { read, write } from '../method.ts'
import { keptAnswers } from './answers.ts'
import type { QueueFile } from './queue-file.ts'

export const requeue = {
  requeue: write<QueueFile, Queue['requeue']>(({ database, epoch, answers }) => {
    // A message without a payload is left out, because it cannot be sent and its row would never end.
    const insert = database.prepare(
      `INSERT INTO work (target, due, message, app, epoch, generation, failures, manual, crashes, again)
      SELECT ?1, ?2, ?3, ?4, 0, ?5, ?6, 1, 0, 1
      WHERE EXISTS (SELECT 1 FROM message WHERE app = ?4 AND id = ?3 AND payload IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM work WHERE message = ?3 AND target = ?1 AND again = 1)
        AND NOT EXISTS (SELECT 1 FROM batch_member WHERE message = ?3 AND target = ?1)
        AND NOT EXISTS (SELECT 1 FROM work w JOIN message m ON m.app = ?4 AND m.id = ?3
          WHERE w.target = ?1 AND w.due = m.accepted_at AND w.message = ?3)
      ON CONFLICT DO NOTHING`,
    )
    // Not what this epoch has claimed: that is on its way, or will be. A message that waits in a batch brings the batch forward.
    const sendNow = database.prepare(
      `UPDATE work SET due = ?1, manual = 1, again = 1, pushed_at = NULL
      WHERE target = ?2 AND epoch <> ?5 AND message IN (
        SELECT ?3 UNION ALL SELECT batch FROM batch_member WHERE message = ?3 AND target = ?2)
        AND due IN (
          SELECT due FROM work WHERE message = ?3 AND target = ?2 AND again = 1
          UNION ALL SELECT accepted_at FROM message WHERE app = ?4 AND id = ?3
          UNION ALL SELECT w.due FROM batch_member b JOIN work w ON w.message = b.batch AND w.target = b.target AND w.again = 1
            WHERE b.message = ?3 AND b.target = ?2)`,
    )
    const triedAfter = database.prepare('SELECT target, message FROM outcome WHERE seq > ?')
    return (items, idempotency, after = null) => {
      const replay = answers.find(idempotency)
      if (replay) return replay
      let queued = 0
      const tried = new Set(
        after === null ? [] : triedAfter.all(after).map((row) => `${String(row.target)} ${String(row.message)}`),
      )
      for (const item of items) {
        if (tried.has(`${item.target} ${item.message}`)) continue
        const { target, due, message, app, generation, failures } = item
        const added = insert.run(target, due, message, app, generation, failures).changes
        const moved = added === 0 && item.bringForward ? sendNow.run(due, target, message, app, epoch).changes : 0
        queued += Number(added) + Number(moved)
      }
      answers.keep(idempotency)
      return { state: 'queued', queued }
    }
  }),

  bringForward: write<QueueFile, Queue['bringForward']>(({ database, epoch, batches }) => {
    // Read first, because the statement must not walk rows that are changed meanwhile. What this epoch has claimed is on its way.
    const waiting = database.prepare(
      'SELECT due, message FROM work WHERE target = ? AND due >= ? AND due < ? AND epoch <> ? ORDER BY due LIMIT ?',
    )
    const move = database.prepare('UPDATE work SET due = ?, again = 1 WHERE target = ? AND due = ? AND message = ?')
    return ({ target, from, before, due, limit }) => {
      let deliveries = 0
      for (const row of waiting.all(target, from, before, epoch, limit)) {
        const id = String(row.message)
        move.run(due, target, Number(row.due), id)
        deliveries += batches.members(id)?.length ?? 1
      }
      return deliveries
    }
  }),

  answered: read<Queue['answered']>((database) => keptAnswers(database)),
}
