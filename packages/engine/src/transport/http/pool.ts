/**
 * The connections to one origin at one checked address. The address is part of the key, so a name that points elsewhere
 * tomorrow cannot inherit a connection from today, nor the other way round.
 *
 * Own code rather than undici's `Pool`: a request that gives up while it waits can leave the queue (there it stays, and
 * takes the next connection down with it), and who is waiting for which connection is known.
 */
import { Connection } from './connection.ts'
import { dial, type DialContext, type TlsResumption } from './dial.ts'
import type { Failure, Phase } from './errors.ts'
import type { Target } from './guard.ts'

/** Somebody who needs a connection. Exactly one of the two is called, unless `leave` is called first. */
export interface Waiter {
  onConnection(connection: Connection, isFresh: boolean): void
  onConnectFailure(failure: Failure, phase: Phase): void
}

export class Pool {
  lastUsedAtMs = 0
  readonly address: string
  readonly #target: Target
  readonly #context: DialContext
  readonly #maxConnections: number
  readonly #onEmpty: (pool: Pool) => void
  /** A stack: the connection used last is the least likely to have been closed by the other side. */
  readonly #idle: Connection[] = []
  readonly #open = new Set<Connection>()
  readonly #dialling = new Map<Waiter, () => void>()
  readonly #waiting = new Set<Waiter>()
  readonly #resumption: TlsResumption = { session: undefined }
  #isClosing = false

  constructor(
    target: Target,
    address: string,
    context: DialContext,
    maxConnections: number,
    onEmpty: (pool: Pool) => void,
  ) {
    this.#target = target
    this.address = address
    this.#context = context
    this.#maxConnections = maxConnections
    this.#onEmpty = onEmpty
  }

  /** Nobody is sending, and nobody waits. */
  get isIdle(): boolean {
    return this.#idle.length === this.#open.size && this.#dialling.size === 0 && this.#waiting.size === 0
  }

  /** A connection that is there already, taken out of the pool, or `undefined`. */
  takeIdle(nowMs: number): Connection | undefined {
    this.lastUsedAtMs = nowMs
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.isUsable(nowMs)) return connection
      connection.destroy()
    }
    return undefined
  }

  /** Opens a connection for this waiter, or puts it in line when there are as many as there may be. */
  join(waiter: Waiter): void {
    if (this.#open.size + this.#dialling.size < this.#maxConnections) this.#dial(waiter)
    else this.#waiting.add(waiter)
  }

  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter)
    const abort = this.#dialling.get(waiter)
    if (abort === undefined) return
    this.#dialling.delete(waiter)
    abort()
    this.#afterLoss()
  }

  /** Takes a connection back whose response has been read to its end. */
  release(connection: Connection, nowMs: number): void {
    connection.idleSinceMs = nowMs
    this.#idle.push(connection)
    // Later, because undici decides after this call whether the connection can be used again.
    if (this.#isClosing) queueMicrotask(() => this.closeIdle())
    else if (this.#waiting.size > 0) queueMicrotask(() => this.#serveWaiting(nowMs))
  }

  /** Ends the connections that nobody uses; from then on the others end when they come back. */
  close(): void {
    this.#isClosing = true
    this.closeIdle()
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.destroy()
  }

  #dial(waiter: Waiter): void {
    const abort = dial(this.#context, this.#target, this.address, this.#resumption, (dialled) => {
      this.#dialling.delete(waiter)
      if (!dialled.ok) {
        waiter.onConnectFailure(dialled.failure, dialled.phase)
        this.#afterLoss()
        return
      }
      const connection = new Connection(this.#target, dialled.socket, dialled.remoteAddress, (closed) =>
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

  /** One connection fewer: room for whoever is first in line, or the end of this pool. */
  #afterLoss(): void {
    for (const waiter of this.#waiting) {
      if (this.#open.size + this.#dialling.size >= this.#maxConnections) return
      this.#waiting.delete(waiter)
      this.#dial(waiter)
    }
    if (this.#open.size === 0 && this.#dialling.size === 0) this.#onEmpty(this)
  }
}
