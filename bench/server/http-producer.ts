import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const endOfHead = Buffer.from('\r\n\r\n', 'latin1')

/**
 * One connection that posts JSON and waits for each answer. It writes and reads the socket itself, so that the producers cost little of
 * what is measured.
 */
export class HttpProducer {
  readonly #socket: Socket
  readonly #head: string
  #waiting: { resolve: () => void; reject: (error: Error) => void } | null = null
  #rest: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket, head: string) {
    this.#socket = socket
    this.#head = head
    socket.on('data', (chunk) => this.#onData(chunk))
    socket.on('error', (error) => this.#waiting?.reject(error))
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')))
  }

  static async connect(url: string, token: string): Promise<HttpProducer> {
    const { hostname, port, host } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    return new HttpProducer(
      socket,
      `Host: ${host}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: `,
    )
  }

  /** @throws Error when the answer is no 2xx */
  post(path: string, body: string): Promise<void> {
    this.#socket.write(`POST ${path} HTTP/1.1\r\n${this.#head}${Buffer.byteLength(body)}\r\n\r\n${body}`)
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }))
  }

  close(): void {
    this.#socket.destroy()
  }

  #onData(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const end = data.indexOf(endOfHead)
    const head = end === -1 ? '' : data.toString('latin1', 0, end)
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
    const isWhole = end !== -1 && data.length >= end + endOfHead.length + length
    this.#rest = isWhole ? Buffer.alloc(0) : data
    if (!isWhole) return
    const waiting = this.#waiting
    this.#waiting = null
    if (head.startsWith('HTTP/1.1 2')) waiting?.resolve()
    else
      waiting?.reject(
        new Error(`${head.split('\r\n')[0]}: ${data.toString('utf8', end + endOfHead.length, end + 300)}`),
      )
  }
}
