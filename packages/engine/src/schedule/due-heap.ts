/** A small binary heap of lanes by the time when their stored work is due. An entry that is outdated is skipped by its reader. */
export class DueHeap<T> {
  readonly #entries: { due: number; item: T }[] = []

  get size(): number {
    return this.#entries.length
  }

  /** Time of the earliest entry; `Infinity` when there is none. */
  get earliest(): number {
    return this.#entries[0]?.due ?? Number.POSITIVE_INFINITY
  }

  push(due: number, item: T): void {
    const entries = this.#entries
    entries.push({ due, item })
    let index = entries.length - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.#due(parent) <= due) break
      this.#swap(index, parent)
      index = parent
    }
  }

  /** Takes the earliest entry when it is due by `now`. */
  popDue(now: number): { due: number; item: T } | null {
    const first = this.#entries[0]
    if (!first || first.due > now) return null
    const last = this.#entries.pop()
    if (last && this.#entries.length > 0) {
      this.#entries[0] = last
      this.#sink()
    }
    return first
  }

  #sink(): void {
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      let least = index
      if (this.#due(left) < this.#due(least)) least = left
      if (this.#due(left + 1) < this.#due(least)) least = left + 1
      if (least === index) return
      this.#swap(index, least)
      index = least
    }
  }

  #due(index: number): number {
    return this.#entries[index]?.due ?? Number.POSITIVE_INFINITY
  }

  #swap(a: number, b: number): void {
    const entries = this.#entries
    const first = entries[a]
    const second = entries[b]
    if (!first || !second) return
    entries[a] = second
    entries[b] = first
  }
}
