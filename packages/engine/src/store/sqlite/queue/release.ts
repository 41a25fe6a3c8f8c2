import type { Queue } from '../../queue.ts'
import { write } from '../method.ts'
import type { QueueFile } from './queue-file.ts'

export const release = {
  release: write<QueueFile, Queue['release']>(({ database, epoch }) => {
    // Unsent, so the attempt number is given back too, and a trial alone that did not take place does not count.
    const free = database.prepare(
      `UPDATE work SET epoch = 0, generation = generation - 1, crashes = iif(crashes < 0, crashes + 1, crashes)
      WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?`,
    )
    return (claims) => {
      for (const { target, due, request, generation } of claims) free.run(target, due, request.id, epoch, generation)
    }
  }),
}
