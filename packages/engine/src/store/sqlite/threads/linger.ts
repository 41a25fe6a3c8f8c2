/** A wait that can be ended early: a group waits for more calls, and a reader that needs the group now ends the wait. */
export class Linger {
  readonly #delayMs: number
  #wake: (() => void) | null = null

  /** @param delayMs 0: no wait at all, not even a timer */
  constructor(delayMs: number) {
    this.#delayMs = delayMs
  }

  gather(): Promise<void> {
    if (this.#delayMs === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#delayMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  end(): void {
    this.#wake?.()
  }
}
