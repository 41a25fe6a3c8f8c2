/** A TCP server for tests that reads HTTP requests; the test decides which bytes it writes. */
import { once } from 'node:events'
import net from 'node:net'

export interface RawServer {
  readonly port: number
  readonly url: string
  /** Requests that were received completely, on any connection. */
  readonly requests: RawRequest[]
  readonly connectionCount: number
  readonly openSockets: ReadonlySet<net.Socket>
  close(): Promise<void>
}

interface RawRequest {
  /** Request line and headers, as received. */
  readonly head: string
  readonly body: Buffer
  /** The number of its connection, counted from 1. */
  readonly connection: number
}

export interface RawHandlers {
  onConnection?(socket: net.Socket): void
  /** Called each time bytes are received, before the request is complete. */
  onBytes?(socket: net.Socket): void
  onRequest?(socket: net.Socket, request: RawRequest): void
}

export async function startRawServer(
  handlers: RawHandlers,
  { host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {},
): Promise<RawServer> {
  const requests: RawRequest[] = []
  const openSockets = new Set<net.Socket>()
  let connectionCount = 0
  const server = net.createServer((socket) => {
    const connection = (connectionCount += 1)
    openSockets.add(socket)
    socket.on('close', () => openSockets.delete(socket))
    // Ignored: the client may end a connection in any way. The tests look at what the client reports.
    socket.on('error', () => socket.destroy())
    handlers.onConnection?.(socket)
    let received = Buffer.alloc(0)
    socket.on('data', (data) => {
      handlers.onBytes?.(socket)
      received = Buffer.concat([received, data])
      for (let cut = takeRequest(received); cut !== null; cut = takeRequest(received)) {
        received = received.subarray(cut.length)
        const request = { head: cut.head, body: cut.body, connection }
        requests.push(request)
        handlers.onRequest?.(socket, request)
      }
    })
  })
  server.listen(port, host)
  await once(server, 'listening')
  const bound = (server.address() as net.AddressInfo).port
  return {
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/hook`,
    requests,
    get connectionCount() {
      return connectionCount
    },
    openSockets,
    async close() {
      for (const socket of openSockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function takeRequest(received: Buffer): { head: string; body: Buffer; length: number } | null {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd === -1) return null
  const head = received.toString('latin1', 0, headEnd)
  const bodyBytes = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
  const length = headEnd + 4 + bodyBytes
  return received.length < length ? null : { head, body: received.subarray(headEnd + 4, length), length }
}

export const OK_RESPONSE = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
