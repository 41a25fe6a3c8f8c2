/** All pools, at most `maxPools`. When another is needed, the pool that has been idle longest is closed. */
import type { DialContext } from './dial.ts'
import type { ParsedUrl } from '../guard/guard.ts'
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

  find(url: ParsedUrl, address: string): Pool | undefined {
    return this.#pools.get(keyOf(url, address))
  }

  open(url: ParsedUrl, address: string): Pool {
    const key = keyOf(url, address)
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    if (this.#pools.size >= this.#maxPools) this.#evictIdlest()
    const pool = new Pool(url, address, this.#context, this.#connectionsPerPool, (empty) => {
      if (this.#pools.get(key) === empty) this.#pools.delete(key)
    })
    this.#pools.set(key, pool)
    return pool
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close()
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
