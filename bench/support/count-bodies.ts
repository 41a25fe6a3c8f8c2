/** What a receiver got. */
export interface Received {
  readonly requests: number
  /** Different deliveries: a path and the number of a message. */
  readonly deliveries: number
  /** Requests for a delivery that had come before. */
  readonly repeats: number
  /** From the time at which a message was to be sent to its arrival; of messages that carry that time. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** Counts bodies that begin with `{"n":<number>` and perhaps `,"t":"<nanoseconds>"`. */
export function countBodies(): { note(path: string, bodyStart: string): void; result(): Received } {
  const came = new Map<string, Set<number>>()
  const latenciesMs: number[] = []
  let requests = 0
  let deliveries = 0
  return {
    note(path, bodyStart) {
      requests += 1
      const numbers = came.get(path) ?? new Set()
      came.set(path, numbers)
      const before = numbers.size
      numbers.add(Number.parseInt(bodyStart.slice('{"n":'.length), 10))
      if (numbers.size === before) return
      deliveries += 1
      const scheduled = /^\{"n":\d+,"t":"(\d+)"/.exec(bodyStart)?.[1]
      if (scheduled !== undefined) latenciesMs.push(Number(process.hrtime.bigint() - BigInt(scheduled)) / 1e6)
    },
    result() {
      latenciesMs.sort((a, b) => a - b)
      const at = (share: number): number | null => latenciesMs[Math.floor(latenciesMs.length * share)] ?? null
      return { requests, deliveries, repeats: requests - deliveries, p50Ms: at(0.5), p99Ms: at(0.99) }
    },
  }
}
