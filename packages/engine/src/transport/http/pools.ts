/** All pools, at most `maxPools`: when another is needed, the one that has been idle longest makes room. */
import type { DialContext } from './dial.ts'
import type { Target } from './guard.ts'
import { Pool } from './pool.ts'

export class Pools {
  readonly #pools = new Map<string, Pool>()
  readonly #context: DialContext
  readonly #maxPools: number
  readonly #connectionsPerPool: number

  constructor(context: DialContext, maxPools: number, connectionsPerPool: number) {
    this.#context = context
    this.#maxPools = maxPools
    this.#connectionsPerPool = connectionsPerPool
  }

  find(target: Target, address: string): Pool | undefined {
    return this.#pools.get(keyOf(target, address))
  }

  open(target: Target, address: string): Pool {
    const key = keyOf(target, address)
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    if (this.#pools.size >= this.#maxPools) this.#evictIdlest()
    const pool = new Pool(target, address, this.#context, this.#connectionsPerPool, (empty) => {
      if (this.#pools.get(key) === empty) this.#pools.delete(key)
    })
    this.#pools.set(key, pool)
    return pool
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close()
  }

  /**
   * A walk over all pools, taken only when the bound is reached; the price of keeping them ordered would be paid on every
   * request. Busy pools stay: how many requests are under way is the caller's bound, not ours.
   */
  #evictIdlest(): void {
    let idlest: [key: string, pool: Pool] | undefined
    for (const entry of this.#pools) {
      if (entry[1].isIdle && (idlest === undefined || entry[1].lastUsedAtMs < idlest[1].lastUsedAtMs)) idlest = entry
    }
    if (idlest === undefined) return
    this.#pools.delete(idlest[0])
    idlest[1].close()
  }
}

function keyOf(target: Target, address: string): string {
  return `${target.origin} ${address}`
}
