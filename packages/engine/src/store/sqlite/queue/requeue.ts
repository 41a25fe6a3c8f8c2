import type { Queue } from '../../queue.ts'
import { write } from '../method.ts'
import type { QueueFile } from './queue-file.ts'

export const requeue = {
  requeue: write<QueueFile, Queue['requeue']>(({ database, epoch, answers }) => {
    // A message without a payload is left out, because it cannot be sent and its row would never end.
    const insert = database.prepare(
      `INSERT INTO work (target, due, message, app, epoch, generation, failures, manual, crashes, again)
      SELECT ?1, ?2, ?3, ?4, 0, ?5, 0, 1, 0, 1
      WHERE EXISTS (SELECT 1 FROM message WHERE app = ?4 AND id = ?3 AND payload IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM work WHERE message = ?3 AND target = ?1 AND again = 1)
        AND NOT EXISTS (SELECT 1 FROM batch_member WHERE message = ?3 AND target = ?1)
        AND NOT EXISTS (SELECT 1 FROM work w JOIN message m ON m.app = ?4 AND m.id = ?3
          WHERE w.target = ?1 AND w.due = m.accepted_at AND w.message = ?3)
      ON CONFLICT DO NOTHING`,
    )
    // Not what this epoch has claimed: that is on its way, or will be. A message that waits in a batch brings the batch forward.
    const bringForward = database.prepare(
      `UPDATE work SET due = ?1, manual = 1, again = 1
      WHERE target = ?2 AND epoch <> ?5 AND message IN (
        SELECT ?3 UNION ALL SELECT batch FROM batch_member WHERE message = ?3 AND target = ?2)
        AND due IN (
          SELECT due FROM work WHERE message = ?3 AND target = ?2 AND again = 1
          UNION ALL SELECT accepted_at FROM message WHERE app = ?4 AND id = ?3
          UNION ALL SELECT w.due FROM batch_member b JOIN work w ON w.message = b.batch AND w.target = b.target AND w.again = 1
            WHERE b.message = ?3 AND b.target = ?2)`,
    )
    return (items, idempotency) => {
      const replay = answers.find(idempotency)
      if (replay) return replay
      let queued = 0
      for (const item of items) {
        const { target, due, message, app, generation } = item
        const added = insert.run(target, due, message, app, generation).changes
        const moved = added === 0 && item.bringForward ? bringForward.run(due, target, message, app, epoch).changes : 0
        queued += Number(added) + Number(moved)
      }
      answers.keep(idempotency)
      return { state: 'queued', queued }
    }
  }),
}
