import type { Queue } from '../../queue.ts'
import { write } from '../method.ts'
import type { QueueFile } from './queue-file.ts'

export const suspects = {
  // Crashes below zero count deaths alone; see `suspicion.ts`.
  markAlone: write<QueueFile, Queue['markAlone']>(({ database, epoch }) => {
    const mark = database.prepare(
      `UPDATE work SET crashes = min(crashes, 0) - 1
      WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?`,
    )
    return ({ target, due, request, generation }) => {
      mark.run(target, due, request.id, epoch, generation)
    }
  }),
}
