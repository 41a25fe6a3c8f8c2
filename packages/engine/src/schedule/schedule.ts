import { Admission } from './admission.ts'
import type { Clock } from '../clock.ts'
import { DueHeap } from './due-heap.ts'
import { Deque } from './deque.ts'
import { fitting, type BatchTerms } from './batch.ts'
import { isGatherable, Lane, type LiveDelivery, type LiveMessage } from './lane.ts'
import type { Limits } from '../options.ts'
import type { ClaimResult, ClaimedWork, StoredMessage } from '../store/queue.ts'

/** What the schedule needs to know of a target, asked anew each time: edits count at once. */
export type TargetState =
  | {
      readonly state: 'open'
      /** Stored work that was due before stays held. */
      readonly resumeFrom: number
      /** How its messages leave together; `null`: each alone. */
      readonly batch: BatchTerms | null
    }
  /** Switched off by its owner, or held: its work waits in the queue. */
  | { readonly state: 'closed' }
  | { readonly state: 'deleted' }

export interface ScheduleParts {
  readonly clock: Clock
  readonly limits: Limits
  target(lane: Lane): TargetState
  claim(lane: Lane, from: number, limit: number, maxBytes: number): Promise<ClaimResult>
  release(deliveries: readonly LiveDelivery[]): Promise<void>
  markAlone(delivery: LiveDelivery): Promise<void>
  cancel(lane: Lane): Promise<void>
  /** Bytes of a message in a batch; `null`: it cannot be written any more. */
  elementBytes(delivery: LiveDelivery): number | null
  newBatchId(): string
  /** Told what the store could not do. */
  failed(error: unknown): void
  /** Sends and records; tells when the receiver has answered, resolves when the outcome is recorded. Never rejects. */
  run(delivery: LiveDelivery, returned: () => void): Promise<void>
}

/** Room for one delivery, taken before its row is written. */
export interface Reservation {
  readonly lane: Lane
  /** There was room: the row is written as claimed and the delivery goes on in memory. */
  readonly claimed: boolean
  readonly bytes: number
}

/**
 * Lanes and whose turn it is. Bounded in flight per lane, per application and in all, fair between applications (each has one
 * turn a round, however many endpoints it has) and between an application's endpoints, bounded in bytes; the rest waits in the
 * queue.
 */
export class Schedule {
  readonly #parts: ScheduleParts
  readonly #admission: Admission
  readonly #lanes = new Map<string, Lane>()
  /** Applications with a lane that could send, in turn; each with its lanes in turn. */
  readonly #ring = new Deque<string>()
  readonly #ready = new Map<string, Deque<Lane>>()
  readonly #stored = new DueHeap<Lane>()
  /** Lanes whose oldest message waits for company. */
  readonly #gathering = new DueHeap<Lane>()
  /** Suspected of killing their process: each is tried with nothing else out. */
  readonly #suspects = new Deque<LiveDelivery>()
  #suspectOut = false
  /** Requests out by application; one with none has no entry. */
  readonly #outOf = new Map<string, number>()
  #cancelTimer: (() => void) | null = null
  #timerAt = Number.POSITIVE_INFINITY
  #inFlight = 0
  /** Sent, and the outcome is not on disk yet. */
  #unrecorded = 0
  #items = 0
  #bytes = 0
  #draining = false
  #background = 0
  #idleWaiters: (() => void)[] = []

  constructor(parts: ScheduleParts) {
    this.#parts = parts
    this.#admission = new Admission(parts.clock)
  }

  /** `null`: there is no crowd on the way of a message to these targets; else wait for this. */
  enter(targets: readonly string[], app: string): Promise<void> | null {
    return this.#admission.enter(targets.map((target) => this.#lane(target, app)))
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Deliveries queued, out, or promised to an accept that is being written. */
  get inMemory(): number {
    return this.#items
  }

  inFlightOf(target: string): number {
    return this.#lanes.get(target)?.inFlight ?? 0
  }

  /** Takes room in a lane before the rows are written. */
  reserve(target: string, app: string, bytes: number): Reservation {
    const { limits } = this.#parts
    const lane = this.#lane(target, app)
    const open = !this.#draining && this.#look(lane).state === 'open'
    const claimed = open && !lane.spilled && lane.hasRoom(bytes, limits) && this.#bytes + bytes <= limits.bytes
    if (claimed) this.#hold(lane, bytes)
    else {
      lane.unclaimedWrites += 1
      lane.spilled = true
    }
    return { lane, claimed, bytes }
  }

  /** The rows are on disk: what was claimed goes on in memory, what was not is found by a refill. */
  admit(reservation: Reservation, message: LiveMessage): void {
    const { lane, claimed } = reservation
    const due = message.stored.acceptedAt
    if (!claimed) {
      lane.unclaimedWrites -= 1
      this.noteStored(lane.target, lane.app, due)
      return
    }
    const delivery: LiveDelivery = {
      lane,
      target: lane.target,
      due,
      request: { kind: 'message', id: message.stored.id },
      contents: [message],
      generation: 1,
      failures: 0,
      trigger: 'scheduled',
      unformed: null,
    }
    lane.push(delivery)
    this.#enqueue(lane)
    this.pump()
  }

  /** Nothing was written: the room is free again. */
  cancel(reservation: Reservation): void {
    const { lane, claimed, bytes } = reservation
    if (claimed) this.#letGo(lane, bytes)
    else {
      lane.unclaimedWrites -= 1
      this.#refill(lane)
    }
    this.#settle(lane)
  }

  /** There is stored work of a target, due then. */
  noteStored(target: string, app: string, due: number): void {
    const lane = this.#lane(target, app)
    lane.storedDue = Math.min(lane.storedDue, due)
    this.#awaitStored(lane)
    if (due <= this.#parts.clock.now()) this.#refill(lane)
    else this.#arm()
  }

  /** Configuration of a target changed: what is in memory goes back when it may not be sent, and stored work is looked at. */
  wake(target: string, app: string): void {
    const lane = this.#lane(target, app)
    if (this.#look(lane).state === 'open') {
      lane.spilled = true
      this.#refill(lane)
    } else this.#close(lane)
  }

  /** Starts what may start. */
  pump(): void {
    if (this.#draining || this.#suspectOut) return
    if (this.#suspects.length > 0) {
      if (this.#unrecorded === 0) this.#startSuspect()
      return
    }
    while (this.#inFlight < this.#parts.limits.inFlight) {
      const lane = this.#next()
      if (!lane) return
      if (this.#look(lane).state !== 'open') {
        this.#close(lane)
        continue
      }
      const delivery = lane.batch ? this.#gather(lane, lane.batch) : lane.shift()
      if (delivery) this.#start(delivery)
      this.#enqueue(lane)
    }
  }

  /** Resolves when nothing is queued, out, or due in the store. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((resolve) => this.#idleWaiters.push(resolve))
  }

  /** Stops starting; resolves when what is out came back or `graceMs` passed, and the rest was released. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true
    this.#cancelTimer?.()
    const unsent = [...this.#suspects.drain()]
    for (const lane of this.#lanes.values()) unsent.push(...lane.drain())
    if (unsent.length > 0) {
      // Not waited for beyond the grace: a full disk must not keep a process from ending.
      void this.#inBackground(() => this.#parts.release(unsent)).finally(() => {
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

  #lane(target: string, app: string): Lane {
    let lane = this.#lanes.get(target)
    if (!lane) {
      lane = new Lane(target, app)
      this.#lanes.set(target, lane)
    }
    return lane
  }

  #hold(lane: Lane, bytes: number): void {
    lane.hold(bytes)
    this.#items += 1
    this.#bytes += bytes
  }

  #letGo(lane: Lane, bytes: number): void {
    lane.free(bytes)
    this.#items -= 1
    this.#bytes -= bytes
  }

  #free({ lane, contents }: LiveDelivery): void {
    for (const { bytes } of contents) this.#letGo(lane, bytes)
  }

  /** How a target stands now; its lane keeps the terms of its batches. */
  #look(lane: Lane): TargetState {
    const target = this.#parts.target(lane)
    if (target.state === 'open') lane.batch = target.batch
    return target
  }

  /** What leaves next from a lane with batches: as many of the first messages as fit, or one that goes alone. */
  #gather(lane: Lane, terms: BatchTerms): LiveDelivery | undefined {
    const [first, ...more] = this.#members(lane, terms)
    if (!first || more.length === 0) return first ?? lane.shift()
    const members = [first, ...more].toSorted((a, b) => a.due - b.due || (a.request.id < b.request.id ? -1 : 1))
    return {
      ...members[0]!,
      request: { kind: 'batch', id: this.#parts.newBatchId() },
      contents: members.flatMap(({ contents }) => contents),
      unformed: members,
    }
  }

  #members(lane: Lane, terms: BatchTerms): LiveDelivery[] {
    const sizes: number[] = []
    let first: LiveDelivery | null = null
    for (const delivery of lane.waiting) {
      first ??= delivery
      // Alike, so that the attempt of the batch is the next one of each of its messages.
      const alike = delivery.trigger === first.trigger && delivery.generation === first.generation
      const fits = sizes.length < terms.maxMessages && alike && isGatherable(delivery)
      const size = fits ? this.#parts.elementBytes(delivery) : null
      if (size === null) break
      sizes.push(size)
    }
    return Array.from({ length: fitting(sizes, terms) }, () => lane.shift()!)
  }

  #enqueue(lane: Lane): void {
    if (lane.queued) return
    if (!lane.isReady(this.#parts.clock.now())) {
      this.#awaitCompany(lane)
      return
    }
    lane.queued = true
    let lanes = this.#ready.get(lane.app)
    if (!lanes) {
      lanes = new Deque()
      this.#ready.set(lane.app, lanes)
    }
    if (lanes.length === 0) this.#ring.push(lane.app)
    lanes.push(lane)
  }

  /** The next lane of the next application; an application with more goes to the end of the round. */
  #next(): Lane | null {
    let passed = 0
    while (passed < this.#ring.length) {
      const app = this.#ring.shift()!
      if (this.#hasItsShare(app)) {
        this.#ring.push(app)
        passed += 1
        continue
      }
      const lanes = this.#ready.get(app)
      const lane = lanes?.shift()
      if (lanes && lanes.length > 0) this.#ring.push(app)
      else this.#ready.delete(app)
      if (!lane) continue
      lane.queued = false
      if (lane.isReady(this.#parts.clock.now())) return lane
      // Since it took its turn, more room or time was found for its batch.
      this.#awaitCompany(lane)
      passed = 0
    }
    return null
  }

  /**
   * Turns alone are not fair: a request to a receiver that hangs keeps its slot for its whole timeout, so an application with
   * hundreds of such endpoints would end up with all of them. It has at most as many out as are free: half of all when it is
   * alone, a third when there are two of its kind, and whoever comes next always finds some.
   */
  #hasItsShare(app: string): boolean {
    return (this.#outOf.get(app) ?? 0) >= this.#parts.limits.inFlight - this.#inFlight
  }

  #countOut(app: string, by: 1 | -1): void {
    const out = (this.#outOf.get(app) ?? 0) + by
    if (out === 0) this.#outOf.delete(app)
    else this.#outOf.set(app, out)
    this.#inFlight += by
  }

  #start(delivery: LiveDelivery): void {
    const { lane } = delivery
    void this.#send(delivery).then(() => {
      this.#enqueue(lane)
      lane.countLeft(this.#parts.clock.monotonic(), delivery.contents.length)
      this.#refill(lane)
      this.#settle(lane)
      this.pump()
      this.#admission.leave(lane)
    })
  }

  /** Resolves when the outcome is recorded. Its place in the window is free before that, once the receiver has answered. */
  async #send(delivery: LiveDelivery): Promise<void> {
    const { lane } = delivery
    let out = true
    const returned = (): void => {
      if (!out) return
      out = false
      lane.inFlight -= 1
      this.#countOut(lane.app, -1)
      this.#enqueue(lane)
      this.pump()
    }
    lane.inFlight += 1
    this.#countOut(lane.app, 1)
    this.#unrecorded += 1
    await this.#parts.run(delivery, returned)
    returned()
    this.#unrecorded -= 1
    this.#free(delivery)
  }

  #startSuspect(): void {
    const delivery = this.#suspects.shift()
    if (!delivery) return
    this.#suspectOut = true
    void this.#inBackground(async () => {
      if (this.#parts.target(delivery.lane).state !== 'open') {
        await this.#parts.release([delivery])
        this.#free(delivery)
        delivery.lane.spilled = true
        return
      }
      try {
        await this.#parts.markAlone(delivery)
      } catch (error) {
        this.#free(delivery)
        throw error
      }
      await this.#send(delivery)
    }).finally(() => {
      this.#suspectOut = false
      this.#settle(delivery.lane)
      this.pump()
    })
  }

  /** Reads stored work into a lane that has room, when there may be some that is due. */
  #refill(lane: Lane): void {
    const due = lane.spilled || lane.storedDue <= this.#parts.clock.now()
    if (!due || lane.refilling || this.#draining) return
    const { limits } = this.#parts
    const most = Math.max(limits.refill, lane.batch?.maxMessages ?? 0)
    const room = Math.min(limits.laneItems - lane.items, most)
    // Half a refill's worth of room at least: reading row by row would cost a transaction a delivery.
    if (lane.items > 0 && room < limits.refill / 2) return
    if (this.#bytes >= limits.bytes && lane.items > 0) return
    const target = this.#look(lane)
    if (target.state !== 'open') {
      this.#close(lane)
      return
    }
    lane.refilling = true
    lane.storedDue = Number.POSITIVE_INFINITY
    let again = false
    void this.#inBackground(async () => {
      const roomBytes = Math.max(0, Math.min(limits.laneBytes - lane.bytes, limits.bytes - this.#bytes))
      const result = await this.#parts.claim(lane, target.resumeFrom, room, roomBytes)
      for (const work of result.work) this.#takeIn(lane, work)
      if (result.nextDue !== null) this.noteStored(lane.target, lane.app, result.nextDue)
      lane.backlog = result.more
      lane.spilled = result.more || lane.unclaimedWrites > 0
      // What was written unclaimed since the claim began announced itself while this was out. (What is still being written
      // will: asking again at once would only spin.)
      again = result.more || lane.storedDue <= this.#parts.clock.now()
    }).finally(() => {
      // One refill of a lane at a time: the next begins when this one has ended, and a lane with a refill is not forgotten.
      lane.refilling = false
      this.#enqueue(lane)
      if (again) this.#refill(lane)
      this.#settle(lane)
      this.pump()
    })
  }

  #takeIn(lane: Lane, work: ClaimedWork): void {
    const contents = work.contents.map(liveMessage)
    for (const { bytes } of contents) this.#hold(lane, bytes)
    const { target, due, request, generation, failures, trigger } = work
    const delivery: LiveDelivery = {
      lane,
      target,
      due,
      request,
      generation,
      failures,
      trigger,
      contents,
      unformed: null,
    }
    if (this.#draining) {
      void this.#inBackground(() => this.#parts.release([delivery])).finally(() => {
        this.#free(delivery)
        this.#settle(lane)
      })
      return
    }
    if (work.suspect) this.#suspects.push(delivery)
    else lane.push(delivery)
  }

  /** A target that may not be sent to: its work goes back to the queue, or is cancelled when it was deleted. */
  #close(lane: Lane): void {
    const unsent = lane.drain()
    const deleted = this.#parts.target(lane).state === 'deleted'
    lane.spilled = true
    if (unsent.length === 0 && !deleted) return
    void this.#inBackground(async () => {
      if (unsent.length > 0) await this.#parts.release(unsent)
      for (const delivery of unsent) this.#free(delivery)
      if (deleted) {
        await this.#parts.cancel(lane)
        lane.spilled = false
        lane.storedDue = Number.POSITIVE_INFINITY
      }
    }).finally(() => this.#settle(lane))
  }

  /** One live entry a lane: a later one is not needed while an earlier one stands. */
  #awaitStored(lane: Lane): void {
    if (lane.storedDue >= lane.heapDue) return
    lane.heapDue = lane.storedDue
    this.#stored.push(lane.storedDue, lane)
  }

  /** The same for a lane whose oldest message waits for company. */
  #awaitCompany(lane: Lane): void {
    const due = lane.inFlight > 0 ? Number.POSITIVE_INFINITY : lane.flushAt
    if (due >= lane.flushDue) return
    lane.flushDue = due
    this.#gathering.push(due, lane)
    this.#arm()
  }

  /** One timer for the earliest of what waits for its time. */
  #arm(): void {
    const due = Math.min(this.#stored.earliest, this.#gathering.earliest)
    if (due >= this.#timerAt || this.#draining || due === Number.POSITIVE_INFINITY) return
    this.#cancelTimer?.()
    this.#timerAt = due
    const delayMs = Math.min(Math.max(due - this.#parts.clock.now(), 0), 60_000)
    this.#cancelTimer = this.#parts.clock.after(delayMs, () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#cancelTimer = null
      this.#onTimer()
    })
  }

  #onTimer(): void {
    const now = this.#parts.clock.now()
    for (let entry = this.#stored.popDue(now); entry; entry = this.#stored.popDue(now)) {
      const lane = entry.item
      if (entry.due !== lane.heapDue) continue
      lane.heapDue = Number.POSITIVE_INFINITY
      if (lane.storedDue <= now) this.#refill(lane)
      else this.#awaitStored(lane)
    }
    for (let entry = this.#gathering.popDue(now); entry; entry = this.#gathering.popDue(now)) {
      const lane = entry.item
      if (entry.due !== lane.flushDue) continue
      lane.flushDue = Number.POSITIVE_INFINITY
      this.#enqueue(lane)
    }
    this.#arm()
    this.pump()
  }

  /** Work of a lane that nobody waits for. What fails here is a bug or a store that closes: the next process takes it up. */
  async #inBackground(work: () => Promise<void>): Promise<void> {
    this.#background += 1
    try {
      await work()
    } catch (error) {
      this.#parts.failed(error)
    } finally {
      this.#background -= 1
    }
  }

  /** Forgets a lane without work, and tells those who wait for quiet. */
  #settle(lane: Lane): void {
    const forgettable = lane.window >= laneKeepsWindow || this.#parts.target(lane).state === 'deleted'
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
      const open = this.#parts.target(lane).state === 'open'
      if (open && (lane.spilled || lane.unclaimedWrites > 0 || lane.storedDue <= now)) return false
    }
    return true
  }
}

/** A lane that a receiver slowed down is remembered; the others start anew at no loss. */
const laneKeepsWindow = 8

export function liveMessage(stored: StoredMessage): LiveMessage {
  // Strings of one or two bytes a character; the exact number does not matter, the order of magnitude does.
  return { stored, bodies: new Map(), bytes: (stored.payload?.length ?? 0) + 512 }
}
