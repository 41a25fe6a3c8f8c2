/**
 * Webhooks over HTTP/1.1, with and without TLS, to public addresses only.
 *
 *     const transport = httpTransport({ allowPrivate: ['127.0.0.0/8'] })
 *     const outcome = await transport.send({ method: 'POST', url, headers: [], body, timeoutMs: 15_000 })
 *
 * A request is sent once: nothing is retried, no redirect is followed, no proxy of the environment is used. A host has up
 * to three of its addresses tried, but only until one of them has accepted the connection.
 */
import { notSent, type Outcome, type Transport, type TransportRequest } from '../transport.ts'
import { parseCidr } from './address.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { DialContext } from './dial.ts'
import { Exchange, type ExchangeContext } from './exchange.ts'
import { createGuard, type Read } from './guard.ts'
import { Pools } from './pools.ts'
import { runProbe, stoppedAt } from './probe.ts'
import { createResolver, type ResolverOptions } from './resolve.ts'
import { createTrust } from './trust.ts'

export interface HttpTransportOptions {
  /** CIDRs that may be reached although they are not public; rules about ports and names do not apply to them. */
  readonly allowPrivate?: readonly string[]
  /** Certificates (PEM) of authorities to trust besides the public ones. */
  readonly extraCa?: readonly string[]
  /** Origins times addresses that keep connections open at once. */
  readonly maxPools?: number
  readonly connectionsPerPool?: number
  /** How much of a response body is kept. */
  readonly maxBodyBytes?: number
  /** Milliseconds since 1970; the system's clock when absent. */
  readonly now?: () => number
  /** For tests: other name servers, another hosts file. */
  readonly resolver?: ResolverOptions
}

const DEFAULT_GRACE_MS = 5_000
/** URLs whose parsed form is remembered: parsing and judging one takes as long as the rest of a send's own work. */
const MAX_KNOWN_URLS = 20_000

/** Throws when an option cannot be read, and when certificates would not be verified. */
export function httpTransport(options: HttpTransportOptions = {}): Transport {
  const {
    allowPrivate = [],
    extraCa = [],
    maxPools = 1_000,
    connectionsPerPool = 64,
    maxBodyBytes = 64 * 1024,
  } = options
  const guard = createGuard({ allow: allowPrivate.map(parseCidr) })
  const dialContext: DialContext = { guard, trust: createTrust(extraCa) }
  const context: ExchangeContext = {
    guard,
    resolver: createResolver(options.resolver),
    pools: new Pools(dialContext, maxPools, connectionsPerPool),
    maxBodyBytes,
    underWay: new Set(),
    now: options.now ?? Date.now,
  }
  const knownUrls = new BoundedCache<string, Read>(MAX_KNOWN_URLS)
  let isClosing = false

  const read = (url: string): Read => {
    let known = knownUrls.get(url)
    if (known === undefined) {
      known = guard.read(url)
      knownUrls.set(url, known)
    }
    return known
  }

  const send = (request: TransportRequest): Promise<Outcome> => {
    if (isClosing)
      return Promise.resolve(notSent('transport_closed', 'this node is shutting down: it is sent again later'))
    const known = read(request.url)
    if (!known.ok) return Promise.resolve(notSent('address_refused', known.message))
    if (request.httpsOnly === true && !known.target.secure)
      return Promise.resolve(notSent('address_refused', HTTPS_ONLY))
    const exchange = new Exchange(context, request, known.target)
    exchange.start()
    return exchange.outcome
  }

  const close = async (graceMs = DEFAULT_GRACE_MS): Promise<void> => {
    isClosing = true
    context.pools.close()
    const outcomes = [...context.underWay].map((exchange) => exchange.outcome)
    const grace = setTimeout(() => {
      for (const exchange of context.underWay) exchange.onTransportClosed()
    }, graceMs)
    await Promise.all(outcomes)
    clearTimeout(grace)
    // Again: what was still being looked up when the closing began has opened connections since.
    context.pools.close()
    context.resolver.close()
  }

  return {
    schemes: ['https', 'http'],
    check(url, { httpsOnly = false }) {
      const known = guard.read(url)
      if (!known.ok) return known
      if (httpsOnly && !known.target.secure) return { ok: false, message: HTTPS_ONLY }
      return { ok: true, url: known.target.href }
    },
    send,
    async probe(url, { timeoutMs, httpsOnly = false }) {
      const known = guard.read(url)
      if (!known.ok) return stoppedAt('address', known.message)
      if (httpsOnly && !known.target.secure) return stoppedAt('address', HTTPS_ONLY)
      if (isClosing) return stoppedAt('address', 'this node is shutting down: ask again in a moment')
      return runProbe(context, dialContext, known.target, timeoutMs)
    },
    close,
  }
}

const HTTPS_ONLY = 'the URL begins with http:, and only encrypted endpoints are allowed here: use https:'
