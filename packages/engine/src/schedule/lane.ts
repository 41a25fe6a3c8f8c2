import type { BatchTerms } from '../directory/batch-terms.ts'
import type { Limits } from '../options.ts'
import { Deque } from './deque.ts'
import { isGatherable, type LiveDelivery } from './live-delivery.ts'

/** In flight at once: starts low, grows with success, halves when the receiver is overloaded (additive increase, multiplicative decrease). */
export const windowLimits = { start: 8, least: 1, most: 64 } as const

const rateWindowMs = 50

/** In memory: the ordered, bounded work of one target. */
export class Lane {
  readonly target: string
  readonly app: string
  readonly #waiting = new Deque<LiveDelivery>()
  #waitingBytes = 0
  /** Items and bytes in memory or promised to an accept that is being written. */
  items = 0
  bytes = 0
  inFlight = 0
  window: number = windowLimits.start
  /** Stored work may stand before new work: until a refill comes back short, new work goes to the queue too. */
  spilled = false
  /** The last refill left work that is due: there is more than the lane takes. */
  backlog = false
  /** Accepts that are being written unclaimed: a refill that began before them cannot have seen them. */
  unclaimedWrites = 0
  refilling = false
  /** When stored work is due next; `Infinity`: there is none that we know of. */
  storedDue = Number.POSITIVE_INFINITY
  /** Time of its live entry among the lanes that wait for stored work. */
  heapDue = Number.POSITIVE_INFINITY
  /** Stands in the line of its application (see `turns.ts`). */
  queued = false
  /** Its messages leave in batches; `null`: each in a request of its own. Read again whenever the target is looked up. */
  batch: BatchTerms | null = null
  /** Requests that go out on a new connection, once they were read from the store again. */
  readonly fresh = new Set<string>()
  /** Its receiver asked for no request before this time (`Retry-After`). 0: it did not ask. */
  waitsUntil = 0
  /** Time of its live entry among the lanes that wait for a time: for this one, or for a batch to fill. */
  readyDue = Number.POSITIVE_INFINITY
  /** Deliveries that left lately, a second. */
  perSecond = 0
  #successes = 0
  #left = 0
  #leftSince = 0

  constructor(target: string, app: string) {
    this.target = target
    this.app = app
  }

  /** What waits, in its order. */
  get waiting(): Iterable<LiveDelivery> {
    return this.#waiting
  }

  push(delivery: LiveDelivery): void {
    this.#waiting.push(delivery)
    this.#waitingBytes += delivery.bytes
  }

  shift(): LiveDelivery | undefined {
    const delivery = this.#waiting.shift()
    if (delivery) this.#waitingBytes -= delivery.bytes
    return delivery
  }

  /** Takes out everything that waits. */
  drain(): LiveDelivery[] {
    this.#waitingBytes = 0
    return this.#waiting.drain()
  }

  hasRoom(bytes: number, limits: Pick<Limits, 'laneItems' | 'laneBytes'>): boolean {
    return this.items < limits.laneItems && (this.items === 0 || this.bytes + bytes <= limits.laneBytes)
  }

  hold(bytes: number): void {
    this.items += 1
    this.bytes += bytes
  }

  free(bytes: number): void {
    this.items -= 1
    this.bytes -= bytes
  }

  /** Deliveries left together, at a monotonic time. */
  countLeft(nowMs: number, count: number): void {
    this.#left += count
    const elapsedMs = nowMs - this.#leftSince
    if (elapsedMs < rateWindowMs) return
    // The first window, and one after a pause, are no measurement.
    this.perSecond = elapsedMs < 10 * rateWindowMs ? (this.#left * 1000) / elapsedMs : 0
    this.#left = 0
    this.#leftSince = nowMs
  }

  /** Could send at this time, as far as the lane itself is concerned. */
  isReady(nowMs: number): boolean {
    if (this.#waiting.length === 0 || this.waitsUntil > nowMs) return false
    // One batch at a time: so they arrive in the order of their messages.
    return this.batch ? this.inFlight === 0 && this.flushAt <= nowMs : this.inFlight < this.window
  }

  /** When the waiting messages are sent as a batch: at once if the batch is full, contains a retried message, or more work is on disk. */
  get flushAt(): number {
    const first = this.#waiting.peek()
    if (!first || !this.batch) return Number.POSITIVE_INFINITY
    const { maxMessages, maxBytes, maxWaitMs } = this.batch
    const full = this.#waiting.length >= maxMessages || this.#waitingBytes >= maxBytes
    // A manual delivery does not wait for the batch to fill: it leaves with the manual deliveries that are there.
    if (full || this.backlog || !isGatherable(first) || first.trigger === 'manual') return 0
    return first.claim.due + maxWaitMs
  }

  get quiet(): boolean {
    return this.items === 0 && !this.spilled && !this.refilling && this.unclaimedWrites === 0
  }

  /** When it has to be looked at again because of the time alone; `Infinity`: something else happens first. */
  readyAt(nowMs: number): number {
    // While a batch is out the next one waits for it, whatever the time.
    const batchAt = this.batch ? (this.inFlight > 0 ? Number.POSITIVE_INFINITY : this.flushAt) : 0
    const at = Math.max(batchAt, this.waitsUntil)
    return this.#waiting.length === 0 || (!this.batch && at <= nowMs) ? Number.POSITIVE_INFINITY : at
  }

  grow(): void {
    this.#successes += 1
    if (this.#successes < this.window) return
    this.#successes = 0
    this.window = Math.min(this.window + 1, windowLimits.most)
  }

  shrink(): void {
    this.#successes = 0
    this.window = Math.max(Math.floor(this.window / 2), windowLimits.least)
  }
}
