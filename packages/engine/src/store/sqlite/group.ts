import { EngineError } from '../../errors.ts'
import type { OperationAnswer } from './operations.ts'

/** Applies one batch somewhere: in a thread of its own, or here. */
export type ApplyBatch<Operation> = (batch: readonly Operation[]) => Promise<readonly OperationAnswer[]>

interface Waiting<Operation> {
  readonly operation: Operation
  readonly bytes: number
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Beyond this an accept waits for the next group: one large group would delay the outcomes behind it. */
const maxLowPriorityBytes = 4 * 1024 * 1024
const maxLowPriorityCount = 512
/** A batch and its answer travel as one text each: this keeps both far below the longest text there can be. */
const maxHighPriorityBytes = 16 * 1024 * 1024

/** Lets what happens together be written together: answers once the moment is over. It is told how many the last batch held. */
export type Gather = (lastBatch: number) => Promise<void>

/** A batch of so many says that there is load. */
const loaded = 3

/**
 * Everything that this turn of the event loop brings; under load, two milliseconds more. A commit costs as much for one row
 * as for ten (the same pages, the same sync, waking the thread): two messages a commit cost 49 µs of processor a delivery,
 * sixteen 19 µs. When there is no load nothing waits.
 */
export const gatherTurn: Gather = (lastBatch) =>
  new Promise((resolve) => {
    if (lastBatch >= loaded) setTimeout(resolve, 2)
    else setImmediate(resolve)
  })

/** What the current call stack brings: no timers and no turns, so that a virtual clock decides alone. */
export const gatherMicrotask: Gather = () => Promise.resolve()

/**
 * Group commit: while one batch is being synced the next one fills. A batch takes every operation of high
 * priority that waits (outcomes, claims: they free memory and slots) and as many of low priority as fit (accepts).
 */
export class GroupCommit<Operation> {
  readonly #apply: ApplyBatch<Operation>
  readonly #onLost: (message: string) => void
  readonly #gather: Gather
  #high: Waiting<Operation>[] = []
  #low: Waiting<Operation>[] = []
  #busy: Promise<void> | null = null
  #closed = false
  #lastBatch = 0

  /** `onLost` is told of an fsync or a page that failed: memory and disk may differ from then on, so the process must end. */
  constructor(apply: ApplyBatch<Operation>, gather: Gather, onLost: (message: string) => void) {
    this.#apply = apply
    this.#gather = gather
    this.#onLost = onLost
  }

  get waiting(): number {
    return this.#high.length + this.#low.length
  }

  get busy(): boolean {
    return this.#busy !== null
  }

  submit<Result>(operation: Operation, priority: 'high' | 'low' = 'high', bytes = 0): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#closed) {
        reject(new EngineError('closed', 'The store is closed: this process is shutting down. Send it to another one.'))
        return
      }
      const queue = priority === 'high' ? this.#high : this.#low
      queue.push({ operation, bytes, resolve: resolve, reject })
      this.#busy ??= this.#run()
    })
  }

  /** Waits for everything that was submitted; later submits are refused. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#busy) await this.#busy
  }

  async #run(): Promise<void> {
    for (let lastBatch = this.#lastBatch; this.waiting > 0; lastBatch = this.#lastBatch) {
      await this.#gather(lastBatch)
      const batch = this.#nextBatch()
      this.#lastBatch = batch.length
      const answers = await this.#answers(batch)
      for (const [index, waiting] of batch.entries()) this.#settle(waiting, answers[index])
    }
    this.#busy = null
  }

  #nextBatch(): Waiting<Operation>[] {
    const batch: Waiting<Operation>[] = []
    let bytes = 0
    for (const waiting of this.#high) {
      if (batch.length > 0 && bytes + waiting.bytes > maxHighPriorityBytes) break
      bytes += waiting.bytes
      batch.push(waiting)
    }
    this.#high = batch.length === this.#high.length ? [] : this.#high.slice(batch.length)
    bytes = 0
    let count = 0
    for (const waiting of this.#low) {
      if (count > 0 && (count === maxLowPriorityCount || bytes + waiting.bytes > maxLowPriorityBytes)) break
      bytes += waiting.bytes
      count += 1
      batch.push(waiting)
    }
    this.#low = count === this.#low.length ? [] : this.#low.slice(count)
    return batch
  }

  async #answers(batch: readonly Waiting<Operation>[]): Promise<readonly OperationAnswer[]> {
    try {
      return await this.#apply(batch.map((waiting) => waiting.operation))
    } catch (error) {
      // The thread died with the batch in hand: nobody knows what of it is on disk.
      const message = error instanceof Error ? error.message : String(error)
      this.#onLost(message)
      return batch.map(() => ({ error: { message, kind: 'lost' } }))
    }
  }

  #settle(waiting: Waiting<Operation>, answer: OperationAnswer | undefined): void {
    if (answer && !('error' in answer)) {
      waiting.resolve(answer.value)
      return
    }
    const failure = answer?.error ?? { message: 'the batch came back short', kind: 'bug' }
    if (failure.kind === 'full') {
      const text = 'The disk is full: nothing was written. Free space in the data folder; Posthorn goes on by itself.'
      waiting.reject(new EngineError('overloaded', text, { retryAfterSeconds: 5 }))
      return
    }
    if (failure.kind === 'lost') this.#onLost(failure.message)
    waiting.reject(new Error(`The store could not do it: ${failure.message}`))
  }
}
