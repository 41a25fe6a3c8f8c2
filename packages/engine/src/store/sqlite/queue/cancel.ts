import type { Queue } from '../../queue.ts'
import { write } from '../method.ts'
import type { QueueFile } from './queue-file.ts'
import { addUnsent } from './unsent.ts'
import { workRows } from './work-rows.ts'

export const cancel = {
  cancel: write<QueueFile, Queue['cancel']>(
    (file) => {
      const { database, epoch, batches } = file
      // What this epoch has claimed is out or about to be, and records its own outcome.
      const cancellable = database.prepare(
        'SELECT due, message, app, generation, manual FROM work WHERE target = ? AND epoch <> ? LIMIT ?',
      )
      const eventTypeOf = database.prepare('SELECT event_type FROM message WHERE app = ? AND id = ?')
      const remove = database.prepare(workRows.remove)
      return (target, limit, at) =>
        cancellable.all(target, epoch, limit).flatMap((row) => {
          const id = String(row.message)
          const app = String(row.app)
          const trigger = row.manual === 1 ? 'manual' : 'scheduled'
          const members = batches.members(id)
          remove.run(target, Number(row.due), id)
          if (members) batches.remove(id)
          return (members ?? [id]).map((message) => {
            const eventType = String(eventTypeOf.get(app, message)?.event_type ?? '')
            const of = { app, message, eventType, target, generation: Number(row.generation), trigger } as const
            return addUnsent(file, of, 'cancelled', at)
          })
        })
    },
    { priority: 'low' },
  ),
}
