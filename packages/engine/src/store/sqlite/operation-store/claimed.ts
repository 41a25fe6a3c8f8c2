import type { OperationStore } from '../../operation-store.ts'
import { write } from '../method.ts'
import type { QueueFile } from '../queue/queue-file.ts'

export const claimed = {
  claimed: write<QueueFile, OperationStore['claimed']>(({ database }) => {
    const update = database.prepare(
      `UPDATE operation
      SET claimed_at = coalesce(claimed_at, ?), state = iif(state = 'expired', state, 'claimed') WHERE app = ? AND id = ?`,
    )
    return (app, id, at) => {
      update.run(at, app, id)
    }
  }),
}
