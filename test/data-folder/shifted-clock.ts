import type { Clock } from '@posthorn/engine'

interface Timer {
  readonly due: number
  readonly action: () => void
  handle: NodeJS.Timeout
}

/** Time that runs as it does outside, from another moment on, and can be moved on. */
export class ShiftedClock implements Clock {
  readonly #timers = new Set<Timer>()
  #ahead: number

  constructor(startMs: number) {
    this.#ahead = startMs - Date.now()
  }

  now(): number {
    return Date.now() + this.#ahead
  }

  monotonic(): number {
    return performance.now()
  }

  after(delayMs: number, action: () => void): () => void {
    const timer: Timer = { due: this.now() + delayMs, action, handle: setTimeout(() => undefined, 0) }
    this.#timers.add(timer)
    this.#set(timer)
    return () => {
      clearTimeout(timer.handle)
      this.#timers.delete(timer)
    }
  }

  /** Moves time on; what was due meanwhile is due now. */
  advance(byMs: number): void {
    this.#ahead += byMs
    for (const timer of this.#timers) this.#set(timer)
  }

  #set(timer: Timer): void {
    clearTimeout(timer.handle)
    timer.handle = setTimeout(
      () => {
        this.#timers.delete(timer)
        timer.action()
      },
      Math.max(0, timer.due - this.now()),
    ).unref()
  }
}
