import type { Schedule } from '../schedule/schedule.ts'
import type { Queue } from '../store/queue.ts'

export interface Health {
  readonly ok: boolean
  readonly epoch: number
  /** Deliveries out or queued in memory. */
  readonly inMemory: number
  readonly inFlight: number
  readonly reasons: readonly string[]
}

/** What the engine says of itself. */
export function healthOf(schedule: Schedule, queue: Queue, closing: boolean): Health {
  const reasons = closing ? ['shutting down'] : []
  return { ok: !closing, epoch: queue.epoch, inMemory: schedule.inMemory, inFlight: schedule.inFlight, reasons }
}
