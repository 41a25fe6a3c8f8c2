import type { Clock } from '../clock.ts'
import type { Log } from '../options.ts'
import { sweepOperations, type OperationSweepParts } from '../operations/sweep.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Queue } from '../store/queue.ts'

export interface RetentionParts extends OperationSweepParts {
  readonly clock: Clock
  readonly log: Log
  readonly queue: Queue
  readonly ledger: Ledger
  readonly retentionDays: number
}

const dayMs = 86_400_000
const sweepRows = 1000
const sweepEveryMs = 3_600_000
/** After a step that found more to do; short, so that a backlog of years shrinks while deliveries go on. */
const sweepAgainMs = 50

/** Forgets what is older than its retention, in small steps between deliveries. */
export class Retention {
  readonly #parts: RetentionParts
  #cancelTimer: (() => void) | null = null
  #stopped = false

  constructor(parts: RetentionParts) {
    this.#parts = parts
  }

  start(): void {
    this.#sweepAfter(sweepEveryMs)
  }

  stop(): void {
    this.#stopped = true
    this.#cancelTimer?.()
  }

  #sweepAfter(delayMs: number): void {
    if (this.#stopped) return
    this.#cancelTimer = this.#parts.clock.after(delayMs, () => {
      this.#sweep()
        .then((more) => this.#sweepAfter(more ? sweepAgainMs : sweepEveryMs))
        .catch((error: unknown) => {
          if (this.#stopped) return
          this.#parts.log.error({ error }, 'the sweep failed and is tried again')
          this.#sweepAfter(sweepEveryMs)
        })
    })
  }

  /** One step; answers whether there is more. */
  async #sweep(): Promise<boolean> {
    const { queue, ledger, clock, retentionDays } = this.#parts
    const now = clock.now()
    const before = now - retentionDays * dayMs
    const more = await Promise.all([
      queue.sweep(now, before, sweepRows),
      ledger.sweep(before, sweepRows),
      sweepOperations(this.#parts, now, before, sweepRows),
    ])
    return more.includes(true)
  }
}
