/** All pools, at most `maxPools`. When another is needed, the pool that has been idle longest is closed. */
import type { DialContext } from './dial.ts'
import type { ParsedUrl } from '../guard/guard.ts'
import { Pool } from './pool.ts'

export interface PoolBounds {
  readonly maxPools: number
  readonly connectionsPerPool: number
  /** Over all pools. */
  readonly maxConnections: number
}

export class Pools {
  readonly #pools = new Map<string, Pool>()
  readonly #context: DialContext
  readonly #bounds: PoolBounds

  constructor(context: DialContext, bounds: PoolBounds) {
    this.#context = context
    this.#bounds = bounds
  }

  find(url: ParsedUrl, address: string): Pool | undefined {
    return this.#pools.get(keyOf(url, address))
  }

  open(url: ParsedUrl, address: string): Pool {
    const key = keyOf(url, address)
    if (this.#connections() >= this.#bounds.maxConnections) this.#evictIdlest()
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    if (this.#pools.size >= this.#bounds.maxPools) this.#evictIdlest()
    const pool = new Pool(url, address, this.#context, this.#bounds.connectionsPerPool, (empty) => {
      if (this.#pools.get(key) === empty) this.#pools.delete(key)
    })
    this.#pools.set(key, pool)
    return pool
  }

  closeIdle(): void {
    for (const pool of this.#pools.values()) pool.closeIdle()
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close()
  }

  /** Added up only when a connection is opened, which costs far more. */
  #connections(): number {
    let count = 0
    for (const pool of this.#pools.values()) count += pool.connections
    return count
  }

  /**
   * Scans all pools, which happens only when the limit is reached; an ordered structure would cost time on every request.
   * Busy pools stay, so the number can exceed the limit: the caller bounds the number of requests.
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

function keyOf(url: ParsedUrl, address: string): string {
  return `${url.origin} ${address}`
}
