import type { OperationStore } from '../../operation-store.ts'
import { write } from '../method.ts'
import type { QueueFile } from '../queue/queue-file.ts'

export const sweep = {
  sweep: write<QueueFile, OperationStore['sweep']>(
    ({ database }) => {
      const expire = database.prepare(
        `UPDATE operation SET state = 'expired' WHERE id IN
          (SELECT id FROM operation WHERE expires_at <= ? AND state <> 'expired' ORDER BY expires_at LIMIT ?)
        RETURNING id, app`,
      )
      const removePayload = database.prepare('DELETE FROM operation_payload WHERE operation = ?')
      // Operations that never ended are forgotten too, since their job is lost. A result that can still be claimed stays.
      const forget = database.prepare(
        `DELETE FROM operation WHERE seq IN
          (SELECT seq FROM (SELECT seq, created_at, state FROM operation ORDER BY seq LIMIT ?)
           WHERE created_at < ? AND state IN ('running', 'expired'))`,
      )
      return (now, before, limit) => {
        const expired = expire.all(now, limit).map((row) => ({ id: String(row.id), app: String(row.app) }))
        for (const { id } of expired) removePayload.run(id)
        const forgotten = Number(forget.run(limit, before).changes)
        return { expired, more: expired.length === limit || forgotten === limit }
      }
    },
    { priority: 'low' },
  ),
}
