/** Which connection carries a request: reuse, bounds, several addresses (RELIABILITY C12 and the rows on rebinding). */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Outcome, Transport } from '../../transport.ts'
import { httpTransport, type HttpTransportOptions } from '../http-transport.ts'
import { type DnsAnswer, type DnsQuestion, recordsOf, startDnsServer } from '../testing/dns-server.ts'
import { OK_RESPONSE, type RawHandlers, type RawServer, startRawServer } from '../testing/raw-server.ts'
import { hangMs } from '../testing/tools.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(handlers: RawHandlers, where?: { host?: string; port?: number }): Promise<RawServer> {
  const server = await startRawServer(handlers, where)
  cleanups.push(() => server.close())
  return server
}

function open(options: HttpTransportOptions = {}): Transport {
  const transport = httpTransport({ allowPrivate: ['127.0.0.0/8', '::1'], ...options })
  cleanups.push(() => transport.close(0))
  return transport
}

/** A transport that uses the test's DNS server. */
async function openWithDns(answer: (question: DnsQuestion) => DnsAnswer, options: HttpTransportOptions = {}) {
  const dns = await startDnsServer(answer)
  cleanups.push(() => dns.close())
  let nowMs = 0
  const transport = open({
    ...options,
    resolver: { servers: [dns.address], hostsPath: '/nonexistent', now: () => nowMs },
  })
  return { transport, dns, passTime: (ms: number) => void (nowMs += ms) }
}

function send(transport: Transport, url: string, timeoutMs = 5_000): Promise<Outcome> {
  return transport.send({ method: 'POST', url, headers: [], body: Buffer.from('{}'), timeoutMs })
}

const answerOk = (socket: net.Socket): void => void socket.write(OK_RESPONSE)
const A = (...addresses: string[]) => addresses.map((address) => ({ type: 'A', address }) as const)

describe('reuse', () => {
  test('one connection serves one request after the other; timings of a reused one have no connect time', async () => {
    const server = await start({ onRequest: answerOk })
    const transport = open()
    const first = await send(transport, server.url)
    const second = await send(transport, server.url)
    expect(server.connectionCount).toBe(1)
    expect(first.timings.connectMs).toBeGreaterThan(0)
    expect(second.timings.connectMs).toBeNull()
    expect(second.timings.dnsMs).toBeNull()
  })

  test('never more than one request at a time on a connection', async () => {
    let busy = 0
    let busiest = 0
    const server = await start({
      onRequest(socket) {
        busy += 1
        busiest = Math.max(busiest, busy)
        setImmediate(() => {
          busy -= 1
          answerOk(socket)
        })
      },
    })
    const transport = open({ connectionsPerPool: 1 })
    await Promise.all(Array.from({ length: 50 }, () => send(transport, server.url)))
    expect({ busiest, connections: server.connectionCount }).toEqual({ busiest: 1, connections: 1 })
  })

  test.each([
    ['is idle', (transport: Transport, url: string) => send(transport, url)],
    ['is in use', async (transport: Transport, url: string) => void send(transport, url)],
  ])('a request that needs a new connection gets one, although the only place %s', async (_where, before) => {
    const server = await start({ onRequest: answerOk })
    const transport = open({ connectionsPerPool: 1 })
    await before(transport, server.url)
    const fresh = await transport.send({
      method: 'POST',
      url: server.url,
      headers: [],
      body: Buffer.from('{}'),
      timeoutMs: 3_000,
      freshConnection: true,
    })
    expect(fresh).toMatchObject({ kind: 'accepted', timings: { connectMs: expect.any(Number) } })
    expect(server.connectionCount).toBe(2)
  })

  test.each(['timeout=1', 'timeout=2, max=100', 'max=5, timeout=1'])(
    'a receiver that says Keep-Alive: %s gets a new connection for each request',
    async (hint) => {
      const server = await start({
        onRequest: (socket) => void socket.write(`HTTP/1.1 200 OK\r\nkeep-alive: ${hint}\r\ncontent-length: 0\r\n\r\n`),
      })
      const transport = open()
      for (let n = 0; n < 3; n++) expect(await send(transport, server.url)).toMatchObject({ kind: 'accepted' })
      expect(server.connectionCount).toBe(3)
    },
  )

  test('a connection that was idle for four seconds is not reused', async () => {
    const server = await start({ onRequest: answerOk })
    const transport = open()
    await send(transport, server.url)
    const idleMs = 4_001
    const now = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => now() + idleMs)
    expect(await send(transport, server.url)).toMatchObject({ kind: 'accepted' })
    expect(server.connectionCount).toBe(2)
  })

  test('a receiver that closes the connection shortly after each answer gets each request exactly once (C12)', async () => {
    const delays = [0, 0, 1, 2, 3, 5]
    const server = http.createServer((request, response) => {
      seen.push(request.headers['x-id'] as string)
      request.resume()
      response.end('ok')
      const delayMs = delays[seen.length % delays.length]!
      setTimeout(() => request.socket.destroy(), delayMs)
    })
    const seen: string[] = []
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanups.push(() => server.close())
    const transport = open()
    const url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`
    const sent = Array.from({ length: 400 }, (_, i) => `${i}`)
    const outcomes: [id: string, outcome: Outcome][] = []
    for (const id of sent) {
      const headers = [['x-id', id]] as const
      outcomes.push([
        id,
        await transport.send({ method: 'POST', url, headers, body: Buffer.from('{}'), timeoutMs: 5_000 }),
      ])
    }
    // A failed request may have been sent or was not sent; none was sent twice.
    for (const [id, outcome] of outcomes) {
      const receipts = seen.filter((other) => other === id).length
      if (outcome.kind !== 'unknown') expect(receipts).toBe(1)
      else if (outcome.maybeSent) expect(receipts).toBeLessThanOrEqual(1)
      else expect(receipts).toBe(0)
    }
    expect(outcomes.filter(([, outcome]) => outcome.kind !== 'unknown').length).toBeGreaterThan(200)
  })

  test('a connection that the receiver closed while idle is not reused', async () => {
    const server = await start({ onRequest: answerOk })
    const transport = open()
    await send(transport, server.url)
    const [socket] = server.openSockets
    socket!.end()
    await expect.poll(() => server.openSockets.size).toBe(0)
    expect(await send(transport, server.url)).toMatchObject({ kind: 'accepted' })
    expect(server.connectionCount).toBe(2)
  })

  test.each(['destroy', 'resetAndDestroy'] as const)(
    'a connection that turns out to be closed (%s) before a byte is written is replaced',
    async (howItEnds) => {
      const server = await start({ onRequest: answerOk })
      const transport = open()
      await send(transport, server.url)
      const [socket] = server.openSockets
      // In the check phase: the event loop polls its sockets next and writes the request only after that. The close
      // below reaches the kernel synchronously.
      const outcome = await new Promise<Outcome>((resolve) => {
        setImmediate(() => {
          socket![howItEnds]()
          resolve(send(transport, server.url))
        })
      })
      expect(outcome).toMatchObject({ kind: 'accepted' })
      expect({ connections: server.connectionCount, requests: server.requests.length }).toEqual({
        connections: 2,
        requests: 2,
      })
    },
  )
})

describe('bounds', () => {
  test('connections to one address are limited, and the other requests wait', async () => {
    const waiting: net.Socket[] = []
    const server = await start({ onRequest: (socket) => void waiting.push(socket) })
    const transport = open({ connectionsPerPool: 4 })
    const sending = Array.from({ length: 20 }, () => send(transport, server.url))
    const answered = (async () => {
      while (server.requests.length < 20 || waiting.length > 0) {
        for (const socket of waiting.splice(0)) answerOk(socket)
        await new Promise(setImmediate)
      }
    })()
    const outcomes = await Promise.all(sending)
    await answered
    expect(outcomes.every((outcome) => outcome.kind !== 'unknown')).toBe(true)
    expect(server.connectionCount).toBe(4)
  })

  test('a request that times out while it waits leaves the queue, and the connection stays open', async () => {
    const first: net.Socket[] = []
    const server = await start({
      onRequest: (socket) => (server.requests.length === 1 ? void first.push(socket) : answerOk(socket)),
    })
    const transport = open({ connectionsPerPool: 1 })
    const slow = send(transport, server.url)
    const impatient = await Promise.all(Array.from({ length: 5 }, () => send(transport, server.url, 50)))
    for (const outcome of impatient) {
      expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'timeout' }, maybeSent: false })
    }
    answerOk(first[0]!)
    expect(await slow).toMatchObject({ kind: 'accepted' })
    expect(await send(transport, server.url)).toMatchObject({ kind: 'accepted' })
    expect({ connections: server.connectionCount, requests: server.requests.length }).toEqual({
      connections: 1,
      requests: 2,
    })
  })

  test('the pool that was idle longest is closed for a new one', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => start({ onRequest: answerOk })))
    const [oldest, middle, newest] = servers as [RawServer, RawServer, RawServer]
    const transport = open({ maxPools: 2 })
    await send(transport, oldest.url)
    await send(transport, middle.url)
    await send(transport, oldest.url)
    await send(transport, newest.url)
    await expect.poll(() => middle.openSockets.size).toBe(0)
    expect([oldest.openSockets.size, newest.openSockets.size]).toEqual([1, 1])
  })

  test('busy pools are not closed, so their limit of connections still holds', async () => {
    const held: net.Socket[] = []
    const [first, second] = await Promise.all(
      [1, 2].map(() => start({ onRequest: (socket) => void held.push(socket) })),
    )
    const transport = open({ maxPools: 1, connectionsPerPool: 1 })
    const sending = [send(transport, first!.url), send(transport, second!.url)]
    await expect.poll(() => held).toHaveLength(2)
    sending.push(send(transport, first!.url))
    held.splice(0).forEach(answerOk)
    await expect.poll(() => held).toHaveLength(1)
    held.forEach(answerOk)
    expect((await Promise.all(sending)).every((outcome) => outcome.kind !== 'unknown')).toBe(true)
    expect(first!.connectionCount).toBe(1)
  })

  test('after close no connection stays open', async () => {
    const server = await start({ onRequest: answerOk })
    const transport = open()
    await Promise.all(Array.from({ length: 10 }, () => send(transport, server.url)))
    await transport.close()
    await expect.poll(() => server.openSockets.size).toBe(0)
  })

  test('after close no connection stays open for a request whose lookup was under way', async () => {
    const server = await start({ onRequest: answerOk })
    const { transport } = await openWithDns((question) => recordsOf(question, A('127.0.0.1')))
    const sending = send(transport, `http://hooks.test:${server.port}/`)
    await transport.close()
    expect(await sending).toMatchObject({ kind: 'accepted' })
    await expect.poll(() => server.openSockets.size).toBe(0)
  })
})

describe('names', () => {
  test('the checked address is connected to, and the Host header has the name', async () => {
    const server = await start({ onRequest: answerOk })
    const { transport } = await openWithDns((question) => recordsOf(question, A('127.0.0.1')))
    const outcome = await send(transport, `http://hooks.test:${server.port}/`)
    expect(outcome).toMatchObject({ kind: 'accepted', remoteAddress: '127.0.0.1' })
    expect(outcome.timings.dnsMs).toBeGreaterThan(0)
    expect(server.requests[0]!.head).toContain(`host: hooks.test:${server.port}`)
  })

  test('the next address is tried when the first refuses the connection', async () => {
    const server = await start({ onRequest: answerOk }, { host: '127.0.0.3' })
    const { transport } = await openWithDns((question) => recordsOf(question, A('127.0.0.2', '127.0.0.3')))
    expect(await send(transport, `http://hooks.test:${server.port}/`)).toMatchObject({
      kind: 'accepted',
      remoteAddress: '127.0.0.3',
    })
  })

  test('the next address is not tried after the request was sent', async () => {
    const first = await start({ onRequest: (socket) => socket.resetAndDestroy() }, { host: '127.0.0.2' })
    const second = await start({ onRequest: answerOk }, { host: '127.0.0.3', port: first.port })
    const { transport } = await openWithDns((question) => recordsOf(question, A('127.0.0.2', '127.0.0.3')))
    expect(await send(transport, `http://hooks.test:${first.port}/`)).toMatchObject({
      kind: 'unknown',
      maybeSent: true,
    })
    expect(second.connectionCount).toBe(0)
  })

  test('the next address is tried when the first does not answer, while there is time', async () => {
    const port = await startUnaccepting('127.0.0.2')
    await start({ onRequest: answerOk }, { host: '127.0.0.3', port })
    const { transport } = await openWithDns((question) => recordsOf(question, A('127.0.0.2', '127.0.0.3')))
    const outcome = await send(transport, `http://hooks.test:${port}/`, 4_000)
    expect(outcome).toMatchObject({ kind: 'accepted', remoteAddress: '127.0.0.3' })
    expect(outcome.timings.connectMs).toBeGreaterThanOrEqual(1_900)
  })

  test('an address that never accepts gives a timeout at the deadline, and nothing was sent', async () => {
    const port = await startUnaccepting('127.0.0.2')
    const outcome = await send(open(), `http://127.0.0.2:${port}/`, 200)
    expect(outcome).toMatchObject({
      kind: 'unknown',
      error: { code: 'timeout' },
      maybeSent: false,
      remoteAddress: null,
    })
    expect(outcome.timings.totalMs).toBeLessThan(hangMs)
  })

  test('at most three addresses are tried', async () => {
    const server = await start({ onRequest: answerOk }, { host: '127.0.0.5' })
    const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']
    const { transport } = await openWithDns((question) => recordsOf(question, A(...addresses)))
    expect(await send(transport, `http://hooks.test:${server.port}/`)).toMatchObject({
      kind: 'unknown',
      error: { code: 'connection_refused' },
    })
  })

  test.each([
    ['NXDOMAIN', 'dns_not_found'],
    ['SERVFAIL', 'dns_failed'],
  ] as const)('%s is %s', async (failure, code) => {
    const { transport } = await openWithDns(() => ({ failure }))
    expect(await send(transport, 'http://hooks.test/')).toMatchObject({
      kind: 'unknown',
      error: { code },
      maybeSent: false,
    })
  })

  test('name servers that do not answer cannot exceed the deadline of the request', async () => {
    const { transport } = await openWithDns(() => 'silence')
    const outcome = await send(transport, 'http://hooks.test/', 100)
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'timeout' }, maybeSent: false })
    expect(outcome.timings.totalMs).toBeLessThan(hangMs)
  })

  test.each<[what: string, answer: (question: DnsQuestion) => DnsAnswer]>([
    ['a private address among fifty', (q) => recordsOf(q, A(...Array(49).fill('127.0.0.1'), '10.0.0.1'))],
    ['a loopback AAAA beside a good A', (q) => recordsOf(q, [...A('127.0.0.1'), { type: 'AAAA', address: '::1' }])],
    [
      'an alias of the metadata service',
      (q) => recordsOf(q, [{ type: 'CNAME', to: 'm.test' }, ...A('169.254.169.254')]),
    ],
  ])('%s refuses the name', async (_what, answer) => {
    const server = await start({ onRequest: answerOk })
    const { transport } = await openWithDns(answer, { allowPrivate: ['127.0.0.0/8'] })
    const outcome = await send(transport, `http://hooks.test:${server.port}/`)
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'address_refused' }, maybeSent: false })
    expect(server.connectionCount).toBe(0)
  })

  test('a name that moves to a private address (rebinding) is refused, also when a connection is open', async () => {
    const server = await start({ onRequest: answerOk })
    let address = '127.0.0.1'
    const { transport, passTime } = await openWithDns((question) => recordsOf(question, A(address)))
    const url = `http://hooks.test:${server.port}/`
    expect(await send(transport, url)).toMatchObject({ kind: 'accepted' })
    address = '10.0.0.1'
    passTime(1_001)
    expect(await send(transport, url)).toMatchObject({ kind: 'unknown', error: { code: 'address_refused' } })
    expect(server.requests).toHaveLength(1)
  })

  test('when a name moves to another address, the connection to the old address is not used', async () => {
    const first = await start({ onRequest: answerOk }, { host: '127.0.0.2' })
    const second = await start({ onRequest: answerOk }, { host: '127.0.0.3', port: first.port })
    let address = '127.0.0.2'
    const { transport, passTime } = await openWithDns((question) => recordsOf(question, A(address)))
    const url = `http://hooks.test:${first.port}/`
    await send(transport, url)
    address = '127.0.0.3'
    passTime(1_001)
    expect(await send(transport, url)).toMatchObject({ kind: 'accepted', remoteAddress: '127.0.0.3' })
    expect([first.requests.length, second.requests.length]).toEqual([1, 1])
  })

  test('proxies of the environment are not used', async () => {
    const proxy = await start({ onRequest: answerOk })
    const server = await start({ onRequest: answerOk })
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) {
      vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`)
    }
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    cleanups.push(() => vi.unstubAllEnvs())
    expect(await send(open(), server.url)).toMatchObject({ kind: 'accepted' })
    expect([proxy.connectionCount, server.requests.length]).toEqual([0, 1])
  })
})

/**
 * A port where connecting hangs, as behind a firewall that drops packets: a process that listens, accepts no connection,
 * and whose accept queue in the kernel is full.
 */
async function startUnaccepting(host: string): Promise<number> {
  const script = `
    const server = require('node:net').createServer().listen({ host: '${host}', port: 0, backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  cleanups.push(() => {
    child.kill('SIGKILL')
    return exited
  })
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(printed.toString())
  // Linux queues one connection more than the backlog.
  for (let queued = 0; queued < 2; queued++) {
    const filler = net.connect({ host, port })
    cleanups.push(() => filler.destroy())
    filler.on('error', () => {})
    await once(filler, 'connect')
  }
  return port
}
