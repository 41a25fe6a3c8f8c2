import type { Schedule } from '../schedule/schedule.ts'
import type { Queue } from '../store/queue.ts'

export interface Health {
  /** Messages are accepted, and nothing that all need is missing. */
  readonly ok: boolean
  readonly epoch: number
  /** Deliveries out or queued in memory. */
  readonly inMemory: number
  readonly inFlight: number
  /** Everything that is wrong, in sentences. With `ok`: why some deliveries wait. */
  readonly reasons: readonly string[]
}

export interface HealthInput {
  readonly schedule: Pick<Schedule, 'inMemory' | 'inFlight'>
  readonly queue: Pick<Queue, 'epoch'>
  /** Why deliveries wait for this machine, and whether all do. */
  readonly localFaults: { readonly reason: string | null; readonly isShort: boolean }
  readonly closing: boolean
  /** Why the store cannot be written. */
  readonly trouble: readonly string[]
}

/** What the engine says of itself. */
export function healthOf({ schedule, queue, localFaults, closing, trouble }: HealthInput): Health {
  const { reason, isShort } = localFaults
  return {
    ok: !closing && trouble.length === 0 && !isShort,
    epoch: queue.epoch,
    inMemory: schedule.inMemory,
    inFlight: schedule.inFlight,
    reasons: [...(closing ? ['shutting down'] : []), ...trouble, ...(reason === null ? [] : [reason])],
  }
}
