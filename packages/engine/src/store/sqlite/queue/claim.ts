import type { SQLOutputValue } from 'node:sqlite'
import type { ClaimedWork, Queue, Request, StoredOutcome } from '../../queue.ts'
import { isSuspect, taken } from '../../suspicion.ts'
import { write } from '../method.ts'
import { attemptKey } from './in-flight.ts'
import { storedMessage } from './message-row.ts'
import type { QueueFile } from './queue-file.ts'
import { addUnsent } from './unsent.ts'
import { workRows } from './work-rows.ts'

type Row = Record<string, SQLOutputValue>

export const claim = {
  claim: write<QueueFile, Queue['claim']>(
    (file) => {
      const { database, epoch, batches } = file
      // One range of the primary key, in its order, so its cost does not grow with what waits: 250 rows took 7 ms with 1,000 rows
      // behind the target, and with 1,000,000 (November 2026). The rows that this epoch holds in memory are stepped over (at most
      // a lane's bound). A batch has no message of its id, so its columns are null; its messages are read after it.
      const claimable = database.prepare(
        `SELECT w.due, w.message, w.app AS work_app, w.epoch, w.generation, w.failures, w.manual, w.crashes, w.pushed_at,
          m.id, m.app, m.event_type, m.event_id, m.payload, m.occurred_at, m.accepted_at, m.deliver, m.targets, m.detail
        FROM work w LEFT JOIN message m ON m.app = w.app AND m.id = w.message
        WHERE w.target = ? AND w.due >= ? AND w.due <= ? AND w.epoch <> ? ORDER BY w.due, w.message LIMIT ?`,
      )
      const update = database.prepare(
        `UPDATE work SET epoch = ?, generation = ?, crashes = ? WHERE target = ? AND due = ? AND message = ?`,
      )
      const remove = database.prepare(workRows.remove)
      const nextDue = database.prepare('SELECT due FROM work WHERE target = ? AND due >= ? ORDER BY due LIMIT 1')

      /** Reads first, because the statement must not walk rows that are changed meanwhile. */
      function rowsOf({ target, from, now, limit, maxBytes }: Parameters<Queue['claim']>[0]): [Row[], more: boolean] {
        const rows: Row[] = []
        let bytes = 0
        for (const row of claimable.iterate(target, from, now, epoch, limit + 1)) {
          bytes += row.id === null ? batches.bytes(String(row.message)) : payloadLength(row)
          if (rows.length === limit || (rows.length > 0 && bytes > maxBytes)) return [rows, true]
          rows.push(row)
        }
        return [rows, false]
      }

      /** Takes one row: claims it, or ends it where it cannot be sent. Adds what has to be recorded on the way. */
      function take(target: string, row: Row, now: number, outcomes: StoredOutcome[]): ClaimedWork | null {
        const due = Number(row.due)
        const request: Request = { kind: row.id === null ? 'batch' : 'message', id: String(row.message) }
        const contents = request.kind === 'batch' ? batches.contents(request.id) : [storedMessage(row)]
        const end = (): null => {
          remove.run(target, due, request.id)
          if (request.kind === 'batch') batches.remove(request.id)
          return null
        }
        // Its messages were erased, so it cannot be sent.
        if (contents.length === 0) return end()
        const before = { generation: Number(row.generation), crashes: Number(row.crashes) }
        const { generation } = before
        const after = taken(before, outBefore(file, Number(row.epoch), attemptKey({ target, request, generation })))
        const trigger = row.manual === 1 ? 'manual' : 'scheduled'
        if (after.ending !== null)
          for (const { id: message, eventType } of contents) {
            const of = { app: String(row.work_app), message, eventType, target, generation, trigger } as const
            outcomes.push(addUnsent(file, of, after.ending, now))
          }
        if (after.ending === 'quarantined') return end()
        update.run(epoch, after.generation, after.crashes, target, due, request.id)
        const failures = Number(row.failures)
        return {
          target,
          due,
          request,
          generation: after.generation,
          failures,
          trigger,
          pushedAt: row.pushed_at === null ? null : Number(row.pushed_at),
          suspect: isSuspect(after),
          contents,
        }
      }

      return (request) => {
        const { target, from, now } = request
        const [rows, more] = rowsOf(request)
        const outcomes: StoredOutcome[] = []
        const work = rows.flatMap((row) => take(target, row, now, outcomes) ?? [])
        const next = more ? null : nextDue.get(target, Math.max(from, now + 1))
        return { work, outcomes, more, nextDue: typeof next?.due === 'number' ? next.due : null }
      }
    },
    // Its answer carries payloads: it weighs what it may bring.
    { bytes: ({ maxBytes }) => maxBytes },
  ),
}

/** Whether an older epoch's claim was out when its process ended; `undefined`: there was no claim, `null`: unknown. */
function outBefore({ epoch, wasOut }: QueueFile, claimedBy: number, key: string): boolean | null | undefined {
  if (claimedBy === 0) return undefined
  // The notes are about the last process only. A claim of an earlier process that was not claimed again may have been in flight.
  if (claimedBy !== epoch - 1) return null
  return wasOut === null ? null : wasOut.has(key)
}

function payloadLength({ payload }: Row): number {
  return typeof payload === 'string' ? payload.length : 0
}
