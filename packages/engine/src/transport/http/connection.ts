/**
 * HTTP/1.1 over one connected socket: undici's `Client` (its `dispatch` costs about a seventh of the CPU of `fetch`)
 * given exactly one socket. When that ends, the connection ends: undici cannot connect again behind our back, so it can
 * neither repeat a request nor reach an address that nobody checked.
 */
import type net from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { Target } from './guard.ts'

/** Receivers close idle connections after five seconds and more; a socket that is reused later than this meets them. */
const MAX_IDLE_MS = 4_000

const MAX_RESPONSE_HEAD_BYTES = 16 * 1024

export class Connection {
  readonly remoteAddress: string
  idleSinceMs = 0
  readonly #client: Client
  readonly #socket: net.Socket

  constructor(target: Target, socket: net.Socket, remoteAddress: string, onClosed: (connection: Connection) => void) {
    this.remoteAddress = remoteAddress
    this.#socket = socket
    let unused: net.Socket | null = socket
    this.#client = new Client(target.origin, {
      // A microtask later, because undici does not expect an answer before its call has returned.
      connect: (_options, callback) => {
        const handedOver = unused
        unused = null
        queueMicrotask(() => (handedOver === null ? callback(new ConnectionEnded(), null) : callback(null, handedOver)))
      },
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: MAX_RESPONSE_HEAD_BYTES,
      // One deadline of our own covers everything; these two are idle timers, which a drip of bytes holds off for ever.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: MAX_IDLE_MS,
      keepAliveMaxTimeout: MAX_IDLE_MS,
    })
    const end = (): void => {
      void this.#client.destroy()
      onClosed(this)
    }
    this.#client.once('disconnect', end)
    this.#client.once('connectionError', end)
  }

  isUsable(nowMs: number): boolean {
    // undici's own timer runs late when the event loop does, so the age is looked at again.
    return !this.#socket.destroyed && nowMs - this.idleSinceMs < MAX_IDLE_MS
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(request, handler)
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

/** The one socket of a connection ended before the request was written to it. */
class ConnectionEnded extends Error {
  readonly code = 'ECONNRESET'
}
