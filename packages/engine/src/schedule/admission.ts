import type { Clock } from '../clock.ts'
import { Deque } from './deque.ts'
import type { Lane } from './lane.ts'

/** A fast lane with this many deliveries in memory is crowded. */
const crowd = 500
/** A lane is fast from this many deliveries per second: it then delivers a crowd in less than two seconds. */
const quickPerSecond = 300
/** The longest wait of a message. Accepting becomes slower, but never stops. */
const longestWaitMs = 100

interface Waiter {
  readonly lane: Lane
  readonly until: number
  entered: boolean
  enter(): void
}

/**
 * Accepting is cheaper than delivering, so a producer that sends as fast as it can would fill the lane of a quick receiver,
 * and what spills to disk must be read back: intake starves delivery. A message for such a lane stands back for a moment.
 * A slow receiver's lane makes no message wait: its work spills to disk.
 */
export class Admission {
  readonly #clock: Clock
  readonly #waiters = new Deque<Waiter>()
  readonly #byLane = new Map<Lane, Set<Waiter>>()
  #armed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `null`: go on at once; else wait for this, and go on. */
  enter(lanes: readonly Lane[]): Promise<void> | null {
    const lane = lanes.find((one) => one.items >= crowd && one.perSecond >= quickPerSecond)
    if (!lane) return null
    return new Promise((enter) => {
      const waiter: Waiter = { lane, until: this.#clock.monotonic() + longestWaitMs / 2, entered: false, enter }
      this.#waiters.push(waiter)
      let waiting = this.#byLane.get(lane)
      if (!waiting) {
        waiting = new Set()
        this.#byLane.set(lane, waiting)
      }
      waiting.add(waiter)
      this.#arm()
    })
  }

  /** A delivery of this lane went out: one message may come in. */
  leave(lane: Lane): void {
    if (lane.items >= crowd) return
    const [waiter] = this.#byLane.get(lane) ?? []
    if (waiter) this.#enter(waiter)
  }

  #enter(waiter: Waiter): void {
    if (waiter.entered) return
    waiter.entered = true
    const waiting = this.#byLane.get(waiter.lane)
    waiting?.delete(waiter)
    if (waiting?.size === 0) this.#byLane.delete(waiter.lane)
    waiter.enter()
  }

  #arm(): void {
    if (this.#armed) return
    this.#armed = true
    this.#clock.after(longestWaitMs / 2, () => {
      this.#armed = false
      const now = this.#clock.monotonic()
      for (
        let waiter = this.#waiters.peek();
        waiter && (waiter.entered || waiter.until <= now);
        waiter = this.#waiters.peek()
      ) {
        this.#waiters.shift()
        this.#enter(waiter)
      }
      if (this.#waiters.length > 0) this.#arm()
    })
  }
}
