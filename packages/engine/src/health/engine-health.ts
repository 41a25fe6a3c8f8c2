import type { Schedule } from '../schedule/schedule.ts'
import type { Queue } from '../store/queue.ts'

export interface Health {
  /** Messages are accepted. */
  readonly ok: boolean
  readonly epoch: number
  /** Deliveries out or queued in memory. */
  readonly inMemory: number
  readonly inFlight: number
  /** Everything that is wrong, in sentences. While messages are accepted: why deliveries wait. */
  readonly reasons: readonly string[]
}

/** What the engine says of itself. @param trouble why the store cannot be written @param waits why deliveries wait */
export function healthOf(
  schedule: Schedule,
  queue: Queue,
  closing: boolean,
  trouble: readonly string[],
  waits: readonly string[],
): Health {
  const against = [...(closing ? ['shutting down'] : []), ...trouble]
  return {
    ok: against.length === 0,
    epoch: queue.epoch,
    inMemory: schedule.inMemory,
    inFlight: schedule.inFlight,
    reasons: [...against, ...waits],
  }
}
