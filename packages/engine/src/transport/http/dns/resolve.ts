/**
 * Resolves names to addresses with c-ares. We do not use `getaddrinfo`, because Node runs it on libuv's four threads: four
 * names whose name servers do not answer would block every other lookup, and every file operation, of the process.
 */
import { promises as dns } from 'node:dns'
import { BoundedCache } from '../bounded-cache.ts'
import { isLocalhost, withoutRootDot } from '../guard/guard.ts'
import { resolverFault } from '../local-fault.ts'
import { HostsFile } from './hosts-file.ts'

export type Resolution =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly code: 'dns_not_found' | 'dns_failed' | 'local_fault'; readonly message: string }

export interface Resolver {
  /** The cached resolution, or `undefined`. */
  cached(name: string): Resolution | undefined
  /** Never rejects; resolves within the DNS deadline. */
  resolve(name: string): Promise<Resolution>
  /** Cancels the lookups that are under way. */
  close(): void
}

export interface ResolverOptions {
  /** `ip:port`; the system's servers when absent. */
  readonly servers?: readonly string[]
  readonly hostsPath?: string
  readonly deadlineMs?: number
  readonly maxNames?: number
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number
}

const DEADLINE_MS = 5_000
/** Below one second, a busy endpoint would cause a lookup for every request. Above thirty, a failover is noticed too late. */
const MIN_CACHE_MS = 1_000
const MAX_CACHE_MS = 30_000
const MAX_NAMES = 10_000

/** RFC 6761: always these addresses, without a lookup. */
const LOCALHOST: Resolution = { ok: true, addresses: ['127.0.0.1', '::1'] }

/** The codes of c-ares for "there is no such name" and "the name has no such record". */
const NOT_FOUND_CODES = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME'])

export function createResolver(options: ResolverOptions = {}): Resolver {
  const { deadlineMs = DEADLINE_MS, maxNames = MAX_NAMES, now = performance.now.bind(performance) } = options
  // The first try waits 1.5 s, the second longer. Both fit into the deadline, so one lost packet does not fail a delivery.
  const client = new dns.Resolver({ timeout: 1_500, tries: 2 })
  if (options.servers !== undefined) client.setServers(options.servers)
  const hosts = new HostsFile(options.hostsPath)
  const known = new BoundedCache<string, { resolution: Resolution; expiresAtMs: number }>(maxNames)
  const pending = new Map<string, Promise<Resolution>>()

  const cached = (name: string): Resolution | undefined => {
    const entry = known.get(name)
    return entry !== undefined && now() < entry.expiresAtMs ? entry.resolution : undefined
  }

  const remember = (name: string, resolution: Resolution, ttlMs: number): Resolution => {
    known.set(name, { resolution, expiresAtMs: now() + Math.min(Math.max(ttlMs, MIN_CACHE_MS), MAX_CACHE_MS) })
    return resolution
  }

  const ask = async (name: string): Promise<Resolution> => {
    const fromHosts = hosts.lookup(withoutRootDot(name))
    if (fromHosts.length > 0) return remember(name, { ok: true, addresses: fromHosts }, MIN_CACHE_MS)

    const answers = await withinDeadline(
      Promise.allSettled([client.resolve4(name, { ttl: true }), client.resolve6(name, { ttl: true })]),
      deadlineMs,
    )
    if (answers === null) {
      return remember(name, failed(name, `no answer within ${deadlineMs / 1000} s`), MIN_CACHE_MS)
    }
    // IPv4 first: addresses are tried one after the other, and machines without a working IPv6 route are more common than
    // machines without an IPv4 route.
    const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (records.length > 0) {
      const ttlMs = Math.min(...records.map((record) => record.ttl)) * 1000
      return remember(name, { ok: true, addresses: records.map((record) => record.address) }, ttlMs)
    }
    const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [errorCode(answer.reason)] : []))
    const trouble = codes.find((code) => !NOT_FOUND_CODES.has(code))
    const fault = trouble === undefined ? null : resolverFault(trouble)
    if (fault !== null) return remember(name, { ok: false, code: 'local_fault', message: fault }, MIN_CACHE_MS)
    return remember(name, trouble === undefined ? notFound(name) : failed(name, explain(trouble)), MIN_CACHE_MS)
  }

  const resolve = (name: string): Promise<Resolution> => {
    if (isLocalhost(name)) return Promise.resolve(LOCALHOST)
    const answer = cached(name)
    if (answer !== undefined) return Promise.resolve(answer)
    let lookup = pending.get(name)
    if (lookup === undefined) {
      lookup = ask(name).finally(() => pending.delete(name))
      pending.set(name, lookup)
    }
    return lookup
  }

  return {
    cached: (name) => (isLocalhost(name) ? LOCALHOST : cached(name)),
    resolve,
    close: () => client.cancel(),
  }
}

async function withinDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T | null> {
  const { promise: deadline, resolve: expire } = Promise.withResolvers<null>()
  const timer = setTimeout(expire, deadlineMs, null)
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function notFound(name: string): Resolution {
  return {
    ok: false,
    code: 'dns_not_found',
    message: `${name} has no address in DNS: check the spelling of the host, or add an A or AAAA record`,
  }
}

function failed(name: string, why: string): Resolution {
  return {
    ok: false,
    code: 'dns_failed',
    message: `${name} could not be looked up (${why}): check the name servers of this domain and of this machine`,
  }
}

function explain(code: string): string {
  switch (code) {
    case 'ETIMEOUT':
      return 'its name servers do not answer'
    case 'ESERVFAIL':
      return 'its name servers answer with a failure'
    case 'EREFUSED':
      return 'its name servers refuse to answer'
    default:
      return code
  }
}
