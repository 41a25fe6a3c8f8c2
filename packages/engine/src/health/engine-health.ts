import type { Health } from '../engine.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { Queue } from '../store/queue.ts'

/** What the engine says of itself. */
export function healthOf(schedule: Schedule, queue: Queue, closing: boolean): Health {
  const reasons = closing ? ['shutting down'] : []
  return { ok: !closing, epoch: queue.epoch, inMemory: schedule.inMemory, inFlight: schedule.inFlight, reasons }
}
