import type { Queue, RecordItem } from '../../queue.ts'
import { write } from '../method.ts'
import { noteCalledOn } from '../operation-store/called.ts'
import type { QueueFile } from './queue-file.ts'
import { workRows } from './work-rows.ts'

/**
 * One statement on the row of work and one insert an outcome. The row is found by its whole primary key, and epoch and generation
 * fence it in the same statement, so nothing is read before.
 */
export const record = {
  record: write<QueueFile, Queue['record']>(({ database, epoch, outcomes, batches }) => {
    const noteCalled = noteCalledOn(database)
    const finish = database.prepare(workRows.finish)
    const reschedule = database.prepare(
      `UPDATE work SET due = ?, failures = ?, pushed_at = ?, epoch = 0, manual = 0, crashes = 0, again = 1
      WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?`,
    )
    const insertAgain = database.prepare(workRows.insertAgain)

    /** Each part is unclaimed, and its next attempt follows the one that was too large. */
    function split({ app, target, generation }: RecordItem, parts: Parts, next: Next): void {
      for (const { batch, messages } of parts) {
        const [first = ''] = messages
        if (messages.length > 1) batches.put(batch, { app, target }, messages)
        const id = messages.length > 1 ? batch : first
        insertAgain.run(target, next.due, id, app, 0, generation, next.failures, next.pushedAt)
      }
    }

    return (item) => {
      const { target, due, request, generation, next, split: parts } = item
      const changed =
        next && !parts
          ? reschedule.run(next.due, next.failures, next.pushedAt, target, due, request.id, epoch, generation)
          : finish.run(target, due, request.id, epoch, generation)
      if (changed.changes !== 1) return { state: 'stale' }
      if (item.result === 'success' && item.targetKind === 'operation')
        noteCalled(target, item.startedAt + item.durationMs)
      if (request.kind === 'batch' && (!next || parts)) batches.remove(request.id)
      if (next && parts) split(item, parts, next)
      const nextAt = next ? next.due : null
      return { state: 'recorded', seqs: item.attempts.map((one) => outcomes.add({ ...item, ...one, nextAt })) }
    }
  }),
}

type Parts = NonNullable<RecordItem['split']>
type Next = NonNullable<RecordItem['next']>
