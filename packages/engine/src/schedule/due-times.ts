import type { Clock } from '../clock.ts'
import { DueHeap } from './due-heap.ts'
import type { Lane } from './lane.ts'

/** When the clock is changed while a timer runs, the timer is late by at most this. */
const longestTimerMs = 60_000

/** When lanes have to be looked at again, with one timer for the earliest of them. */
export class DueTimes {
  readonly #clock: Clock
  /** Told when some lane is due; it then asks which. */
  readonly #ring: () => void
  /** Lanes with stored work. One live entry a lane: a later one is not needed while an earlier one stands. */
  readonly #stored = new DueHeap<Lane>()
  /** Lanes whose oldest message waits for its batch to fill, or for the time for which the receiver asked. */
  readonly #waiting = new DueHeap<Lane>()
  #cancelTimer: (() => void) | null = null
  #timerAt = Number.POSITIVE_INFINITY
  #stopped = false

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  awaitStored(lane: Lane): void {
    if (lane.storedDue >= lane.heapDue) return
    lane.heapDue = lane.storedDue
    this.#stored.push(lane.storedDue, lane)
  }

  awaitReady(lane: Lane): void {
    const due = lane.readyAt(this.#clock.now())
    if (due >= lane.readyDue) return
    lane.readyDue = due
    this.#waiting.push(due, lane)
    this.arm()
  }

  /** Lanes whose stored work is due. */
  *storedDue(): Generator<Lane> {
    const now = this.#clock.now()
    for (let entry = this.#stored.popDue(now); entry; entry = this.#stored.popDue(now)) {
      const lane = entry.item
      if (entry.due !== lane.heapDue) continue
      lane.heapDue = Number.POSITIVE_INFINITY
      if (lane.storedDue <= now) yield lane
      else this.awaitStored(lane)
    }
    this.arm()
  }

  /** Lanes that have waited long enough. */
  *readyDue(): Generator<Lane> {
    const now = this.#clock.now()
    for (let entry = this.#waiting.popDue(now); entry; entry = this.#waiting.popDue(now)) {
      const lane = entry.item
      if (entry.due !== lane.readyDue) continue
      lane.readyDue = Number.POSITIVE_INFINITY
      yield lane
    }
    this.arm()
  }

  stop(): void {
    this.#stopped = true
    this.#cancelTimer?.()
  }

  /** Sets the timer to the earliest of what waits. */
  arm(): void {
    const due = Math.min(this.#stored.earliest, this.#waiting.earliest)
    if (due >= this.#timerAt || this.#stopped || due === Number.POSITIVE_INFINITY) return
    this.#cancelTimer?.()
    this.#timerAt = due
    const delayMs = Math.min(Math.max(due - this.#clock.now(), 0), longestTimerMs)
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#cancelTimer = null
      this.#ring()
    })
  }
}
