/**
 * The connections to one origin at one checked address. The address is part of the key, so when a name moves to another
 * address, no connection to the old address is used.
 *
 * A request that times out while it waits leaves the queue, and we know which request waits for which connection.
 */
import { Connection } from './connection.ts'
import { dial, type DialContext, type TlsResumption } from './dial.ts'
import type { Failure, Phase } from '../errors.ts'
import type { ParsedUrl } from '../guard/guard.ts'

/** A request that needs a connection. Exactly one of the two is called, unless `leave` is called first. */
export interface Waiter {
  /** A connection that was used before is of no use to it. */
  readonly needsFresh: boolean
  onConnection(connection: Connection, isFresh: boolean): void
  onConnectFailure(failure: Failure, phase: Phase): void
}

export class Pool {
  lastUsedAtMs = 0
  readonly address: string
  readonly #url: ParsedUrl
  readonly #context: DialContext
  readonly #maxConnections: number
  readonly #onEmpty: (pool: Pool) => void
  /** A stack, because the connection that was used last is the least likely to have been closed by the receiver. */
  readonly #idle: Connection[] = []
  readonly #open = new Set<Connection>()
  readonly #dialling = new Map<Waiter, () => void>()
  readonly #waiting = new Set<Waiter>()
  readonly #resumption: TlsResumption = { session: undefined }
  #isClosing = false

  constructor(
    url: ParsedUrl,
    address: string,
    context: DialContext,
    maxConnections: number,
    onEmpty: (pool: Pool) => void,
  ) {
    this.#url = url
    this.address = address
    this.#context = context
    this.#maxConnections = maxConnections
    this.#onEmpty = onEmpty
  }

  /** No request is using or opening a connection, and none waits for one. */
  get isIdle(): boolean {
    return this.#idle.length === this.#open.size && this.#dialling.size === 0 && this.#waiting.size === 0
  }

  /** Open, or being opened. */
  get connections(): number {
    return this.#open.size + this.#dialling.size
  }

  /** Takes an open, unused connection out of the pool; `undefined` when there is none. */
  takeIdle(nowMs: number): Connection | undefined {
    this.lastUsedAtMs = nowMs
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.isUsable(nowMs)) return connection
      connection.destroy()
    }
    return undefined
  }

  /** Opens a connection for this waiter, or queues it when the pool has its maximum of connections. */
  join(waiter: Waiter): void {
    if (this.#open.size + this.#dialling.size < this.#maxConnections) this.#dial(waiter)
    else {
      this.#waiting.add(waiter)
      // Its place becomes free for a new one as soon as it has closed.
      if (waiter.needsFresh) this.#idle.shift()?.destroy()
    }
  }

  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter)
    const abort = this.#dialling.get(waiter)
    if (abort === undefined) return
    this.#dialling.delete(waiter)
    abort()
    this.#afterLoss()
  }

  /** Returns a connection to the pool after its response has been read completely. */
  release(connection: Connection, nowMs: number): void {
    if (!connection.rest(nowMs)) return
    this.#idle.push(connection)
    if (this.#isClosing) this.closeIdle()
    else if (this.#waiting.size > 0) this.#serveWaiting(nowMs)
  }

  /** Closes idle connections now, and each other connection when it is returned. */
  close(): void {
    this.#isClosing = true
    this.closeIdle()
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.destroy()
  }

  #dial(waiter: Waiter): void {
    const abort = dial(this.#context, this.#url, this.address, this.#resumption, (dialled) => {
      this.#dialling.delete(waiter)
      if (!dialled.ok) {
        waiter.onConnectFailure(dialled.failure, dialled.phase)
        this.#afterLoss()
        return
      }
      const connection = new Connection(this.#url, dialled.socket, dialled.remoteAddress, (closed) =>
        this.#forget(closed),
      )
      this.#open.add(connection)
      waiter.onConnection(connection, true)
    })
    this.#dialling.set(waiter, abort)
  }

  #serveWaiting(nowMs: number): void {
    for (const waiter of this.#waiting) {
      const connection = this.takeIdle(nowMs)
      if (connection === undefined) return
      if (waiter.needsFresh) {
        connection.destroy()
        continue
      }
      this.#waiting.delete(waiter)
      waiter.onConnection(connection, false)
    }
  }

  #forget(connection: Connection): void {
    if (!this.#open.delete(connection)) return
    const index = this.#idle.indexOf(connection)
    if (index !== -1) this.#idle.splice(index, 1)
    this.#afterLoss()
  }

  /** After a connection is lost: opens one for the first waiter, or reports that the pool is empty. */
  #afterLoss(): void {
    for (const waiter of this.#waiting) {
      if (this.#open.size + this.#dialling.size >= this.#maxConnections) return
      this.#waiting.delete(waiter)
      this.#dial(waiter)
    }
    if (this.#open.size === 0 && this.#dialling.size === 0) this.#onEmpty(this)
  }
}
