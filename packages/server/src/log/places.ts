/** Who takes a place. */
export interface Holder {
  readonly org: string
  /** `null`: the organisation itself. */
  readonly app: string | null
}

/**
 * A bounded number of places with a fair share for everybody. While there are free places, anybody takes one. When all are
 * taken, the organisation that has the most gives one up to an organisation that would still have fewer; and within an
 * organisation the same holds for its applications. So nobody is kept out by one who takes everything.
 */
export class Places<T extends Holder> {
  readonly #most: number
  /** By organisation, then by application, in the order in which they came. */
  readonly #taken = new Map<string, Map<string | null, Set<T>>>()
  #count = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Takes a place. @returns what has to give its place up; `false`: there is no place, and the holder has its share */
  take(holder: T): T | null | false {
    if (this.#count < this.#most) {
      this.#add(holder)
      return null
    }
    const victim = this.#victimOf(holder)
    if (victim === null) return false
    this.free(victim)
    this.#add(holder)
    return victim
  }

  free(holder: T): void {
    const apps = this.#taken.get(holder.org)
    const places = apps?.get(holder.app)
    if (!apps || !places?.delete(holder)) return
    this.#count -= 1
    if (places.size === 0) apps.delete(holder.app)
    if (apps.size === 0) this.#taken.delete(holder.org)
  }

  #add(holder: T): void {
    let apps = this.#taken.get(holder.org)
    if (!apps) this.#taken.set(holder.org, (apps = new Map()))
    let places = apps.get(holder.app)
    if (!places) apps.set(holder.app, (places = new Set()))
    places.add(holder)
    this.#count += 1
  }

  #victimOf({ org, app }: Holder): T | null {
    const own = this.#taken.get(org)
    const largest = largestOf(this.#taken.values(), countOf)
    if (!largest) return null
    const isFair = largest !== own && countOf(largest) - (own ? countOf(own) : 0) >= 2
    // An organisation that has its share can only move places between its own applications.
    const apps = isFair ? largest : own
    const places = apps && largestOf(apps.values(), ({ size }) => size)
    if (!places) return null
    if (!isFair && places.size - (own?.get(app)?.size ?? 0) < 2) return null
    // The newest: those that came first stay.
    return [...places].at(-1) ?? null
  }
}

function countOf(apps: ReadonlyMap<string | null, ReadonlySet<unknown>>): number {
  let count = 0
  for (const { size } of apps.values()) count += size
  return count
}

function largestOf<T>(items: Iterable<T>, sizeOf: (item: T) => number): T | null {
  let largest: T | null = null
  let most = 0
  for (const item of items) {
    const size = sizeOf(item)
    if (size > most) {
      most = size
      largest = item
    }
  }
  return largest
}
