import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import { attemptOfOutcome } from '../log/stored-attempt.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Queue } from '../store/queue.ts'

/** Outcomes are read again this far back: two that were recorded together may have reached the ledger in another order. */
const catchUpOverlap = 10_000
const catchUpRows = 1000

/** What the ledger lost in a crash is read again from the queue. */
export async function catchUp(ledger: Ledger, queue: Queue, directory: Directory): Promise<void> {
  let seq = Math.max(0, (await ledger.highWater()) - catchUpOverlap)
  for (;;) {
    const outcomes = await queue.outcomesAfter(seq, catchUpRows)
    for (const outcome of outcomes) ledger.append({ seq: outcome.seq, attempt: attemptOfOutcome(outcome, directory) })
    await ledger.settled()
    if (outcomes.length < catchUpRows) return
    seq = outcomes.at(-1)?.seq ?? seq
  }
}

/** Tells the schedule which lanes have stored work. */
export async function findStored(queue: Queue, schedule: Schedule, clock: Clock): Promise<void> {
  for (const { target, app, due } of await queue.lanes()) schedule.noteStored(target, app, Math.min(due, clock.now()))
}
