/**
 * A map of at most `limit` entries that drops entries that were not read recently. It has two generations instead of a
 * strict LRU order: a hit in the young generation is one lookup and no write, while an LRU deletes and inserts on every hit.
 */
export class BoundedCache<K, V> {
  #young = new Map<K, V>()
  #old = new Map<K, V>()
  readonly #generationLimit: number

  constructor(limit: number) {
    this.#generationLimit = Math.max(1, Math.floor(limit / 2))
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#generationLimit && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
