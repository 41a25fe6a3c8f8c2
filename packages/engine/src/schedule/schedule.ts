import type { Clock } from '../clock.ts'
import type { TargetEntry } from '../directory/entries.ts'
import { elementBytes } from '../encoding/bodies.ts'
import { isClosed } from '../errors.ts'
import type { NewId } from '../ids.ts'
import type { Limits, Log } from '../options.ts'
import { Admission } from './admission.ts'
import { DueTimes } from './due-times.ts'
import { gather } from './gather.ts'
import { Lane } from './lane.ts'
import { Bounds } from './limits.ts'
import type { LiveMessage } from '../encoding/live-message.ts'
import type { LiveDelivery } from './live-delivery.ts'
import { Signal } from './signal.ts'
import { StoredWork, type StoredWorkParts } from './stored-work.ts'
import { Suspects } from './suspects.ts'
import { Turns } from './turns.ts'

export interface ScheduleParts extends StoredWorkParts {
  readonly clock: Clock
  readonly log: Log
  readonly newId: NewId
  readonly limits: Limits
  /** What is known of targets; asked for each decision, so that edits count at once. */
  readonly directory: { target(id: string): TargetEntry | null }
}

/** Room for one delivery, taken before its row is written. */
export interface Reservation {
  readonly lane: Lane
  /** There was room: the row is written as claimed and the delivery goes on in memory. */
  readonly claimed: boolean
  readonly bytes: number
}

/** What an attempt says about the pace of its lane. */
export type Pace = 'faster' | 'slower' | 'same'

/** A lane whose window a receiver made smaller than this is remembered when it is empty. */
const laneKeepsWindow = 8

/**
 * Lanes and whose turn it is. Work is bounded for each lane, for each application and in all; the rest waits in the queue. The
 * pipeline takes deliveries out with `next` and says how they went on with `answered`, `recorded` and `finished`.
 */
export class Schedule {
  readonly #parts: ScheduleParts
  readonly #admission: Admission
  readonly #bounds: Bounds
  readonly #turns: Turns
  readonly #dueTimes: DueTimes
  readonly #stored: StoredWork
  readonly #lanes = new Map<string, Lane>()
  readonly #suspects = new Suspects()
  /** Something may leave that could not leave before, or the schedule drains. */
  readonly #changed = new Signal()
  /** Sent, and the outcome is not on disk yet. */
  #unrecorded = 0
  /** Steps on stored work that are under way. */
  #background = 0
  #draining = false
  #idleWaiters: (() => void)[] = []

  constructor(parts: ScheduleParts) {
    this.#parts = parts
    this.#admission = new Admission(parts.clock)
    this.#bounds = new Bounds(parts.limits)
    this.#turns = new Turns(this.#bounds)
    this.#dueTimes = new DueTimes(parts.clock, () => this.#onDue())
    this.#stored = new StoredWork(parts)
  }

  get inFlight(): number {
    return this.#bounds.inFlight
  }

  /** Deliveries queued, out, or promised to an accept that is being written. */
  get inMemory(): number {
    return this.#bounds.items
  }

  // An accept: reserve, write, admit

  /** `null`: no lane on the way of a message is crowded; else wait for this. */
  enter(targets: readonly string[], app: string): Promise<void> | null {
    return this.#admission.enter(targets.map((target) => this.#lane(target, app)))
  }

  /** Takes room in a lane before the rows are written. */
  reserve(target: string, app: string, bytes: number): Reservation {
    const lane = this.#lane(target, app)
    const open = !this.#draining && this.#look(lane)?.open === true
    const claimed = open && !lane.spilled && this.#bounds.hasRoom(lane, bytes)
    if (claimed) this.#bounds.hold(lane, bytes)
    else {
      lane.unclaimedWrites += 1
      lane.spilled = true
    }
    return { lane, claimed, bytes }
  }

  /** The rows are on disk: what was claimed goes on in memory, what was not is found by a refill. */
  admit({ lane, claimed }: Reservation, message: LiveMessage): void {
    const due = message.stored.acceptedAt
    if (!claimed) {
      lane.unclaimedWrites -= 1
      this.noteStored(lane.target, lane.app, due)
      return
    }
    lane.push({
      app: lane.app,
      claim: { target: lane.target, due, request: { kind: 'message', id: message.stored.id }, generation: 1 },
      contents: [message],
      bytes: message.bytes,
      failures: 0,
      trigger: 'scheduled',
      pushedAt: null,
      suspect: false,
      fresh: false,
      unformed: null,
      out: false,
    })
    this.#enqueue(lane)
    this.#changed.raise()
  }

  /** Nothing was written: the room is free again. */
  cancel({ lane, claimed, bytes }: Reservation): void {
    if (claimed) this.#bounds.free(lane, bytes)
    else {
      lane.unclaimedWrites -= 1
      this.#refill(lane)
    }
    this.#settle(lane)
  }

  // What changed elsewhere

  /** There is stored work of a target, due then. */
  noteStored(target: string, app: string, due: number): void {
    const lane = this.#lane(target, app)
    lane.storedDue = Math.min(lane.storedDue, due)
    this.#dueTimes.awaitStored(lane)
    if (due <= this.#parts.clock.now()) this.#refill(lane)
    else this.#dueTimes.arm()
  }

  /** The configuration of a target changed: what may not be sent goes back to the store, and stored work is looked at. */
  wake(target: string, app: string): void {
    const lane = this.#lane(target, app)
    lane.waitsUntil = this.#pausedUntil(target)
    if (this.#look(lane)?.open) {
      lane.spilled = true
      this.#refill(lane)
    } else this.#close(lane)
  }

  // A delivery: next, answered, recorded, finished

  /** Takes out the delivery whose turn it is; `null`: none may leave now. */
  next(): LiveDelivery | null {
    if (this.#draining || this.#suspects.isOut) return null
    if (this.#suspects.count > 0) return this.#unrecorded === 0 ? this.#leave(this.#suspects.leave()) : null
    while (this.#bounds.hasPlace) {
      const lane = this.#turns.next()
      if (!lane) return null
      if (!lane.isReady(this.#parts.clock.now())) {
        // After it joined the queue, its batch got more room or more time, or its receiver asked for a pause.
        this.#dueTimes.awaitReady(lane)
        continue
      }
      const target = this.#look(lane)
      if (!target?.open) {
        this.#close(lane)
        continue
      }
      const delivery = this.#leave(lane.batch ? this.#gathered(lane, target) : (lane.shift() ?? null))
      this.#enqueue(lane)
      if (delivery) return delivery
    }
    return null
  }

  /** Resolves when `next` may have something; `false`: the schedule drains and nothing leaves any more. */
  async turn(): Promise<boolean> {
    await this.#changed.wait()
    return !this.#draining
  }

  /**
   * The receiver answered, or will not: the place in flight is free before the outcome is on disk.
   *
   * @param pauseMs the receiver asked for no request for so long: its whole lane waits
   */
  answered(delivery: LiveDelivery, pauseMs = 0): void {
    if (!delivery.out) return
    delivery.out = false
    const lane = this.#laneOf(delivery)
    if (pauseMs > 0) lane.waitsUntil = Math.max(lane.waitsUntil, this.#parts.clock.now() + pauseMs)
    this.#bounds.arrive(lane)
    this.#enqueue(lane)
    this.#changed.raise()
  }

  /** The next try of this delivery needs a connection of its own. */
  sendFresh(delivery: LiveDelivery): void {
    this.#laneOf(delivery).fresh.add(delivery.claim.request.id)
  }

  /** The outcome is on disk. @param nextDue when the next attempt is due; `null`: there is none */
  recorded(delivery: LiveDelivery, pace: Pace, nextDue: number | null): void {
    const lane = this.#laneOf(delivery)
    if (pace === 'faster') lane.grow()
    else if (pace === 'slower') lane.shrink()
    if (nextDue !== null) this.noteStored(lane.target, lane.app, nextDue)
  }

  /** It is out of memory: recorded, given back, or left to the next process. */
  finished(delivery: LiveDelivery): void {
    const lane = this.#laneOf(delivery)
    this.answered(delivery)
    this.#unrecorded -= 1
    this.#free(delivery)
    if (delivery.suspect) this.#suspects.arrive()
    this.#enqueue(lane)
    lane.countLeft(this.#parts.clock.monotonic(), delivery.contents.length)
    this.#refill(lane)
    this.#settle(lane)
    this.#changed.raise()
    this.#admission.leave(lane)
  }

  /** Gives a delivery back unsent, because its target may not be sent to any more. */
  async giveBack(delivery: LiveDelivery): Promise<void> {
    await this.#stored.release([delivery])
    this.#laneOf(delivery).spilled = true
  }

  // The end

  /** Resolves when nothing is queued, out, or due in the store. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((resolve) => this.#idleWaiters.push(resolve))
  }

  /** Sends nothing more. Resolves when all requests in flight have ended, or after `graceMs`, and the other claimed work is released. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true
    this.#changed.raise()
    this.#dueTimes.stop()
    const unsent = this.#suspects.drain()
    for (const lane of this.#lanes.values()) unsent.push(...lane.drain())
    if (unsent.length > 0) {
      // Not waited for beyond the grace: a full disk must not keep a process from ending.
      void this.#inBackground(async () => {
        await this.#stored.release(unsent)
      }).finally(() => {
        for (const delivery of unsent) this.#free(delivery)
        this.#tellIdle()
      })
    }
    if (this.#unrecorded === 0 && this.#background === 0) return
    await new Promise<void>((resolve) => {
      const forget = this.#parts.clock.after(graceMs, resolve)
      this.#idleWaiters.push(() => {
        forget()
        resolve()
      })
    })
  }

  // Lanes

  #lane(target: string, app: string): Lane {
    let lane = this.#lanes.get(target)
    if (!lane) {
      lane = new Lane(target, app)
      lane.waitsUntil = this.#pausedUntil(target)
      this.#lanes.set(target, lane)
    }
    return lane
  }

  /** A pause outlives the process, and ends with a change of the endpoint. 0: there is none. */
  #pausedUntil(target: string): number {
    return this.#parts.directory.target(target)?.pausedUntil ?? 0
  }

  /** A lane with work in memory is not forgotten, so it is there. */
  #laneOf({ claim, app }: LiveDelivery): Lane {
    return this.#lane(claim.target, app)
  }

  /** The target as it stands now, `null` when it was deleted; its lane takes over the terms of its batches. */
  #look(lane: Lane): TargetEntry | null {
    const target = this.#parts.directory.target(lane.target)
    if (target?.open) lane.batch = target.batch
    return target
  }

  #gathered(lane: Lane, target: TargetEntry): LiveDelivery | null {
    const sizeOf = ({ contents }: LiveDelivery): number | null => elementBytes(target, contents[0]!)
    const delivery = gather(lane, lane.batch!, sizeOf)
    if (!delivery?.unformed) return delivery ?? null
    const request = { kind: 'batch', id: this.#parts.newId('batch', this.#parts.clock.now()) } as const
    return { ...delivery, claim: { ...delivery.claim, request } }
  }

  #leave(delivery: LiveDelivery | null): LiveDelivery | null {
    if (!delivery) return null
    delivery.out = true
    this.#bounds.leave(this.#laneOf(delivery))
    this.#unrecorded += 1
    return delivery
  }

  #free(delivery: LiveDelivery): void {
    const lane = this.#laneOf(delivery)
    for (const { bytes } of delivery.contents) this.#bounds.free(lane, bytes)
  }

  #enqueue(lane: Lane): void {
    if (lane.queued) return
    if (lane.isReady(this.#parts.clock.now())) this.#turns.join(lane)
    else if (lane.batch || lane.waitsUntil > 0) this.#dueTimes.awaitReady(lane)
  }

  #onDue(): void {
    for (const lane of this.#dueTimes.storedDue()) this.#refill(lane)
    for (const lane of this.#dueTimes.readyDue()) this.#enqueue(lane)
    this.#changed.raise()
  }

  // Stored work

  /** Reads stored work into a lane that has room, when some may be due. */
  #refill(lane: Lane): void {
    const due = lane.spilled || lane.storedDue <= this.#parts.clock.now()
    if (!due || lane.refilling || this.#draining) return
    const room = this.#bounds.refillRoom(lane)
    if (!room) return
    const target = this.#look(lane)
    if (!target?.open) {
      this.#close(lane)
      return
    }
    lane.refilling = true
    lane.storedDue = Number.POSITIVE_INFINITY
    let again = false
    void this.#inBackground(async () => {
      const { deliveries, more, nextDue } = await this.#stored.claim(lane, target.resumeFrom, room)
      for (const delivery of deliveries) this.#takeIn(lane, delivery)
      if (nextDue !== null) this.noteStored(lane.target, lane.app, nextDue)
      lane.backlog = more
      lane.spilled = more || lane.unclaimedWrites > 0
      // Unclaimed work that was written after this claim began has called `noteStored` during the claim. Work that is still being
      // written will call it later, so claiming again at once would only loop.
      again = more || lane.storedDue <= this.#parts.clock.now()
    }).finally(() => {
      // One refill of a lane at a time: the next begins when this one has ended, and a lane with a refill is not forgotten.
      lane.refilling = false
      this.#enqueue(lane)
      if (again) this.#refill(lane)
      this.#settle(lane)
      this.#changed.raise()
    })
  }

  #takeIn(lane: Lane, delivery: LiveDelivery): void {
    for (const { bytes } of delivery.contents) this.#bounds.hold(lane, bytes)
    if (this.#draining) this.#putBack(lane, [delivery])
    else if (delivery.suspect) this.#suspects.push(delivery)
    else lane.push(delivery)
  }

  /** A target that may not be sent to: its work goes back to the queue, or is cancelled when the target was deleted. */
  #close(lane: Lane): void {
    const unsent = lane.drain()
    lane.fresh.clear()
    const deleted = this.#parts.directory.target(lane.target) === null
    lane.spilled = true
    if (unsent.length === 0 && !deleted) return
    this.#putBack(lane, unsent, async () => {
      if (!deleted) return
      await this.#stored.cancel(lane.target)
      lane.spilled = false
      lane.storedDue = Number.POSITIVE_INFINITY
    })
  }

  #putBack(lane: Lane, unsent: readonly LiveDelivery[], after?: () => Promise<void>): void {
    void this.#inBackground(async () => {
      if (unsent.length > 0) await this.#stored.release(unsent)
      for (const delivery of unsent) this.#free(delivery)
      await after?.()
    }).finally(() => this.#settle(lane))
  }

  /** A step that no caller waits for. When it fails the store is closing, or there is a bug: the next process takes the work up. */
  async #inBackground(work: () => Promise<void>): Promise<void> {
    this.#background += 1
    try {
      await work()
    } catch (error) {
      if (!isClosed(error)) this.#parts.log.error({ error }, 'the store could not do it')
    } finally {
      this.#background -= 1
    }
  }

  // Quiet

  /** Forgets a lane without work, and tells those who wait for quiet. */
  #settle(lane: Lane): void {
    const asked = lane.window < laneKeepsWindow || lane.waitsUntil > this.#parts.clock.now()
    const forgettable = !asked || this.#parts.directory.target(lane.target) === null
    if (lane.quiet && lane.storedDue === Number.POSITIVE_INFINITY && !lane.queued && forgettable)
      this.#lanes.delete(lane.target)
    this.#tellIdle()
  }

  #tellIdle(): void {
    if (this.#idleWaiters.length === 0 || !this.#isIdle()) return
    const waiters = this.#idleWaiters
    this.#idleWaiters = []
    for (const resolve of waiters) resolve()
  }

  #isIdle(): boolean {
    if (this.#unrecorded > 0 || this.#background > 0) return false
    if (this.#draining) return true
    const now = this.#parts.clock.now()
    for (const lane of this.#lanes.values()) {
      if (lane.items > 0) return false
      const open = this.#parts.directory.target(lane.target)?.open === true
      if (open && (lane.spilled || lane.unclaimedWrites > 0 || lane.storedDue <= now)) return false
    }
    return true
  }
}
