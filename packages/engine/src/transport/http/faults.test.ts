/** Receivers that hang, answer incorrectly or close the connection (RELIABILITY C1, C3 to C7, C13), as servers of raw bytes. */
import type net from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { Outcome, TransportRequest } from '../transport.ts'
import { httpTransport } from './http-transport.ts'
import { OK_RESPONSE, type RawHandlers, type RawServer, startRawServer } from './testing/raw-server.ts'
import { hangMs } from './testing/tools.ts'

const transport = httpTransport({ allowPrivate: ['127.0.0.0/8', '::1'] })
const servers: RawServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function start(handlers: RawHandlers): Promise<RawServer> {
  const server = await startRawServer(handlers)
  servers.push(server)
  return server
}

function send(server: RawServer, changes: Partial<TransportRequest> = {}): Promise<Outcome> {
  const request = { method: 'POST', url: server.url, headers: [], body: Buffer.from('{"a":1}'), timeoutMs: 5_000 }
  return transport.send({ ...request, ...changes })
}

/** A server that answers each request with these bytes and keeps the connection open. */
const answering = (...pieces: (string | Uint8Array)[]) =>
  start({
    onRequest(socket) {
      for (const piece of pieces) socket.write(piece)
    },
  })

/** Like `answering`, but the server closes the connection after the answer. */
const answeringAndEnding = (response: string) => start({ onRequest: (socket) => socket.end(response, 'latin1') })

describe('C1: the connection ends', () => {
  test('refused: maybeSent is false', async () => {
    const server = await start({})
    await server.close()
    servers.pop()
    const outcome = await send(server)
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'connection_refused' }, maybeSent: false })
    expect(outcome.kind === 'unknown' && outcome.error.message).toContain('check that the receiver runs')
  })

  test('reset as soon as the first bytes come', async () => {
    const server = await start({ onBytes: (socket) => socket.resetAndDestroy() })
    expect(await send(server)).toMatchObject({ kind: 'unknown', error: { code: 'connection_reset' }, maybeSent: true })
  })

  test('reset in the middle of the body', async () => {
    const server = await start({
      onConnection(socket) {
        let bytes = 0
        socket.on('data', (data) => {
          bytes += data.length
          if (bytes > 100_000) socket.resetAndDestroy()
        })
      },
    })
    const outcome = await send(server, { body: Buffer.alloc(20_000_000) })
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'connection_reset' }, maybeSent: true })
  })

  test('reset after the request: maybeSent is true', async () => {
    const server = await start({ onRequest: (socket) => socket.resetAndDestroy() })
    expect(await send(server)).toMatchObject({ kind: 'unknown', error: { code: 'connection_reset' }, maybeSent: true })
    expect(server.requests).toHaveLength(1)
  })

  test('closed after the request without an answer: maybeSent is true', async () => {
    const server = await start({ onRequest: (socket) => socket.end() })
    expect(await send(server)).toMatchObject({ kind: 'unknown', error: { code: 'connection_reset' }, maybeSent: true })
  })

  test('reset in the middle of the response head', async () => {
    const server = await start({
      onRequest(socket) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-', () => socket.resetAndDestroy())
      },
    })
    expect(await send(server)).toMatchObject({ kind: 'unknown', maybeSent: true })
  })

  test('no request is sent twice, whatever the method', async () => {
    const server = await start({ onRequest: (socket) => socket.resetAndDestroy() })
    for (const method of ['POST', 'PUT', 'GET']) {
      await send(server, { method, body: method === 'GET' ? null : Buffer.from('x') })
    }
    expect(server.requests.map((request) => request.head.split(' ')[0])).toEqual(['POST', 'PUT', 'GET'])
  })
})

describe('C3, C4: the deadline covers everything', () => {
  const drip = (socket: net.Socket, piece: string, everyMs: number): void => {
    const timer = setInterval(() => socket.write(piece), everyMs)
    socket.on('close', () => clearInterval(timer))
  }

  test.each<[what: string, handlers: RawHandlers]>([
    ['no answer to the request', {}],
    [
      'headers that come byte by byte',
      { onRequest: (socket) => (socket.write('HTTP/1.1 200 OK\r\nx: '), drip(socket, 'a', 20)) },
    ],
    [
      'headers without end',
      { onRequest: (socket) => (socket.write('HTTP/1.1 200 OK\r\n'), drip(socket, 'x: 1\r\n', 20)) },
    ],
    [
      'an endless series of interim responses',
      { onRequest: (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(50), 5) },
    ],
  ])('%s', async (_what, handlers) => {
    const server = await start(handlers)
    const startedAtMs = performance.now()
    const outcome = await send(server, { timeoutMs: 300 })
    expect(performance.now() - startedAtMs).toBeLessThan(hangMs)
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'timeout' }, maybeSent: true })
    await allClosed(server)
  })

  test('a connection that the kernel accepts and no program reads', async () => {
    const server = await start({ onConnection: (socket) => socket.pause() })
    const outcome = await send(server, { body: Buffer.alloc(20_000_000), timeoutMs: 300 })
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'timeout' }, maybeSent: true })
  })

  test('a body that comes byte by byte ends at the deadline, and the status decides', async () => {
    const server = await start({
      onRequest: (socket) => (socket.write('HTTP/1.1 500 No\r\ncontent-length: 1000\r\n\r\n'), drip(socket, '.', 20)),
    })
    const outcome = await send(server, { timeoutMs: 300 })
    expect(outcome).toMatchObject({ response: { code: 500, bodyTruncated: true } })
    expect(outcome.timings.totalMs).toBeLessThan(hangMs)
    await allClosed(server)
  })

  test('interim responses are skipped', async () => {
    const server = await answering(
      'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n',
      OK_RESPONSE,
    )
    const outcome = await send(server)
    expect(outcome).toMatchObject({ response: { code: 200, headers: [['content-length', '2']] } })
  })

  test.each([
    ['one header of 20 kB', `x: ${'a'.repeat(20_000)}\r\n`],
    ['ten thousand headers', 'aa: b\r\n'.repeat(10_000)],
    ['a header name of 20 kB', `${'a'.repeat(20_000)}: 1\r\n`],
    ['a reason of 20 kB', '', 'OK'.repeat(10_000)],
  ])('%s: refused', async (_what, headers, reason = 'OK') => {
    const server = await answering(`HTTP/1.1 200 ${reason}\r\n${headers}\r\n`)
    const outcome = await send(server)
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'response_headers_too_large' }, maybeSent: true })
    await allClosed(server)
  })

  test('15 kB of headers are read', async () => {
    const server = await answering(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(15_000)}\r\ncontent-length: 0\r\n\r\n`)
    expect(await send(server)).toMatchObject({ response: { code: 200 } })
  })
})

describe('C5: bodies that are too long, or longer or shorter than announced', () => {
  test('of an endless body 64 kB are kept, the connection is closed, and memory stays bounded', async () => {
    const block = Buffer.alloc(64 * 1024, 'x')
    const server = await start({
      onRequest(socket) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n')
        const pump = (): void => {
          while (!socket.destroyed && socket.write(block)) continue
        }
        socket.on('drain', pump)
        pump()
      },
    })
    // Server and client share this process, so this limits both; a client that buffers bodies would need gigabytes.
    const before = process.memoryUsage().rss
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => send(server, { timeoutMs: 20_000 })))
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ response: { code: 200, bodyTruncated: true } })
      expect(outcome.kind !== 'unknown' && outcome.response.body.length).toBe(64 * 1024)
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
    await allClosed(server)
  })

  test('exactly 64 kB are not truncated, one byte more is', async () => {
    const limit = 64 * 1024
    for (const [length, bodyTruncated] of [
      [limit, false],
      [limit + 1, true],
    ] as const) {
      const server = await answering(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`, Buffer.alloc(length, 'x'))
      const outcome = await send(server)
      expect(outcome).toMatchObject({ kind: 'accepted', response: { bodyTruncated } })
      expect(outcome.kind !== 'unknown' && outcome.response.body.length).toBe(limit)
    }
  })

  test.each([
    ['fewer bytes than Content-Length says', 'HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nshort'],
    ['chunks without the last one', 'HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n'],
    ['an invalid chunk size', 'HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\nzz\r\n'],
  ])('%s: the status decides', async (_what, response) => {
    const outcome = await send(await answeringAndEnding(response))
    expect(outcome).toMatchObject({ response: { code: 202, bodyTruncated: true } })
    expect(outcome.kind !== 'unknown' && Buffer.from(outcome.response.body).toString()).toBe('short')
  })

  test('bytes after Content-Length are not read as the next response', async () => {
    const server = await answering(
      `HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 500 Smuggled\r\ncontent-length: 0\r\n\r\n`,
    )
    for (let i = 0; i < 5; i++) {
      const outcome = await send(server)
      expect(outcome.kind !== 'unknown' ? outcome.response.code : outcome.error.code).toBe(200)
    }
  })

  test('chunk extensions without end stop at the deadline', async () => {
    const server = await start({
      onRequest(socket) {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;')
        const pump = (): void => {
          while (!socket.destroyed && socket.write('a'.repeat(16_384))) continue
        }
        socket.on('drain', pump)
        pump()
      },
    })
    const outcome = await send(server, { timeoutMs: 300 })
    expect(outcome.timings.totalMs).toBeLessThan(hangMs)
    await allClosed(server)
  })
})

describe('C6: responses are never decompressed (CVE-2024-22025, CVE-2026-22036)', () => {
  test.each([
    ['gzip', 'gzip'],
    ['five thousand layers', Array.from({ length: 1_000 }, () => 'gzip').join(',')],
    ['zstd', 'zstd'],
  ])('%s is kept as received', async (_what, encoding) => {
    const bomb = gzipSync(Buffer.alloc(20_000_000))
    const server = await answering(
      `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${bomb.length}\r\n\r\n`,
      bomb,
    )
    const outcome = await send(server)
    expect(outcome.kind !== 'unknown' && Buffer.from(outcome.response.body).equals(bomb)).toBe(true)
    expect(server.requests[0]!.head).toMatch(/^accept-encoding: identity$/m)
  })
})

describe('C7: redirects are not followed', () => {
  test.each([301, 302, 303, 307, 308])('%i is an answer like any other', async (status) => {
    const elsewhere = await answering(OK_RESPONSE)
    const server = await answering(
      `HTTP/1.1 ${status} Moved\r\nlocation: ${elsewhere.url}\r\ncontent-length: 0\r\n\r\n`,
    )
    const outcome = await send(server)
    expect(outcome).toMatchObject({ response: { code: status } })
    expect(outcome.kind !== 'unknown' && outcome.response.headers).toContainEqual(['location', elsewhere.url])
    expect(elsewhere.connectionCount).toBe(0)
  })
})

function writeOneByOne(socket: net.Socket, bytes: Buffer): void {
  if (bytes.length > 0) socket.write(bytes.subarray(0, 1), () => setImmediate(writeOneByOne, socket, bytes.subarray(1)))
}

const interim = (status: number): string => `HTTP/1.1 ${status} Interim\r\n\r\n`.replace('100 Interim', '100 Continue')

describe('C13: forms of a response', () => {
  test('interim responses and folded lines that arrive byte by byte, three times on one connection', async () => {
    const server = await start({
      onRequest(socket) {
        socket.setNoDelay(true)
        const folded = 'HTTP/1.1 200 OK\r\nx: 1\r\n\t2\r\n 3\r\ncontent-length:\t2\t\r\n\r\nok'
        writeOneByOne(socket, Buffer.from(`${interim(100)}${interim(103)}${interim(100)}${folded}`))
      },
    })
    for (let n = 0; n < 3; n++) {
      const outcome = await send(server)
      expect(outcome).toMatchObject({
        kind: 'accepted',
        response: { bodyTruncated: false, body: new Uint8Array(Buffer.from('ok')) },
      })
      expect(outcome.kind === 'accepted' && new Map(outcome.response.headers).get('x')?.split(/ +/)).toEqual([
        '1',
        '2',
        '3',
      ])
    }
    expect(server.connectionCount).toBe(1)
  })

  test.each([
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 204],
    ['304', 'HTTP/1.1 304 Not Modified\r\n\r\n', 304],
    ['no reason phrase', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', 200],
    ['an empty reason phrase', 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n', 200],
    ['a body up to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nhello', 200],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhello', 200],
    ['connection: close', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok', 200],
    ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n', 200],
    ['chunks with a trailer', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx: 1\r\n\r\n', 200],
    ['an unknown status', 'HTTP/1.1 799 Odd\r\ncontent-length: 0\r\n\r\n', 799],
    ['a header twice', 'HTTP/1.1 200 OK\r\na: 1\r\na: 2\r\ncontent-length: 0\r\n\r\n', 200],
    ['a header called constructor', 'HTTP/1.1 200 OK\r\nconstructor: 1\r\ncontent-length: 0\r\n\r\n', 200],
    ['latin-1 in a header', 'HTTP/1.1 200 OK\r\nx: caf\xe9\r\ncontent-length: 0\r\n\r\n', 200],
    ['a 100 Continue that nobody asked for', `HTTP/1.1 100 Continue\r\n\r\n${OK_RESPONSE}`, 200],
    ['a 100 with headers', `HTTP/1.1 100 Continue\r\nx: 1\r\n\r\n${OK_RESPONSE}`, 200],
    ['a 100 without a reason', `HTTP/1.1 100\r\n\r\n${OK_RESPONSE}`, 200],
    ['100, 103, 100 and 102', `${interim(100)}${interim(103)}${interim(100)}${interim(102)}${OK_RESPONSE}`, 200],
    ['an unknown interim response', `${interim(199)}${OK_RESPONSE}`, 200],
    ['a 100 before a refusal', `${interim(100)}HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n`, 500],
    ['a body that looks like a 100', `HTTP/1.1 200 OK\r\ncontent-length: 25\r\n\r\n${interim(100)}`, 200],
    ['empty lines before the status', `\r\n\r\n${OK_RESPONSE}`, 200],
    ['spaces around a value', 'HTTP/1.1 200 OK\r\ncontent-length:  \t 2 \t \r\n\r\nok', 200],
    ['a folded header', 'HTTP/1.1 200 OK\r\nx: 1\r\n  2\r\ncontent-length: 0\r\n\r\n', 200],
    [
      'chunks with extensions',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;a="b;c"\r\nok\r\n0;x\r\n\r\n',
      200,
    ],
    ['Chunked in other letters', 'HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n02\r\nok\r\n000\r\n\r\n', 200],
    ['a 204 with a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n', 204],
    ['a 205', 'HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n', 205],
    ['a name of a header with an odd letter', "HTTP/1.1 200 OK\r\n!#$%&'*+.^_`|~: 1\r\ncontent-length: 0\r\n\r\n", 200],
    ['an empty value', 'HTTP/1.1 200 OK\r\nx:\r\ncontent-length: 0\r\n\r\n', 200],
    ['bytes after the response', `${OK_RESPONSE}garbage`, 200],
  ])('%s: read as a response', async (_what, response, status) => {
    const outcome = await send(await answeringAndEnding(response))
    expect(outcome).toMatchObject({ response: { code: status, bodyTruncated: false } })
  })

  test.each([
    ['nothing but text (HTTP/0.9)', '<html>hello</html>'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['random bytes', '\x00\x01\x02\xff\xfe'],
    ['TLS', '\x15\x03\x01\x00\x02\x02\x46'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['an unknown version', 'HTTP/9.9 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of letters', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['a request', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n'],
    ['a header with a space in its name', 'HTTP/1.1 200 OK\r\na b: x\r\n\r\n'],
    ['a header with a NUL', 'HTTP/1.1 200 OK\r\na: \x00\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'],
    ['the same length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok'],
    ['an invalid length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nok'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ],
    ['an unrequested upgrade', 'HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'],
  ])('%s: a failure with a code, and the next request is served', async (_what, response) => {
    const server = await start({
      onRequest: (socket) => socket.end(server.requests.length === 1 ? response : OK_RESPONSE, 'latin1'),
    })
    const outcome = await send(server)
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'response_malformed' }, maybeSent: true })
    expect(await send(server)).toMatchObject({ response: { code: 200 } })
  })

  test('a header called __proto__ changes no prototype', async () => {
    const server = await answeringAndEnding('HTTP/1.1 200 OK\r\n__proto__: evil\r\ncontent-length: 0\r\n\r\n')
    await send(server)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as Record<string, unknown>)['evil']).toBeUndefined()
  })
})

describe('the request on the wire', () => {
  test('has the headers of the caller and those of the connection', async () => {
    const server = await answering(OK_RESPONSE)
    await send(server, {
      method: 'PUT',
      url: `${server.url}?a=%20b`,
      headers: [
        ['X-First', '1'],
        ['Host', 'evil.example'],
        ['Content-Length', '999'],
        ['connection', 'close'],
        ['Transfer-Encoding', 'chunked'],
        ['x-last', '2'],
      ],
    })
    expect(server.requests[0]!.head.split('\r\n')).toEqual([
      'PUT /hook?a=%20b HTTP/1.1',
      `host: 127.0.0.1:${server.port}`,
      'connection: keep-alive',
      'X-First: 1',
      'x-last: 2',
      'accept-encoding: identity',
      'user-agent: Posthorn/0.1',
      'content-length: 7',
    ])
  })

  test("keeps the caller's user-agent and accept-encoding", async () => {
    const server = await answering(OK_RESPONSE)
    await send(server, {
      headers: [
        ['User-Agent', 'Vendor/1'],
        ['Accept-Encoding', 'gzip'],
      ],
    })
    expect(server.requests[0]!.head).not.toMatch(/Posthorn|identity/)
  })

  test.each([
    ['CR LF in a value', 'x', 'a\r\nX: 1'],
    ['a bare LF', 'x', 'a\nX: 1'],
    ['NUL', 'x', 'a\0'],
    ['a name with a space', 'x y', '1'],
    ['a name with CR LF', 'x\r\ny', '1'],
    ['beyond latin-1', 'x', '\u{10a}'],
  ])('%s never reaches the wire (H1)', async (_what, name, value) => {
    const server = await answering(OK_RESPONSE)
    const outcome = await send(server, { headers: [[name, value]] })
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'request_invalid' }, maybeSent: false })
    expect(server.requests).toEqual([])
    expect(await send(server)).toMatchObject({ kind: 'accepted' })
  })

  test('http: is refused where only https: is allowed', async () => {
    const server = await answering(OK_RESPONSE)
    expect(transport.check(server.url, { httpsOnly: true })).toMatchObject({ ok: false })
    expect(await send(server, { httpsOnly: true })).toMatchObject({
      kind: 'unknown',
      error: { code: 'address_refused' },
    })
    expect(server.connectionCount).toBe(0)
  })
})

/** Does not use `once` of node:events, because it would reject when a connection ends with a reset. */
async function allClosed(server: RawServer): Promise<void> {
  await Promise.all([...server.openSockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
}
