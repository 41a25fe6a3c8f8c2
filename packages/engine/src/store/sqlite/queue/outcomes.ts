import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { AttemptResult } from '../../../model.ts'
import type { Queue, StoredOutcome } from '../../queue.ts'
import { scalar } from '../file/scalar.ts'
import { read } from '../method.ts'

/** A new outcome; its number is given here, and its event type stands in the message. */
type NewOutcome = Omit<StoredOutcome, 'seq' | 'eventType'>

/** The rows of `outcome` as the writing methods see them. */
export interface Outcomes {
  /** Answers the number of the outcome. */
  add(outcome: NewOutcome): number
  /** Forgets at most `limit` of the oldest that started before; answers how many. */
  sweep(before: number, limit: number): number
}

export function outcomesOn(database: DatabaseSync): Outcomes {
  // The sweep may have emptied the table. A number is never given twice, because the ledger relies on their order.
  const newest = Number(scalar(database, 'SELECT coalesce(max(seq), 0) FROM outcome'))
  const floor = Number(scalar(database, "SELECT coalesce((SELECT value FROM meta WHERE key = 'outcome_floor'), 0)"))
  let last = Math.max(newest, floor)
  const insert = database.prepare(
    `INSERT INTO outcome
      (seq, attempt, app, message, target, generation, result, manual, code, started_at, duration_ms, next_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const remove = database.prepare(
    `DELETE FROM outcome WHERE seq IN
      (SELECT seq FROM (SELECT seq, started_at FROM outcome ORDER BY seq LIMIT ?) WHERE started_at < ?)`,
  )
  const keepFloor = database.prepare(
    `INSERT INTO meta VALUES ('outcome_floor', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  )
  return {
    add(outcome) {
      last += 1
      insert.run(
        last,
        outcome.attempt,
        outcome.app,
        outcome.message,
        outcome.target,
        outcome.generation,
        outcome.result,
        outcome.trigger === 'manual' ? 1 : 0,
        outcome.code,
        outcome.startedAt,
        outcome.durationMs,
        outcome.nextAt,
      )
      return last
    },
    sweep(before, limit) {
      const { changes } = remove.run(limit, before)
      keepFloor.run(last)
      return Number(changes)
    },
  }
}

export const outcomes = {
  outcomesAfter: read<Queue['outcomesAfter']>((database) => {
    const select = database.prepare(
      `SELECT o.*, coalesce(m.event_type, '') AS event_type
       FROM outcome o LEFT JOIN message m ON m.app = o.app AND m.id = o.message
       WHERE o.seq > ? ORDER BY o.seq LIMIT ?`,
    )
    return (seq, limit) => select.all(seq, limit).map(storedOutcome)
  }),
}

function storedOutcome(row: Record<string, SQLOutputValue>): StoredOutcome {
  return {
    seq: Number(row.seq),
    attempt: String(row.attempt),
    app: String(row.app),
    message: String(row.message),
    eventType: String(row.event_type),
    target: String(row.target),
    generation: Number(row.generation),
    result: String(row.result) as AttemptResult,
    trigger: row.manual === 1 ? 'manual' : 'scheduled',
    code: Number(row.code),
    startedAt: Number(row.started_at),
    durationMs: Number(row.duration_ms),
    nextAt: row.next_at === null ? null : Number(row.next_at),
  }
}
