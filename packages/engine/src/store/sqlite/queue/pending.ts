import type { PendingWork, Queue } from '../../queue.ts'
import { read } from '../method.ts'

export const pending = {
  pending: read<Queue['pending']>((database) => {
    // A first attempt is due when its message was accepted, so the primary key finds it.
    const first = database.prepare(
      `SELECT w.due, w.generation FROM work w JOIN message m ON m.app = w.app AND m.id = w.message
      WHERE w.target = ? AND w.due = (SELECT accepted_at FROM message WHERE id = ?2 AND app = w.app) AND w.message = ?2`,
    )
    const again = database.prepare('SELECT due, generation FROM work WHERE message = ? AND target = ? AND again = 1')
    const batched = database.prepare(
      `SELECT w.due, w.generation FROM batch_member b
      JOIN work w ON w.message = b.batch AND w.target = b.target AND w.again = 1
      WHERE b.message = ? AND b.target = ?`,
    )
    const find = (target: string, message: string): PendingWork[] => {
      const row = again.get(message, target) ?? first.get(target, message) ?? batched.get(message, target)
      return row ? [{ target, message, due: Number(row.due), generation: Number(row.generation) }] : []
    }
    return (targets, messages) => messages.flatMap((message) => targets.flatMap((target) => find(target, message)))
  }),

  pendingWithFailures: read<Queue['pendingWithFailures']>((database) => {
    const select = database.prepare(
      `SELECT message FROM (
        SELECT w.failures, coalesce(b.message, w.message) AS message
        FROM work w LEFT JOIN batch_member b ON b.batch = w.message AND w.again = 1
        WHERE w.target = ? ORDER BY w.due LIMIT ?) WHERE failures = ?`,
    )
    return (target, failures, limit) => select.all(target, limit, failures).map(({ message }) => String(message))
  }),

  countPending: read<Queue['countPending']>((database) => {
    // A batch counts as its messages. The number of a claimed row is that of the attempt which is being made.
    const count = database.prepare(
      `SELECT count(*) FILTER (WHERE tried) AS tried, count(*) FILTER (WHERE NOT tried) AS untried FROM (
        SELECT w.generation > (w.epoch > 0) AS tried
        FROM work w LEFT JOIN batch_member b ON b.batch = w.message AND w.again = 1
        WHERE w.target = ? AND w.due >= ? AND w.due < ? LIMIT ?)`,
    )
    return ({ target, from, before }, limit) => {
      const row = count.get(target, from, before, limit)
      return { untried: Number(row?.untried), tried: Number(row?.tried) }
    }
  }),
}
