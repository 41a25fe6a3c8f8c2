import type { Claim, Queue } from '../../queue.ts'
import { write } from '../method.ts'
import type { QueueFile } from './queue-file.ts'
import { workRows } from './work-rows.ts'

export const batches = {
  form: write<QueueFile, Queue['form']>(({ database, epoch, batches: rows }) => {
    const isOurs = database.prepare(
      'SELECT 1 FROM work WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?',
    )
    const remove = database.prepare(workRows.remove)
    const insertAgain = database.prepare(workRows.insertAgain)
    return ({ batch, app, target, due, generation, failures, members }) => {
      const ours = (claim: Claim): boolean =>
        isOurs.get(target, claim.due, claim.request.id, epoch, claim.generation) !== undefined
      if (!members.every(ours)) return { state: 'stale' }
      for (const claim of members) remove.run(target, claim.due, claim.request.id)
      const messages = members.map(({ request }) => request.id)
      rows.put(batch, { app, target }, messages)
      insertAgain.run(target, due, batch, app, epoch, generation, failures, null)
      return { state: 'formed' }
    }
  }),

  unform: write<QueueFile, Queue['unform']>(({ database, epoch, batches: rows }) => {
    const finish = database.prepare(workRows.finish)
    const insertAgain = database.prepare(workRows.insertAgain)
    return ({ app, target, due, request, generation, failures, nextDue, pushedAt }) => {
      const removed = finish.run(target, due, request.id, epoch, generation)
      if (removed.changes !== 1) return { state: 'stale' }
      const members = rows.members(request.id) ?? []
      rows.remove(request.id)
      // Unsent, so the attempt number is given back.
      for (const member of members) insertAgain.run(target, nextDue, member, app, 0, generation - 1, failures, pushedAt)
      return { state: 'formed' }
    }
  }),
}
