import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { boundConnections, ownerOf } from '../src/http/connections.ts'
import { refuseConnection } from '../src/http/refuse-connection.ts'

async function listening(server: Server): Promise<(address?: string) => Client> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const clients: Client[] = []
  onTestFinished(() => {
    for (const { socket } of clients) socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return (localAddress = '127.0.0.1') => {
    const client = new Client(connect({ port, host: '127.0.0.1', localAddress }))
    clients.push(client)
    return client
  }
}

class Client {
  readonly socket: Socket
  text = ''
  closed = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk) => (this.text += chunk.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => (this.closed = true))
  }

  send(text: string): this {
    this.socket.write(text)
    return this
  }

  async answered(): Promise<this> {
    await expect.poll(() => this.text).toContain('200 OK')
    return this
  }
}

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const halfHead = 'GET / HTTP/1.1\r\nHost: x\r\nX-A: '
const halfBody = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc'

/** A server that answers `GET` at once and anything else never, with as many connections as the test says. */
async function bounded(most: number, mostOfOne = most) {
  const server = createServer((request, response) => {
    if (request.method === 'GET') response.end('ok')
    else request.resume()
  })
  boundConnections(server, most, mostOfOne)
  const open = await listening(server)
  const count = (): Promise<number> => new Promise((resolve) => server.getConnections((_, value) => resolve(value)))
  return { open, count, server }
}

describe('D1 connections are bounded', () => {
  it('for a new one the oldest without a head is closed, and the new one is answered', async () => {
    const { open, count } = await bounded(3)
    const rested = await open().send(get).answered()
    const [first, second] = [open().send(halfHead), open().send(halfHead)]
    await expect.poll(count).toBe(3)
    await open().send(get).answered()
    await expect.poll(() => first.closed).toBe(true)
    expect([rested.closed, second.closed]).toEqual([false, false])
    expect(await count()).toBe(3)
  })

  it('then the one that has rested longest, then the oldest whose request is not complete', async () => {
    const { open, count } = await bounded(2)
    const rested = await open().send(get).answered()
    const half = open().send(halfBody)
    await expect.poll(count).toBe(2)
    const next = open().send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc')
    await expect.poll(() => rested.closed).toBe(true)
    await open().send(get).answered()
    expect(half.closed).toBe(true)
    expect(next.closed).toBe(false)
  })

  it('where every one is being answered the new one gets a 503 that says when to try again', async () => {
    const { open, count } = await bounded(2)
    for (let nth = 0; nth < 2; nth++) open().send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')
    await expect.poll(count).toBe(2)
    // A turn later the requests have been read.
    await expect
      .poll(async () => {
        const late = open()
        await expect.poll(() => late.closed).toBe(true)
        return late.text
      })
      .toMatch(/^HTTP\/1\.1 503 .*retry-after: 1\r\n.*"code":"overloaded"/s)
  })

  it('an address that has its share makes room among its own only', async () => {
    const { open, count } = await bounded(10, 3)
    const other = open('127.0.0.2').send(halfHead)
    await expect.poll(count).toBe(1)
    const many = Array.from({ length: 20 }, () => open().send(halfHead))
    await expect.poll(() => many.filter(({ closed }) => closed).length).toBe(17)
    expect(other.closed).toBe(false)
    expect(await count()).toBe(4)
  })

  it('a flood of half heads does not keep a request out', async () => {
    const { open } = await bounded(20)
    for (let round = 0; round < 10; round++) {
      for (let nth = 0; nth < 20; nth++) open().send(halfHead)
      await open().send(get).answered()
    }
  })
})

describe('D1 a connection that was refused is closed although its client neither reads nor closes', () => {
  it.each([
    ['half a head, too late', Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), 408],
    ['a head that is too large', Object.assign(new Error(), { code: 'HPE_HEADER_OVERFLOW' }), 431],
    ['no HTTP', Object.assign(new Error(), { code: 'HPE_INVALID_METHOD' }), 400],
  ])('%s', async (_, error, status) => {
    const server = createServer()
    const sockets = new Set<Socket>()
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      refuseConnection(error, socket)
    })
    const open = await listening(server)
    const client = open()
    // A client that keeps its side open: `allowHalfOpen` is off in a plain socket only after it has read the end.
    client.socket.pause()
    await expect.poll(() => sockets.size).toBe(1)
    await expect.poll(() => sockets.size).toBe(0)
    client.socket.resume()
    await expect.poll(() => client.text).toContain(`HTTP/1.1 ${status} `)
  })

  it('and so is one whose client does not read the response', async () => {
    const server = createServer((_, response) => response.end('x'.repeat(64 * 1024 * 1024)))
    boundConnections(server, 10)
    server.timeout = 200
    const open = await listening(server)
    const client = open().send(get)
    client.socket.pause()
    const count = (): Promise<number> => new Promise((resolve) => server.getConnections((_, value) => resolve(value)))
    await expect.poll(count).toBe(1)
    await expect.poll(count).toBe(0)
  })

  it('but not one that waits for a slow operation', async () => {
    const server = createServer((_, response) => void setTimeout(() => response.end('ok'), 700))
    boundConnections(server, 10)
    server.timeout = 100
    const open = await listening(server)
    await open().send(get).answered()
  })
})

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('the address %s counts as %s', (address, owner) => {
  expect(ownerOf(address)).toBe(owner)
})
