/**
 * One request from the first look-up to the last byte that is kept. It is the handler that undici calls and the waiter
 * that a pool calls: one object a request and no closure an event, because this is the hot path.
 *
 * Whoever is first settles it: a response, a failure or the deadline. A complete response head is the receiver's answer,
 * so the status decides from then on; a body that is too long, too slow or broken only comes back truncated.
 */
import type { Dispatcher } from 'undici'
import type { Outcome, Timings, TransportErrorCode, TransportRequest } from '../transport.ts'
import type { Connection } from './connection.ts'
import { describePeer } from './dial.ts'
import { classify, type Failure, type Phase } from './errors.ts'
import type { Guard, Target } from './guard.ts'
import type { Pool, Waiter } from './pool.ts'
import type { Pools } from './pools.ts'
import { requestHeaders } from './request-headers.ts'
import type { Resolution, Resolver } from './resolve.ts'
import { verdictOf } from './verdict.ts'

export interface ExchangeContext {
  readonly guard: Guard
  readonly resolver: Resolver
  readonly pools: Pools
  readonly maxBodyBytes: number
  readonly underWay: Set<Exchange>
  /** Milliseconds since 1970: a receiver may state a time until which to wait. */
  now(): number
}

/** A name with a thousand addresses gets three tries; each has a fair share of the time that is left. */
const MAX_ADDRESSES_TRIED = 3

export class Exchange implements Waiter, Dispatcher.DispatchHandler {
  readonly outcome: Promise<Outcome>
  readonly #context: ExchangeContext
  readonly #request: TransportRequest
  readonly #target: Target
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
  /** Set when the request is about to be written; from then on the receiver may have it. */
  #controller: Dispatcher.DispatchController | undefined

  #dnsMs: number | null = null
  #connectMs: number | null = null
  #firstByteMs: number | null = null

  #status = 0
  #responseHeaders: readonly (readonly [name: string, value: string])[] = []
  #chunks: Uint8Array[] = []
  #bodyBytes = 0

  constructor(context: ExchangeContext, request: TransportRequest, target: Target) {
    this.#context = context
    this.#request = request
    this.#target = target
    this.outcome = new Promise((resolve) => {
      this.#resolveOutcome = resolve
    })
    this.#deadline = setTimeout(expire, request.timeoutMs, this)
    context.underWay.add(this)
  }

  start(): void {
    const { literal, host } = this.#target
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
    const admission = this.#context.guard.admit(this.#target, resolution.addresses)
    if (!admission.ok) return this.#fail('address_refused', admission.message)
    this.#connectTo(admission.addresses)
  }

  #connectTo(addresses: readonly string[]): void {
    this.#addresses = addresses.length > MAX_ADDRESSES_TRIED ? addresses.slice(0, MAX_ADDRESSES_TRIED) : addresses
    this.#connect()
  }

  /** Over a connection that is open already, to whichever address; else a new one to the address whose turn it is. */
  #connect(): void {
    const { pools } = this.#context
    const nowMs = performance.now()
    for (const address of this.#addresses) {
      const pool = pools.find(this.#target, address)
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
    this.#pool = pools.open(this.#target, this.#addresses[this.#addressIndex]!)
    this.#pool.join(this)
  }

  onConnection(connection: Connection, isFresh: boolean): void {
    clearTimeout(this.#connectBudget)
    this.#connection = connection
    this.#isFreshConnection = isFresh
    if (isFresh) this.#connectMs = this.#elapsedMs()
    const { method, headers, body } = this.#request
    connection.dispatch({ path: this.#target.path, method, headers: requestHeaders(headers), body }, this)
  }

  onConnectFailure(failure: Failure, phase: Phase): void {
    clearTimeout(this.#connectBudget)
    // A certificate that is wrong here is not made right by finding another machine that has a better one.
    const hasNext = phase === 'connect' && failure.code !== 'address_refused' && this.#advance()
    if (hasNext) this.#connect()
    else this.#fail(failure.code, failure.message)
  }

  /** The address whose turn it was has had its share of the time. */
  onConnectBudgetSpent(): void {
    this.#pool?.leave(this)
    if (this.#advance()) this.#connect()
  }

  #advance(): boolean {
    this.#addressIndex += 1
    return this.#addressIndex < this.#addresses.length
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isSettled) controller.abort(ABANDONED)
    else this.#controller = controller
  }

  onResponseStarted(): void {
    this.#firstByteMs ??= this.#elapsedMs()
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // 102, 103: not an answer yet. Any number of them is bounded by the deadline.
    if (status < 200) return
    this.#status = status
    this.#responseHeaders = listHeaders(headers)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return
    const room = this.#context.maxBodyBytes - this.#bodyBytes
    if (chunk.length <= room) {
      this.#chunks.push(chunk)
      this.#bodyBytes += chunk.length
      return
    }
    this.#chunks.push(chunk.subarray(0, room))
    this.#bodyBytes += room
    this.#respond(true)
    this.#controller?.abort(ABANDONED)
  }

  onResponseEnd(): void {
    const connection = this.#connection
    if (connection !== undefined) this.#pool?.release(connection, performance.now())
    this.#respond(false)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isSettled) return
    if (this.#status !== 0) return this.#respond(true)
    const isWritten = this.#controller !== undefined
    if (!isWritten && !this.#isFreshConnection && !isRefusedByClient(error)) {
      // The other side had ended this idle connection, and we noticed before writing: nothing was sent, so this is no
      // second attempt.
      this.#connection = undefined
      return this.#connect()
    }
    const { code, message } = classify('exchange', error, this.#where())
    this.#fail(code, message)
  }

  onDeadline(): void {
    if (this.#status !== 0) this.#respond(true)
    else this.#fail('timeout', this.#explainTimeout())
    this.#letGo()
  }

  /** The transport closes, and the grace is over. */
  onTransportClosed(): void {
    if (this.#status !== 0) this.#respond(true)
    else this.#fail('transport_closed', 'this node shut down while the request was under way: it is tried again')
    this.#letGo()
  }

  #letGo(): void {
    if (this.#controller !== undefined) this.#controller.abort(ABANDONED)
    else if (this.#connection !== undefined) this.#connection.destroy()
    else this.#pool?.leave(this)
  }

  #explainTimeout(): string {
    const seconds = `${this.#request.timeoutMs / 1000} s`
    if (this.#controller !== undefined) {
      return `${this.#where()} did not answer within ${seconds}: let it answer first and do its work afterwards`
    }
    if (this.#pool !== undefined) {
      return `no connection to ${this.#where()} within ${seconds}: check that the receiver is up and not overloaded`
    }
    return `${this.#target.host} could not be looked up within ${seconds}: check the name servers of this domain`
  }

  #where(): string {
    return describePeer(this.#target, this.#connection?.remoteAddress ?? this.#pool?.address ?? this.#target.host)
  }

  #respond(bodyTruncated: boolean): void {
    this.#settle({
      ...verdictOf(this.#status, this.#responseHeaders, this.#context.now()),
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
    this.#settle({
      kind: 'unknown',
      error: { code, message },
      maybeSent: this.#controller !== undefined,
      timings: this.#timings(),
      remoteAddress: this.#connection?.remoteAddress ?? null,
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

/** undici did not like the request itself, so another connection would not help. */
function isRefusedByClient(error: Error): boolean {
  return 'code' in error && (error.code === 'UND_ERR_INVALID_ARG' || error.code === 'UND_ERR_NOT_SUPPORTED')
}

/** Lower-case names, as undici has them already; a name that came twice makes two entries. */
function listHeaders(headers: Record<string, string | string[] | undefined>): [string, string][] {
  const list: [string, string][] = []
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (typeof value === 'string') list.push([name, value])
    else if (value !== undefined) for (const one of value) list.push([name, one])
  }
  return list
}

/** A copy: the chunks are windows into what the socket has read, and would keep all of that in memory. */
function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}

const ABANDONED = new Error('the exchange is over')
