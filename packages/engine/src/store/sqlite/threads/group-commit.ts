import { EngineError } from '../../../errors.ts'
import type { GroupTerms } from '../method.ts'
import type { Answer, Call } from './call.ts'
import type { Gather } from './gather.ts'
import { refusalOf } from './refusal.ts'

/** Applies one group somewhere: in a thread of its own, or here. */
export type ApplyGroup = (calls: readonly Call[]) => Promise<readonly Answer[]>

interface Waiting {
  readonly call: Call
  readonly bytes: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Beyond this a call of low priority waits for the next group: one large group would delay the outcomes behind it. */
const maxLowPriorityBytes = 4 * 1024 * 1024
const maxLowPriorityCount = 512
/** A group and its answers travel as one text each: this keeps both far below the longest text there can be. */
const maxHighPriorityBytes = 16 * 1024 * 1024

/**
 * Group commit: while one group is synced the next one fills. A group takes every call of high priority that waits (outcomes,
 * claims: they free memory and slots) and as many of low priority as fit (accepts).
 */
export class GroupCommit {
  readonly #apply: ApplyGroup
  readonly #gather: Gather
  readonly #onLost: (message: string) => void
  #high: Waiting[] = []
  #low: Waiting[] = []
  #busy: Promise<void> | null = null
  #closed = false
  #lastGroup = 0
  #trouble: string | null = null

  /** `onLost` is told when an fsync or a page failed: memory and disk may differ from then on, so the process must end. */
  constructor(apply: ApplyGroup, gather: Gather, onLost: (message: string) => void) {
    this.#apply = apply
    this.#gather = gather
    this.#onLost = onLost
  }

  /** Nothing waits and nothing is being applied. */
  get idle(): boolean {
    return this.#busy === null && this.#waiting === 0
  }

  /** Why the last group could not be applied; `null`: it was. */
  get trouble(): string | null {
    return this.#trouble
  }

  submit(
    call: Call,
    { priority, bytes }: { readonly priority: GroupTerms<never>['priority']; readonly bytes: number },
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new EngineError('closed', 'The store is closed: this process is shutting down. Send it to another one.'))
        return
      }
      const queue = priority === 'high' ? this.#high : this.#low
      queue.push({ call, bytes, resolve, reject })
      this.#busy ??= this.#run()
    })
  }

  /** Waits for everything that was submitted; later submits are refused. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#busy) await this.#busy
  }

  get #waiting(): number {
    return this.#high.length + this.#low.length
  }

  async #run(): Promise<void> {
    while (this.#waiting > 0) {
      await this.#gather(this.#lastGroup)
      const group = this.#nextGroup()
      this.#lastGroup = group.length
      const answers = await this.#answers(group)
      this.#trouble = troubleOf(answers)
      for (const [index, waiting] of group.entries()) this.#settle(waiting, answers[index])
    }
    this.#busy = null
  }

  #nextGroup(): Waiting[] {
    const group: Waiting[] = []
    let bytes = 0
    for (const waiting of this.#high) {
      if (group.length > 0 && bytes + waiting.bytes > maxHighPriorityBytes) break
      bytes += waiting.bytes
      group.push(waiting)
    }
    this.#high = group.length === this.#high.length ? [] : this.#high.slice(group.length)
    bytes = 0
    let count = 0
    for (const waiting of this.#low) {
      if (count > 0 && (count === maxLowPriorityCount || bytes + waiting.bytes > maxLowPriorityBytes)) break
      bytes += waiting.bytes
      count += 1
      group.push(waiting)
    }
    this.#low = count === this.#low.length ? [] : this.#low.slice(count)
    return group
  }

  async #answers(group: readonly Waiting[]): Promise<readonly Answer[]> {
    try {
      return await this.#apply(group.map(({ call }) => call))
    } catch (error) {
      // The thread ended while it had the group: we cannot tell what of it is on disk.
      const message = error instanceof Error ? error.message : String(error)
      this.#onLost(message)
      return group.map(() => ({ error: { message, kind: 'lost' } }))
    }
  }

  #settle({ resolve, reject }: Waiting, answer: Answer | undefined): void {
    if (answer && !('error' in answer)) {
      resolve(answer.value)
      return
    }
    const failure = answer?.error ?? { message: 'the answers of a group came back short', kind: 'bug' }
    const refusal = refusalOf(failure)
    if (failure.kind === 'lost') this.#onLost(failure.message)
    reject(refusal ?? new Error(`The store failed: ${failure.message}`))
  }
}

/** A group fails as a whole where the database could not be used. */
function troubleOf([first]: readonly Answer[]): string | null {
  return first && 'error' in first ? (refusalOf(first.error)?.message ?? null) : null
}
