/**
 * HTTP/1.1 over one connected socket. It uses undici's `Client`, whose `dispatch` costs about a seventh of the CPU of
 * `fetch`, and gives it exactly one socket. When the socket closes, the connection ends: undici cannot reconnect, so it can
 * neither repeat a request nor connect to an address that was not checked.
 */
import type net from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { ParsedUrl } from '../guard/guard.ts'
import { ResponseHeads } from './response-heads.ts'

/** Receivers close idle connections after five seconds or more. A socket that is idle longer than this may be closing. */
const MAX_IDLE_MS = 4_000

const MAX_RESPONSE_HEAD_BYTES = 16 * 1024

export class Connection {
  readonly remoteAddress: string
  idleSinceMs = 0
  readonly #client: Client
  readonly #socket: net.Socket
  readonly #heads: ResponseHeads

  constructor(url: ParsedUrl, socket: net.Socket, remoteAddress: string, onClosed: (connection: Connection) => void) {
    this.remoteAddress = remoteAddress
    this.#socket = socket
    this.#heads = new ResponseHeads(socket)
    let unused: net.Socket | null = socket
    this.#client = new Client(url.origin, {
      // In a microtask, because undici expects the callback after `connect` has returned.
      connect: (_options, callback) => {
        const handedOver = unused
        unused = null
        queueMicrotask(() => (handedOver === null ? callback(new ConnectionEnded(), null) : callback(null, handedOver)))
      },
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: MAX_RESPONSE_HEAD_BYTES,
      // Off: they are idle timers, which a receiver that sends one byte at a time never triggers. Our own deadline covers all.
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
    // undici's timer is late when the event loop is late, so check the age here too.
    return !this.#socket.destroyed && nowMs - this.idleSinceMs < MAX_IDLE_MS
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#heads.expect()
    this.#client.dispatch(request, handler)
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

/** The connection's only socket closed before the request was written. */
class ConnectionEnded extends Error {
  readonly code = 'ECONNRESET'
}
