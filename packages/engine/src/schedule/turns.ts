import type { Bounds } from './limits.ts'
import { Deque } from './deque.ts'
import type { Lane } from './lane.ts'

/**
 * Whose turn it is. Each application has one turn in a round, however many endpoints it has, and its lanes take its turns one
 * after another.
 */
export class Turns {
  readonly #bounds: Bounds
  /** Applications with a lane that could send, in turn. */
  readonly #ring = new Deque<string>()
  /** Their lanes, in turn. */
  readonly #lines = new Map<string, Deque<Lane>>()

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  /** The lane stands in the line of its application, once. */
  join(lane: Lane): void {
    if (lane.queued) return
    lane.queued = true
    let line = this.#lines.get(lane.app)
    if (!line) {
      line = new Deque()
      this.#lines.set(lane.app, line)
    }
    if (line.length === 0) this.#ring.push(lane.app)
    line.push(lane)
  }

  /** The next lane of the next application that may send; `null`: there is none. An application with more lanes goes to the end. */
  next(): Lane | null {
    // Applications that have their share keep their place in the round.
    for (let left = this.#ring.length; left > 0; left -= 1) {
      const app = this.#ring.shift()!
      if (this.#bounds.hasItsShare(app)) {
        this.#ring.push(app)
        continue
      }
      const line = this.#lines.get(app)
      const lane = line?.shift()
      if (line && line.length > 0) this.#ring.push(app)
      else this.#lines.delete(app)
      if (!lane) continue
      lane.queued = false
      return lane
    }
    return null
  }
}
