import type { Clock } from '../src/clock.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly action: () => void
  cancelled: boolean
}

/** Time that moves only in `runUntil`. Timers that are due at the same time run in the order in which they were set. */
export class VirtualClock {
  #now: number
  #order = 0
  readonly #timers: Timer[] = []

  constructor(startMs: number) {
    this.#now = startMs
  }

  get now(): number {
    return this.#now
  }

  /** A clock for one process. After `kill`, its timers do not run. */
  processClock(): { clock: Clock; kill(): void } {
    let alive = true
    const clock: Clock = {
      now: () => Math.floor(this.#now),
      monotonic: () => this.#now,
      after: (delayMs, action) =>
        this.after(delayMs, () => {
          if (alive) action()
        }),
    }
    return { clock, kill: () => (alive = false) }
  }

  after(delayMs: number, action: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, action, cancelled: false }
    this.#timers.push(timer)
    return () => {
      timer.cancelled = true
    }
  }

  /** Runs all timers that are due until `time`. Before each next timer, all microtasks of the last one have run. */
  async runUntil(time: number): Promise<void> {
    await quiescence()
    for (;;) {
      const timer = this.#takeNext(time)
      if (!timer) break
      this.#now = Math.max(this.#now, timer.at)
      timer.action()
      await quiescence()
    }
    this.#now = Math.max(this.#now, time)
  }

  #takeNext(until: number): Timer | null {
    let best = -1
    for (const [index, timer] of this.#timers.entries()) {
      if (timer.cancelled || timer.at > until) continue
      const leader = this.#timers[best]
      if (!leader || timer.at < leader.at || (timer.at === leader.at && timer.order < leader.order)) best = index
    }
    const [timer = null] = best === -1 ? [] : this.#timers.splice(best, 1)
    if (this.#timers.length > 10_000)
      this.#timers.splice(0, this.#timers.length, ...this.#timers.filter((one) => !one.cancelled))
    return timer
  }
}

/** Waits until all microtasks have run. The engine has no threads here, so nothing else is pending. */
function quiescence(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
