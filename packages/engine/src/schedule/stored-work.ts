import type { Clock } from '../clock.ts'
import type { Log } from '../options.ts'
import type { AttemptLog } from '../log/attempt-log.ts'
import type { Queue } from '../store/queue.ts'
import { untilStored } from '../store/until-stored.ts'
import type { Lane } from './lane.ts'
import { liveMessage } from '../encoding/live-message.ts'
import type { LiveDelivery } from './live-delivery.ts'

export interface StoredWorkParts {
  readonly clock: Clock
  readonly log: Log
  readonly queue: Pick<Queue, 'claim' | 'release' | 'cancel'>
  readonly attemptLog: AttemptLog
}

export interface Claimed {
  readonly deliveries: readonly LiveDelivery[]
  /** There is more that is due. */
  readonly more: boolean
  /** When the first of the rest is due; `null`: there is none. */
  readonly nextDue: number | null
}

const cancelRows = 500

/** The work of lanes that is in the store and not in memory. While the store cannot answer, a step is tried again. */
export class StoredWork {
  readonly #parts: StoredWorkParts

  constructor(parts: StoredWorkParts) {
    this.#parts = parts
  }

  /** @param from work that was due before this moment stays held */
  async claim(lane: Lane, from: number, room: { readonly items: number; readonly bytes: number }): Promise<Claimed> {
    const { clock, queue, attemptLog } = this.#parts
    const result = await this.#untilStored(() =>
      queue.claim({ target: lane.target, from, now: clock.now(), limit: room.items, maxBytes: room.bytes }),
    )
    attemptLog.appendStored(result.outcomes)
    const deliveries = result.work.map((work): LiveDelivery => {
      const { target, due, request, generation, failures, trigger, pushedAt, suspect } = work
      const fresh = lane.fresh.delete(request.id)
      const contents = work.contents.map((stored) => liveMessage(stored))
      const claim = { target, due, request, generation }
      const bytes = contents.reduce((sum, content) => sum + content.bytes, 0)
      const { app } = lane
      return { claim, app, contents, bytes, failures, trigger, pushedAt, suspect, fresh, unformed: null, out: false }
    })
    return { deliveries, more: result.more, nextDue: result.nextDue }
  }

  /** Gives claimed work back unsent. */
  release(deliveries: readonly LiveDelivery[]): Promise<void> {
    return this.#untilStored(() => this.#parts.queue.release(deliveries.map(({ claim }) => claim)))
  }

  /** The work of a deleted target ends, visibly. */
  async cancel(target: string): Promise<void> {
    const { queue, clock, attemptLog } = this.#parts
    for (;;) {
      const cancelled = await this.#untilStored(() => queue.cancel(target, cancelRows, clock.now()))
      attemptLog.appendStored(cancelled)
      if (cancelled.length < cancelRows) return
    }
  }

  #untilStored<T>(work: () => Promise<T>): Promise<T> {
    return untilStored(this.#parts.clock, this.#parts.log, work)
  }
}
