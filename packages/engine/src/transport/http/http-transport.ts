/**
 * Webhooks over HTTP/1.1, with and without TLS, to public addresses only.
 *
 *     const transport = httpTransport({ allowPrivate: ['127.0.0.0/8'] })
 *     const outcome = await transport.send({ method: 'POST', url, headers: [], body, timeoutMs: 15_000 })
 *
 * A request is sent once: it does not retry, follow redirects or use the proxies of the environment. For a name with several
 * addresses, up to three are tried until one of them accepts the connection.
 */
import { notSent, type Outcome, type Transport, type TransportRequest } from '../transport.ts'
import type { Clock } from '../../clock.ts'
import { EngineError } from '../../errors.ts'
import { type Cidr, parseCidr } from './guard/address.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { DialContext } from './connections/dial.ts'
import { Exchange, type ExchangeContext } from './exchange.ts'
import { createGuard, type UrlCheck } from './guard/guard.ts'
import { Pools } from './connections/pools.ts'
import { runProbe, stoppedAt } from './probe/probe.ts'
import { createResolver, type ResolverOptions } from './dns/resolve.ts'
import { createTrust } from './connections/trust.ts'

export interface HttpTransportOptions {
  /** Private CIDRs that may be reached. The rules about ports and names do not apply to them. */
  readonly allowPrivate?: readonly string[]
  /** Certificates (PEM) of authorities to trust in addition to the public ones. */
  readonly extraCa?: readonly string[]
  /** Maximum number of pools; a pool has the connections to one origin at one address. */
  readonly maxPools?: number
  readonly connectionsPerPool?: number
  /** Maximum number of connections over all pools: for a new one, idle ones are closed. Those in use are bounded by the caller. */
  readonly maxConnections?: number
  /** Maximum number of bytes of a response body that are kept. */
  readonly maxBodyBytes?: number
  /** The system's clock when absent. */
  readonly clock?: Pick<Clock, 'now'>
  /** For tests: other name servers, another hosts file. */
  readonly resolver?: ResolverOptions
}

const DEFAULT_GRACE_MS = 5_000
/** URLs whose check is cached: checking a URL takes as much CPU as the rest of a send. */
const MAX_KNOWN_URLS = 20_000

/** Throws when an option is invalid, and when NODE_TLS_REJECT_UNAUTHORIZED=0 would turn off certificate checks. */
export function httpTransport(options: HttpTransportOptions = {}): Transport {
  const {
    allowPrivate = [],
    extraCa = [],
    maxPools = 1_000,
    connectionsPerPool = 64,
    maxConnections = 4_096,
    maxBodyBytes = 64 * 1024,
  } = options
  const guard = createGuard({ allow: allowPrivate.map(rangeOf) })
  const dialContext: DialContext = { guard, trust: createTrust(extraCa) }
  const context: ExchangeContext = {
    guard,
    resolver: createResolver(options.resolver),
    pools: new Pools(dialContext, { maxPools, connectionsPerPool, maxConnections }),
    maxBodyBytes,
    underWay: new Set(),
    clock: options.clock ?? Date,
  }
  const knownUrls = new BoundedCache<string, UrlCheck>(MAX_KNOWN_URLS)
  let isClosing = false

  const checkUrl = (url: string): UrlCheck => {
    let known = knownUrls.get(url)
    if (known === undefined) {
      known = guard.checkUrl(url)
      knownUrls.set(url, known)
    }
    return known
  }

  const send = (request: TransportRequest): Promise<Outcome> => {
    if (isClosing)
      return Promise.resolve(notSent('transport_closed', 'this node is shutting down: the request is sent later'))
    const known = checkUrl(request.url)
    if (!known.ok) return Promise.resolve(notSent('address_refused', known.message))
    if (request.httpsOnly === true && !known.url.secure) return Promise.resolve(notSent('address_refused', HTTPS_ONLY))
    const exchange = new Exchange(context, request, known.url)
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
    // Again, because requests whose DNS lookup was under way when the closing began may have opened connections since.
    context.pools.close()
    context.resolver.close()
  }

  return {
    schemes: ['https', 'http'],
    check(url, { httpsOnly = false }) {
      const known = guard.checkUrl(url)
      if (!known.ok) return known
      if (httpsOnly && !known.url.secure) return { ok: false, message: HTTPS_ONLY }
      return { ok: true, url: known.url.href }
    },
    send,
    async probe(url, { timeoutMs, httpsOnly = false }) {
      const known = guard.checkUrl(url)
      if (!known.ok) return stoppedAt('address', known.message)
      if (httpsOnly && !known.url.secure) return stoppedAt('address', HTTPS_ONLY)
      if (isClosing) return stoppedAt('address', 'this node is shutting down: try again in a moment')
      return runProbe(context, dialContext, known.url, timeoutMs)
    },
    close,
  }
}

function rangeOf(text: string): Cidr {
  try {
    return parseCidr(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : text
    throw new EngineError('invalid', `\`allowPrivate\`: ${reason}.`, { field: 'allowPrivate', cause })
  }
}

const HTTPS_ONLY = 'the URL begins with http:, and only encrypted endpoints are allowed here: use https:'
