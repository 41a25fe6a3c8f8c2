/**
 * HTTP/1.1 over one connected socket, one request at a time. When the socket closes, the connection ends: it never connects again, so it
 * can neither repeat a request nor reach an address that was not checked.
 */
import type net from 'node:net'
import type { ParsedUrl } from '../guard/guard.ts'
import { ResponseParser, type ResponseReader } from './response-parser.ts'
import { headOf, writeRequest, type WrittenRequest } from './write-request.ts'

/** Receivers close idle connections after five seconds or more. A socket that is idle longer than this may be closing. */
const mostIdleMs = 4_000

/** An exchange: one request and its response. After `onEnd` or `onError` it is told nothing more. */
export interface Exchanger extends ResponseReader {
  /** The request is about to be written: from now on the receiver may have received it. */
  onWriting(): void
  /** The first bytes of an answer came. */
  onFirstByte(): void
  onEnd(): void
  /** The connection ended, or what came is no response. @param error an HttpError, or an error of the socket */
  onError(error: Error): void
}

export class Connection {
  readonly remoteAddress: string
  readonly #host: string
  readonly #socket: net.Socket
  readonly #onClosed: (connection: Connection) => void
  #exchange: Exchanger | null = null
  #parser: ResponseParser | null = null
  #hasAnswered = false
  #wasUsed = false
  #idleSinceMs = 0
  #mayIdleMs = mostIdleMs
  #idleTimer: NodeJS.Timeout | null = null
  #failure: Error | null = null

  constructor(url: ParsedUrl, socket: net.Socket, remoteAddress: string, onClosed: (connection: Connection) => void) {
    this.remoteAddress = remoteAddress
    this.#host = url.origin.slice(url.origin.indexOf('//') + 2)
    this.#socket = socket
    this.#onClosed = onClosed
    socket.on('data', (bytes: Buffer) => this.#onData(bytes))
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => (this.#failure ??= error))
    socket.on('close', () => this.#onClose())
    // It may have ended before anybody listened.
    if (socket.destroyed || socket.readableEnded) setImmediate(() => this.#onClose())
  }

  isUsable(nowMs: number): boolean {
    // The timer is late when the event loop is late, so the age is checked here too.
    return !this.#socket.destroyed && nowMs - this.#idleSinceMs < this.#mayIdleMs
  }

  /** It waits for its next request from now on. `false`: it cannot be used again, and closes. */
  rest(nowMs: number): boolean {
    const isReusable = this.#parser === null || (this.#parser.hasEnded && this.#parser.keepsOpenMs > 0)
    // The receiver answered before it had the whole request: what is left of it would be the beginning of the next.
    if (!isReusable || this.#socket.destroyed || this.#socket.writableLength > 0) {
      this.#socket.destroy()
      return false
    }
    this.#mayIdleMs = Math.min(mostIdleMs, this.#parser?.keepsOpenMs ?? mostIdleMs)
    this.#parser = null
    this.#idleSinceMs = nowMs
    this.#socket.unref()
    this.#idleTimer ??= setTimeout(closeWhenIdle, this.#mayIdleMs, this).unref()
    return true
  }

  /** Writes a request. What cannot be written as HTTP is told as an error, and the connection can be used for another one. */
  dispatch(request: Omit<WrittenRequest, 'host'>, exchange: Exchanger): void {
    if (this.#socket.destroyed) return exchange.onError(this.#failure ?? closed())
    let head: string
    try {
      head = headOf({ ...request, host: this.#host })
    } catch (error) {
      return exchange.onError(error as Error)
    }
    this.#exchange = exchange
    this.#parser = new ResponseParser(exchange, request.method)
    this.#hasAnswered = false
    this.#socket.ref()
    // A connection that waited may have been closed meanwhile. The event loop looks at its sockets before it writes, and then nothing
    // of the request has left.
    if (this.#wasUsed) setImmediate(writeLater, this, exchange, head, request.body)
    else this.write(exchange, head, request.body)
    this.#wasUsed = true
  }

  /** Only `dispatch` and its timer call this. */
  write(exchange: Exchanger, head: string, body: Uint8Array | null): void {
    if (this.#exchange !== exchange || this.#socket.destroyed) return
    exchange.onWriting()
    writeRequest(this.#socket, head, body)
  }

  /** Nobody waits for what is under way any more. */
  destroy(): void {
    this.#exchange = null
    this.#socket.destroy()
  }

  /** The timer of idle connections. */
  onIdleTimer(): void {
    this.#idleTimer = null
    if (this.#socket.destroyed) return
    // In use, or used since: `rest` begins a new one, or what is left of the time is waited for.
    if (this.#exchange !== null || this.#parser !== null) return
    const leftMs = this.#idleSinceMs + this.#mayIdleMs - performance.now()
    if (leftMs > 1) this.#idleTimer = setTimeout(closeWhenIdle, leftMs, this).unref()
    else this.#socket.destroy()
  }

  #onData(bytes: Buffer): void {
    const parser = this.#parser
    const exchange = this.#exchange
    // Nobody asked.
    if (parser === null || exchange === null) return this.destroy()
    if (!this.#hasAnswered) {
      this.#hasAnswered = true
      exchange.onFirstByte()
    }
    try {
      parser.read(bytes)
    } catch (error) {
      return this.#fail(error as Error)
    }
    // After all bytes, because more than a response may have come.
    if (parser.hasEnded) this.#finish()
  }

  #finish(): void {
    const exchange = this.#exchange
    this.#exchange = null
    exchange?.onEnd()
  }

  #onEnd(): void {
    if (this.#parser?.close() === true) this.#finish()
    this.#socket.destroy()
  }

  #onClose(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer)
    this.#fail(this.#failure ?? closed())
    this.#onClosed(this)
  }

  #fail(error: Error): void {
    const exchange = this.#exchange
    this.#exchange = null
    this.#socket.destroy()
    exchange?.onError(error)
  }
}

function closeWhenIdle(connection: Connection): void {
  connection.onIdleTimer()
}

function writeLater(connection: Connection, exchange: Exchanger, head: string, body: Uint8Array | null): void {
  connection.write(exchange, head, body)
}

function closed(): Error {
  return Object.assign(new Error('the receiver closed the connection'), { code: 'ECONNRESET' })
}
