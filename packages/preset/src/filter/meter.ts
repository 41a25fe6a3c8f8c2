/**
 * Bounds the cost of one match. Filters and payloads both come from strangers, and the time grows with their product:
 * 330 searches of a megabyte took seconds. Steps are counted and not timed, so that a filter gives the same result on
 * every machine.
 */
export class Meter {
  #left: number

  constructor(steps: number = MATCH_STEPS) {
    this.#left = steps
  }

  /** Whether enough steps were left. After it returned `false`, it always does. */
  spend(steps: number): boolean {
    if (this.isOut) return false
    this.#left -= steps
    return this.#left >= 0
  }

  get isOut(): boolean {
    return this.#left < 0
  }

  get left(): number {
    return this.#left
  }
}

/** One step is about 10 ns. One search of a megabyte for any text fits. */
const MATCH_STEPS = 5_000_000
/** An object whose fields are looked up. */
export const STEPS_AN_OBJECT = 10
