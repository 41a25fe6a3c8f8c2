/** Faults in a receiver's TLS and the error code of each (RELIABILITY C2). */
import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../../transport.ts'
import { httpTransport, type HttpTransportOptions } from '../http-transport.ts'
import { type Certificate, makeCertificate } from '../testing/certificates.ts'
import { type DnsServer, recordsOf, startDnsServer } from '../testing/dns-server.ts'
import { OK_RESPONSE } from '../testing/raw-server.ts'
import { hangMs, missing, runs } from '../testing/tools.ts'

const DAY_MS = 86_400_000
const openssl = runs('openssl', 'version')

describe.skipIf(!openssl)(`TLS${missing('openssl', openssl)}`, () => {
  const names = 'DNS:hooks.test,IP:127.0.0.1'
  let authority: Certificate
  let good: Certificate
  let dns: DnsServer
  const cleanups: (() => unknown)[] = []

  beforeAll(async () => {
    authority = makeCertificate({ names: 'DNS:authority.test', isAuthority: true })
    good = makeCertificate({ names, signedBy: authority })
    dns = await startDnsServer((question) => recordsOf(question, [{ type: 'A', address: '127.0.0.1' }]))
  })
  afterAll(() => dns.close())
  afterEach(async () => {
    vi.unstubAllEnvs()
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  async function start(options: tls.TlsOptions): Promise<{ port: number; requests: string[]; servernames: unknown[] }> {
    const requests: string[] = []
    const servernames: unknown[] = []
    const server = tls.createServer(options, (socket) => {
      servernames.push(socket.servername)
      socket.on('error', () => socket.destroy())
      socket.on('data', (data) => {
        requests.push(data.toString('latin1'))
        socket.write(OK_RESPONSE)
      })
    })
    server.on('tlsClientError', () => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => server.close())
    return { port: (server.address() as net.AddressInfo).port, requests, servernames }
  }

  /** A TCP server, for handshakes that a TLS server would never make. */
  async function startTcp(onBytes: (socket: net.Socket) => void): Promise<number> {
    const sockets = new Set<net.Socket>()
    const server = net.createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('data', () => onBytes(socket))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return (server.address() as net.AddressInfo).port
  }

  function open(options: HttpTransportOptions = {}) {
    const transport = httpTransport({
      allowPrivate: ['127.0.0.0/8'],
      extraCa: [authority.cert],
      resolver: { servers: [dns.address], hostsPath: '/nonexistent' },
      ...options,
    })
    cleanups.push(() => transport.close(0))
    return transport
  }

  function send(port: number, transport = open(), host = 'hooks.test', timeoutMs = 5_000): Promise<Outcome> {
    const url = `https://${host}:${port}/hook`
    return transport.send({ method: 'POST', url, headers: [], body: Buffer.from('{}'), timeoutMs })
  }

  test('a certificate of an added authority, by name and by address', async () => {
    const server = await start(good)
    expect(await send(server.port)).toMatchObject({ response: { code: 200 }, remoteAddress: '127.0.0.1' })
    expect(await send(server.port, open(), '127.0.0.1')).toMatchObject({ kind: 'accepted' })
    // RFC 6066: SNI has no IP addresses.
    expect(server.servernames).toEqual(['hooks.test', false])
    expect(server.requests[0]).toContain(`host: hooks.test:${server.port}`)
  })

  test('a name with a final dot is the same name', async () => {
    const server = await start(good)
    expect(await send(server.port, open(), 'hooks.test.')).toMatchObject({ kind: 'accepted' })
    expect(server.servernames).toEqual(['hooks.test'])
  })

  test.each<[what: string, code: string, make: () => Certificate]>([
    ['expired', 'tls_expired', () => makeCertificate({ names, signedBy: authority, validity: validity(-3, -1) })],
    ['not valid yet', 'tls_expired', () => makeCertificate({ names, signedBy: authority, validity: validity(1, 3) })],
    ['self-signed', 'tls_untrusted', () => makeCertificate({ names })],
    [
      'of an unknown authority',
      'tls_untrusted',
      () => makeCertificate({ names, signedBy: makeCertificate({ names: 'DNS:x.test', isAuthority: true }) }),
    ],
    ['of something that is no authority', 'tls_untrusted', () => makeCertificate({ names, signedBy: good })],
    ['for another name', 'tls_wrong_host', () => makeCertificate({ names: 'DNS:other.test', signedBy: authority })],
  ])('%s: %s, and nothing was sent', async (_what, code, make) => {
    const server = await start(make())
    const outcome = await send(server.port)
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code }, maybeSent: false })
    expect(server.requests).toEqual([])
  })

  test('a key of 512 bits is refused', async () => {
    // By default Node's server refuses such a key.
    const server = await start({
      ...makeCertificate({ names, signedBy: authority, rsaBits: 512 }),
      ciphers: 'DEFAULT:@SECLEVEL=0',
      sigalgs: 'RSA+SHA256',
      maxVersion: 'TLSv1.2',
    })
    const outcome = await send(server.port)
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'tls_failed' }, maybeSent: false })
    expect(outcome.kind === 'unknown' && outcome.error.message).toContain('is too weak')
  })

  test('TLS 1.1 is refused', async () => {
    const server = await start({
      ...good,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    })
    expect(await send(server.port)).toMatchObject({ kind: 'unknown', error: { code: 'tls_failed' }, maybeSent: false })
  })

  test('a reset in the handshake', async () => {
    const port = await startTcp((socket) => socket.resetAndDestroy())
    expect(await send(port)).toMatchObject({ kind: 'unknown', error: { code: 'tls_failed' }, maybeSent: false })
  })

  test('a server that answers in plain HTTP is sent nothing in plain HTTP', async () => {
    let bytes = ''
    const port = await startTcp((socket) => {
      socket.on('data', (data) => (bytes += data.toString('latin1')))
      socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')
    })
    expect(await send(port)).toMatchObject({ kind: 'unknown', error: { code: 'tls_failed' }, maybeSent: false })
    expect(bytes).not.toContain('POST')
  })

  test('a handshake that stalls gives a timeout at the deadline', async () => {
    const port = await startTcp(() => {})
    const outcome = await send(port, open(), 'hooks.test', 200)
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'timeout' }, maybeSent: false })
    expect(outcome.timings.totalMs).toBeLessThan(hangMs)
  })

  test('without the added authority its certificates are not trusted', async () => {
    const server = await start(good)
    const outcome = await send(server.port, open({ extraCa: [] }))
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'tls_untrusted' } })
    expect(outcome.kind === 'unknown' && outcome.error.message).toContain('POSTHORN_EXTRA_CA')
  })

  test('an added authority is trusted in addition to the public ones', async () => {
    const server = await start(good)
    const publicOnes = tls.getCACertificates('default')
    cleanups.push(() => tls.setDefaultCACertificates(publicOnes))
    tls.setDefaultCACertificates([authority.cert])
    const another = makeCertificate({ names: 'DNS:another.test', isAuthority: true })
    expect(await send(server.port, open({ extraCa: [another.cert] }))).toMatchObject({ kind: 'accepted' })
  })

  test('there is no switch to turn verification off', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    expect(() => httpTransport()).toThrow('POSTHORN_EXTRA_CA')
    vi.unstubAllEnvs()

    // Setting it later has no effect either.
    const transport = open()
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const server = await start(makeCertificate({ names }))
    expect(await send(server.port, transport)).toMatchObject({ kind: 'unknown', error: { code: 'tls_untrusted' } })
    expect(server.requests).toEqual([])
  })

  function validity(fromDays: number, toDays: number) {
    return { from: new Date(Date.now() + fromDays * DAY_MS), to: new Date(Date.now() + toDays * DAY_MS) }
  }
})
