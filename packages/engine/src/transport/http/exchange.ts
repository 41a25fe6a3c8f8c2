/**
 * One request, from the DNS lookup to the last byte of the response that is kept. The object is both what a connection tells about the
 * exchange and the pool's waiter. This is the hot path: one object per request costs less than one closure per event.
 *
 * The first of these settles the outcome: a response, a failure or the deadline. After a complete response head the status
 * decides; a body that is too long, too slow or broken off is only marked as truncated.
 */
import type { Clock } from '../../clock.ts'
import type { Outcome, Timings, TransportErrorCode, TransportRequest, Unknown } from '../transport.ts'
import type { Connection, Exchanger } from './connections/connection.ts'
import type { Headers } from './connections/response-parser.ts'
import { HttpError } from './connections/http-error.ts'
import { describePeer } from './connections/dial.ts'
import { classify, type Failure, type Phase } from './errors.ts'
import type { Guard, ParsedUrl } from './guard/guard.ts'
import type { Pool, Waiter } from './connections/pool.ts'
import type { Pools } from './connections/pools.ts'
import { requestHeaders } from './request-headers.ts'
import type { Resolution, Resolver } from './dns/resolve.ts'
import { verdictOf } from './verdict.ts'

export interface ExchangeContext {
  readonly guard: Guard
  readonly resolver: Resolver
  readonly pools: Pools
  readonly maxBodyBytes: number
  readonly underWay: Set<Exchange>
  /** Used for a `Retry-After` that is a date. */
  readonly clock: Pick<Clock, 'now'>
}

/** At most three addresses of a name are tried. Each gets an equal share of the time that is left. */
const MAX_ADDRESSES_TRIED = 3

export class Exchange implements Waiter, Exchanger {
  readonly outcome: Promise<Outcome>
  readonly #context: ExchangeContext
  readonly #request: TransportRequest
  readonly #url: ParsedUrl
  readonly #startedAtMs = performance.now()
  readonly #deadline: NodeJS.Timeout
  #resolveOutcome!: (outcome: Outcome) => void
  #isSettled = false

  #addresses: readonly string[] = []
  #addressIndex = 0
  #connectBudget: NodeJS.Timeout | undefined
  #pool: Pool | undefined
  #connection: Connection | undefined
  #isFreshConnection = false
  /** From then on the receiver may have received it. */
  #isWritten = false

  #dnsMs: number | null = null
  #connectMs: number | null = null
  #firstByteMs: number | null = null

  #status = 0
  #responseHeaders: Headers = []
  #chunks: Uint8Array[] = []
  #bodyBytes = 0

  constructor(context: ExchangeContext, request: TransportRequest, url: ParsedUrl) {
    this.#context = context
    this.#request = request
    this.#url = url
    this.outcome = new Promise((resolve) => {
      this.#resolveOutcome = resolve
    })
    this.#deadline = setTimeout(expire, request.timeoutMs, this)
    context.underWay.add(this)
  }

  start(): void {
    const { literal, host } = this.#url
    if (literal !== null) return this.#connectTo([literal])
    const known = this.#context.resolver.cached(host)
    if (known !== undefined) return this.#onResolution(known)
    void this.#lookUp(host)
  }

  async #lookUp(host: string): Promise<void> {
    const resolution = await this.#context.resolver.resolve(host)
    if (this.#isSettled) return
    this.#dnsMs = this.#elapsedMs()
    this.#onResolution(resolution)
  }

  #onResolution(resolution: Resolution): void {
    if (!resolution.ok) return this.#fail(resolution.code, resolution.message)
    const admission = this.#context.guard.admit(this.#url, resolution.addresses)
    if (!admission.ok) return this.#fail('address_refused', admission.message)
    this.#connectTo(admission.addresses)
  }

  #connectTo(addresses: readonly string[]): void {
    this.#addresses = addresses.length > MAX_ADDRESSES_TRIED ? addresses.slice(0, MAX_ADDRESSES_TRIED) : addresses
    this.#connect()
  }

  /** Uses an open connection to any of the addresses; if there is none, opens one to the current address. */
  #connect(): void {
    const { pools } = this.#context
    const nowMs = performance.now()
    for (const address of this.needsFresh ? [] : this.#addresses) {
      const pool = pools.find(this.#url, address)
      const connection = pool?.takeIdle(nowMs)
      if (connection === undefined) continue
      this.#pool = pool
      return this.onConnection(connection, false)
    }
    const left = this.#addresses.length - this.#addressIndex
    if (left > 1) {
      const budgetMs = Math.max(1, (this.#request.timeoutMs - this.#elapsedMs()) / left)
      this.#connectBudget = setTimeout(tryNextAddress, budgetMs, this)
    }
    this.#pool = pools.open(this.#url, this.#addresses[this.#addressIndex]!)
    this.#pool.join(this)
  }

  get needsFresh(): boolean {
    return this.#request.freshConnection === true
  }

  onConnection(connection: Connection, isFresh: boolean): void {
    clearTimeout(this.#connectBudget)
    this.#connection = connection
    this.#isFreshConnection = isFresh
    if (isFresh) this.#connectMs = this.#elapsedMs()
    const { method, headers, body } = this.#request
    connection.dispatch({ method, path: this.#url.path, headers: requestHeaders(headers), body }, this)
  }

  onConnectFailure(failure: Failure, phase: Phase): void {
    clearTimeout(this.#connectBudget)
    // Only a failed TCP connection leads to the next address. A wrong certificate is a fault of the receiver, not of one address.
    const hasNext = phase === 'connect' && failure.code !== 'address_refused' && this.#advance()
    if (hasNext) this.#connect()
    else this.#fail(failure.code, failure.message)
  }

  /** The current address has used its share of the time. */
  onConnectBudgetSpent(): void {
    this.#pool?.leave(this)
    if (this.#advance()) this.#connect()
  }

  #advance(): boolean {
    this.#addressIndex += 1
    return this.#addressIndex < this.#addresses.length
  }

  onWriting(): void {
    this.#isWritten = true
  }

  onFirstByte(): void {
    this.#firstByteMs = this.#elapsedMs()
  }

  onHead(status: number, headers: Headers): void {
    this.#status = status
    this.#responseHeaders = headers
  }

  onBody(piece: Buffer): void {
    if (this.#isSettled) return
    const room = this.#context.maxBodyBytes - this.#bodyBytes
    if (piece.length <= room) {
      this.#chunks.push(piece)
      this.#bodyBytes += piece.length
      return
    }
    this.#chunks.push(piece.subarray(0, room))
    this.#bodyBytes += room
    this.#respond(true)
    this.#connection?.destroy()
  }

  onEnd(): void {
    this.#release()
    this.#respond(false)
  }

  onError(error: Error): void {
    if (this.#isSettled) return
    if (this.#status !== 0) return this.#respond(true)
    const isOurFault = error instanceof HttpError && error.code === 'request_invalid'
    if (isOurFault) this.#release()
    else if (!this.#isWritten && !this.#isFreshConnection) {
      // The receiver had closed this idle connection, and nothing was written to it. Connecting again therefore does not
      // send the request twice.
      this.#connection = undefined
      return this.#connect()
    }
    const { code, message } = classify('exchange', error, this.#where())
    const isStale = code === 'connection_reset' && !this.#isFreshConnection && this.#firstByteMs === null
    if (isStale && !this.needsFresh) this.#failStale()
    else this.#fail(code, message)
  }

  #release(): void {
    if (this.#connection !== undefined) this.#pool?.release(this.#connection, performance.now())
  }

  #failStale(): void {
    const message = `${this.#where()} closed a connection that was open from an earlier request, as this one was sent on it. Receivers close idle connections; this needs no change`
    this.#settleUnknown('connection_reset', message, { staleConnection: true })
  }

  onDeadline(): void {
    if (this.#status !== 0) this.#respond(true)
    else this.#fail('timeout', this.#explainTimeout())
    this.#abort()
  }

  /** The transport is closing, and the grace period is over. */
  onTransportClosed(): void {
    if (this.#status !== 0) this.#respond(true)
    else this.#fail('transport_closed', 'this node shut down before the receiver answered: the request is tried again')
    this.#abort()
  }

  #abort(): void {
    if (this.#connection !== undefined) this.#connection.destroy()
    else this.#pool?.leave(this)
  }

  #explainTimeout(): string {
    const seconds = `${this.#request.timeoutMs / 1000} s`
    if (this.#isWritten) {
      return `${this.#where()} did not answer within ${seconds}: the receiver should answer first and process the request afterwards`
    }
    if (this.#pool !== undefined) {
      return `could not connect to ${this.#where()} within ${seconds}: check that the receiver is up and not overloaded`
    }
    return `${this.#url.host} could not be looked up within ${seconds}: check the name servers of this domain`
  }

  #where(): string {
    return describePeer(this.#url, this.#connection?.remoteAddress ?? this.#pool?.address ?? this.#url.host)
  }

  #respond(bodyTruncated: boolean): void {
    this.#settle({
      ...verdictOf(this.#status, this.#responseHeaders, this.#context.clock.now()),
      response: {
        code: this.#status,
        headers: this.#responseHeaders,
        body: joinChunks(this.#chunks, this.#bodyBytes),
        bodyTruncated,
      },
      timings: this.#timings(),
      remoteAddress: this.#connection?.remoteAddress ?? null,
    })
  }

  #fail(code: TransportErrorCode, message: string): void {
    // Idle connections have descriptors and ports, which others need now.
    if (code === 'local_fault' || code === 'local_shortage') this.#context.pools.closeIdle()
    this.#settleUnknown(code, message)
  }

  #settleUnknown(code: TransportErrorCode, message: string, more: Pick<Unknown, 'staleConnection'> = {}): void {
    this.#settle({
      kind: 'unknown',
      error: { code, message },
      maybeSent: this.#isWritten,
      timings: this.#timings(),
      remoteAddress: this.#connection?.remoteAddress ?? null,
      ...more,
    })
  }

  #settle(outcome: Outcome): void {
    if (this.#isSettled) return
    this.#isSettled = true
    clearTimeout(this.#deadline)
    clearTimeout(this.#connectBudget)
    this.#context.underWay.delete(this)
    this.#resolveOutcome(outcome)
  }

  #timings(): Timings {
    return {
      dnsMs: this.#dnsMs,
      connectMs: this.#connectMs,
      firstByteMs: this.#firstByteMs,
      totalMs: this.#elapsedMs(),
    }
  }

  #elapsedMs(): number {
    return Math.round((performance.now() - this.#startedAtMs) * 1000) / 1000
  }
}

function expire(exchange: Exchange): void {
  exchange.onDeadline()
}

function tryNextAddress(exchange: Exchange): void {
  exchange.onConnectBudgetSpent()
}

/** A copy, because the chunks are views of the socket's read buffers and would keep those in memory. */
function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}
