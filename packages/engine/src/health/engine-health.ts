import type { Schedule } from '../schedule/schedule.ts'
import type { Queue } from '../store/queue.ts'

export interface Health {
  /** Messages are accepted. */
  readonly ok: boolean
  readonly epoch: number
  /** Deliveries out or queued in memory. */
  readonly inMemory: number
  readonly inFlight: number
  /** Everything that is wrong, in sentences. */
  readonly reasons: readonly string[]
}

/** What the engine says of itself. @param trouble why the store cannot be written */
export function healthOf(schedule: Schedule, queue: Queue, closing: boolean, trouble: readonly string[]): Health {
  const reasons = [...(closing ? ['shutting down'] : []), ...trouble]
  return {
    ok: reasons.length === 0,
    epoch: queue.epoch,
    inMemory: schedule.inMemory,
    inFlight: schedule.inFlight,
    reasons,
  }
}
