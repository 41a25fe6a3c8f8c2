/** One waiter, and a state that it waits for: raised before the wait, it does not wait at all, so no wake-up is lost. */
export class Signal {
  #raised = false
  #wake: (() => void) | null = null

  raise(): void {
    this.#raised = true
    this.#wake?.()
    this.#wake = null
  }

  /** Resolves at the next `raise`, or at once when there was one since the last wait. */
  async wait(): Promise<void> {
    if (!this.#raised)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    this.#raised = false
  }
}
