import type { Limits } from '../options.ts'
import type { Lane } from './lane.ts'

/**
 * Every bound on what is in memory and in flight, asked by the schedule before it takes or sends anything: for each target, for
 * each application, and in all.
 */
export class Bounds {
  readonly #limits: Limits
  /** Requests in flight by application; an application with none has no entry. */
  readonly #outOf = new Map<string, number>()
  #inFlight = 0
  #items = 0
  #bytes = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Deliveries queued, out, or promised to an accept that is being written. */
  get items(): number {
    return this.#items
  }

  /** Whether there is a place for one more request at all. */
  get hasPlace(): boolean {
    return this.#inFlight < this.#limits.inFlight
  }

  /**
   * Turns alone are not fair: a request to a receiver that hangs keeps its place for its whole timeout, so an application with
   * hundreds of such endpoints would take all of them. An application has at most as many requests out as there are free places:
   * half of all when it is alone, a third when there are two like it, and the next application always finds some.
   */
  hasItsShare(app: string): boolean {
    return (this.#outOf.get(app) ?? 0) >= this.#limits.inFlight - this.#inFlight
  }

  leave(lane: Lane): void {
    lane.inFlight += 1
    this.#count(lane.app, 1)
  }

  arrive(lane: Lane): void {
    lane.inFlight -= 1
    this.#count(lane.app, -1)
  }

  #count(app: string, by: 1 | -1): void {
    const out = (this.#outOf.get(app) ?? 0) + by
    if (out === 0) this.#outOf.delete(app)
    else this.#outOf.set(app, out)
    this.#inFlight += by
  }

  /** Whether a delivery of so many bytes fits into memory. */
  hasRoom(lane: Lane, bytes: number): boolean {
    return lane.hasRoom(bytes, this.#limits) && this.#bytes + bytes <= this.#limits.bytes
  }

  hold(lane: Lane, bytes: number): void {
    lane.hold(bytes)
    this.#items += 1
    this.#bytes += bytes
  }

  free(lane: Lane, bytes: number): void {
    lane.free(bytes)
    this.#items -= 1
    this.#bytes -= bytes
  }

  /** Room for stored work; `null`: too little to be worth a transaction. */
  refillRoom(lane: Lane): { readonly items: number; readonly bytes: number } | null {
    const { refill, laneItems, laneBytes, bytes } = this.#limits
    const items = Math.min(laneItems - lane.items, Math.max(refill, lane.batch?.maxMessages ?? 0))
    // Reading row by row would cost a transaction for each delivery: wait for half of a refill's worth of room.
    if (lane.items > 0 && (items < refill / 2 || this.#bytes >= bytes)) return null
    return { items, bytes: Math.max(0, Math.min(laneBytes - lane.bytes, bytes - this.#bytes)) }
  }
}
