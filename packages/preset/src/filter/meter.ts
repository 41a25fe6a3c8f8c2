/**
 * What one match may cost. Filters and payloads both come from strangers, and their product is what takes time: 330 searches
 * of a megabyte took seconds. Counted and not timed, so that a filter gives the same answer on every machine.
 */
export class Meter {
  #left: number

  constructor(steps: number = MATCH_STEPS) {
    this.#left = steps
  }

  /** Whether there was enough left. Once there was not, there never is. */
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

/** One step is some 10 ns; one search of a megabyte for anything fits. */
const MATCH_STEPS = 5_000_000
/** An object whose fields are looked up. */
export const STEPS_AN_OBJECT = 10
