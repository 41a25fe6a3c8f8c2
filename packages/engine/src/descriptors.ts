import { readFileSync } from 'node:fs'

/** How many sockets each side may have, so that neither takes the file descriptors that the other one needs. */
export interface DescriptorShares {
  /** Connections of clients to a server in this process. */
  readonly incoming: number
  /** Connections to receivers, those that are idle included. */
  readonly outgoing: number
  /** Requests to receivers at once. The rest of `outgoing` is for idle connections. */
  readonly requests: number
}

/** The files of the store, its threads, and what Node itself has open: 45 descriptors when it was measured. */
const own = 64
/** Above these, memory is the bound and not descriptors. */
const most: DescriptorShares = { incoming: 10_000, outgoing: 4_096, requests: 2_048 }
const least = 8

/**
 * The shares of a process that may have `limit` descriptors; `null`: unknown, or no limit. A tenth is nobody's: look-ups, files
 * of operations, and connections that are being closed.
 */
export function descriptorShares(limit: number | null = descriptorLimit()): DescriptorShares {
  if (limit === null) return most
  const share = (part: number, bound: number): number =>
    Math.min(bound, Math.max(least, Math.floor((limit - own) * part)))
  return {
    incoming: share(0.45, most.incoming),
    outgoing: share(0.45, most.outgoing),
    requests: share(0.35, most.requests),
  }
}

/** The soft limit of this process. Node raises it to the hard one when it starts. */
function descriptorLimit(): number | null {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? null : Number(limit)
  } catch {
    // Not Linux.
    return null
  }
}
