/** Probes of real servers. Its address rules are the guard's, which have their own tests. */
import { once } from 'node:events'
import type net from 'node:net'
import tls from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Probe, ProbeOptions, ProbeStep, ProbeStepName } from '../../transport.ts'
import { printable } from './printable.ts'
import { httpTransport, type HttpTransportOptions } from '../http-transport.ts'
import { type Certificate, makeCertificate } from '../testing/certificates.ts'
import { type DnsAnswer, type DnsServer, recordsOf, startDnsServer } from '../testing/dns-server.ts'
import { OK_RESPONSE, type RawHandlers, startRawServer } from '../testing/raw-server.ts'
import { missing, runs } from '../testing/tools.ts'

const DAY_MS = 86_400_000
const openssl = runs('openssl', 'version')

let dns: DnsServer
let answer: DnsAnswer | null = null
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  dns = await startDnsServer((asked) => answer ?? recordsOf(asked, [{ type: 'A', address: '127.0.0.1' }]))
})
afterAll(() => dns.close())
afterEach(async () => {
  answer = null
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function open(options: HttpTransportOptions = {}) {
  const resolver = { servers: [dns.address], hostsPath: '/nonexistent' }
  const transport = httpTransport({ allowPrivate: ['127.0.0.0/8'], resolver, ...options })
  cleanups.push(() => transport.close(0))
  return transport
}

async function start(handlers: RawHandlers) {
  const server = await startRawServer(handlers)
  cleanups.push(() => server.close())
  return server
}

const answering = (response: string) => start({ onRequest: (socket) => socket.write(response, 'latin1') })

const probe = (url: string, options: Partial<ProbeOptions> = {}): Promise<Probe> =>
  open().probe(url, { timeoutMs: 5_000, ...options })

const stepOf = ({ steps }: Probe, name: ProbeStepName): ProbeStep => steps.find(({ step }) => step === name)!
const verdicts = ({ steps }: Probe): (boolean | null)[] => steps.map(({ ok }) => ok)

describe('a probe', () => {
  test('of a receiver by name: every step and its result', async () => {
    const server = await answering(OK_RESPONSE)
    const found = await probe(`http://hooks.test:${server.port}/hook?a=1`)
    expect(verdicts(found)).toEqual([true, true, true, null, true])
    expect(stepOf(found, 'dns').message).toContain('hooks.test resolves to 127.0.0.1')
    expect(stepOf(found, 'connect').message).toBe(`hooks.test (127.0.0.1:${server.port}) accepts connections`)
    expect(stepOf(found, 'tls').message).toContain('use https:')
    expect(stepOf(found, 'redirect').message).toBe('no redirect: HEAD was answered with 200')
    for (const name of ['dns', 'connect', 'redirect'] as const)
      expect(stepOf(found, name).durationMs).toBeGreaterThan(0)
    expect(found).toMatchObject({ remoteAddress: '127.0.0.1', tls: null })
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]!.head).toMatch(/^HEAD \/hook\?a=1 HTTP\/1\.1\r\nhost: hooks\.test/)
    expect(server.requests[0]!.body).toHaveLength(0)
  })

  test('of an address looks nothing up', async () => {
    const server = await answering(OK_RESPONSE)
    const found = await probe(server.url)
    expect(verdicts(found)).toEqual([true, null, true, null, true])
    expect(stepOf(found, 'dns').message).toContain('nothing to look up')
  })

  test('uses its own connection and closes it', async () => {
    const server = await answering(OK_RESPONSE)
    const transport = open()
    const request = { method: 'POST', url: server.url, headers: [], body: null, timeoutMs: 5_000 }
    await transport.send(request)
    await transport.probe(server.url, { timeoutMs: 5_000 })
    await transport.send(request)
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2, 1])
    await expect.poll(() => server.openSockets.size).toBe(1)
  })

  test.each([204, 400, 401, 404, 405, 410, 429, 500, 501])('passes with %i', async (status) => {
    const server = await answering(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`)
    const found = stepOf(await probe(server.url), 'redirect')
    expect(found).toMatchObject({ ok: true, message: `no redirect: HEAD was answered with ${status}` })
  })

  test.each([301, 302, 303, 307, 308])('%i is reported as a redirect, with its location', async (status) => {
    const server = await answering(`HTTP/1.1 ${status} X\r\nlocation: /new?b=2\r\ncontent-length: 0\r\n\r\n`)
    const found = stepOf(await probe(server.url), 'redirect')
    expect(found.ok).toBe(false)
    expect(found.message).toBe(
      `HEAD was answered with ${status}, and deliveries do not follow redirects: use http://127.0.0.1:${server.port}/new?b=2`,
    )
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    ['no text', '', 'the receiver has to answer without redirecting'],
    ['credentials', 'https://me:secret@example.com/', 'use https://example.com/'],
    ['letters beyond ASCII', 'https://example.com/caf\xe9\t', 'use https://example.com/caf%C3%A9'],
    ['no valid URL', 'https://[\x85\xad', 'use https://[??'],
    ['very long', `/${'a'.repeat(5_000)}`, `${'a'.repeat(100)}...`],
  ])('a location with %s is shown safely', async (_what, location, says) => {
    const header = location === '' ? '' : `location: ${location}\r\n`
    const server = await answering(`HTTP/1.1 302 X\r\n${header}content-length: 0\r\n\r\n`)
    const { ok, message } = stepOf(await probe(server.url), 'redirect')
    expect(ok).toBe(false)
    expect(message).toContain(says)
    expect(message.length).toBeLessThan(400)
    expect(message).not.toContain('secret')
  })

  test('text of a receiver is made printable', () => {
    expect(printable('a\x1b[31m\u202eb\r\n\u2028c')).toBe('a?[31m?b???c')
    expect(printable('é 漢')).toBe('é 漢')
    expect(printable('x'.repeat(201))).toBe(`${'x'.repeat(200)}...`)
  })

  test.each<[what: string, handlers: RawHandlers, code: string]>([
    ['resets the connection', { onRequest: (socket) => socket.resetAndDestroy() }, 'connection_reset'],
    ['closes the connection', { onRequest: (socket) => socket.end() }, 'connection_reset'],
    ['answers nonsense', { onRequest: (socket) => socket.end('SSH-2.0-x\r\n') }, 'response_malformed'],
    ['does not answer', {}, 'timeout'],
  ])('a receiver that %s on HEAD may still take messages', async (_what, handlers, code) => {
    const server = await start(handlers)
    const found = await probe(server.url, { timeoutMs: 300 })
    expect(verdicts(found)).toEqual([true, null, true, null, null])
    expect(stepOf(found, 'redirect').message).toContain(`HEAD was not answered (${code})`)
  })

  test('a receiver that answers HEAD with a body passes', async () => {
    const server = await start({
      onRequest: (socket) => socket.end('HTTP/1.1 405 No\r\ncontent-length: 5\r\n\r\nhello'),
    })
    expect(stepOf(await probe(server.url), 'redirect').ok).toBe(true)
  })

  test('no process listens on the port', async () => {
    const server = await start({})
    await server.close()
    cleanups.pop()
    const found = await probe(server.url)
    expect(verdicts(found)).toEqual([true, null, false, null, null])
    expect(stepOf(found, 'connect').message).toContain('check that the receiver runs')
    expect(stepOf(found, 'tls').message).toContain('not tried')
    expect(found.remoteAddress).toBeNull()
  })

  test.each<[what: string, said: DnsAnswer, says: string]>([
    ['a name that does not exist', { failure: 'NXDOMAIN' }, 'has no address in DNS'],
    ['name servers that fail', { failure: 'SERVFAIL' }, 'could not be looked up'],
    ['name servers that do not answer', 'silence', 'could not be looked up within 0.3 s'],
    [
      'a private address',
      { records: [{ type: 'A', address: '10.0.0.7' }] },
      'resolves to 10.0.0.7, which is a private',
    ],
    [
      'a private address among allowed ones',
      { records: ['127.0.0.1', '192.168.1.1'].map((address) => ({ type: 'A', address })) },
      'resolves to 192.168.1.1, which is a private',
    ],
  ])('DNS: %s', async (_what, said, says) => {
    answer = said
    const found = await probe('https://hooks.test/', { timeoutMs: said === 'silence' ? 300 : 5_000 })
    expect(verdicts(found)).toEqual([true, false, null, null, null])
    expect(stepOf(found, 'dns').message).toContain(says)
  })

  test.each([
    ['http://10.0.0.7/', 'is a private address'],
    ['http://[::ffff:a9fe:a9fe]/', 'is a link-local address (cloud metadata)'],
    ['https://user:pass@hooks.test/', 'carries a user name or password'],
    ['ftp://hooks.test/', 'is not a scheme for webhooks'],
    ['not a url', 'is not a URL'],
  ])('%s is refused before the network is used', async (url, says) => {
    const asked = dns.questions.length
    const found = await probe(url)
    expect(verdicts(found)).toEqual([false, null, null, null, null])
    expect(stepOf(found, 'address').message).toContain(says)
    expect(dns.questions).toHaveLength(asked)
  })

  test('http: where only https: is allowed', async () => {
    const server = await answering(OK_RESPONSE)
    const found = await probe(server.url, { httpsOnly: true })
    expect(stepOf(found, 'address')).toMatchObject({ ok: false, message: expect.stringContaining('use https:') })
    expect(server.connectionCount).toBe(0)
  })

  test('closing the transport ends it', async () => {
    const server = await start({})
    const transport = open()
    const probing = transport.probe(server.url, { timeoutMs: 10_000 })
    await expect.poll(() => server.requests.length).toBe(1)
    await transport.close(20)
    expect(stepOf(await probing, 'redirect').message).toContain('transport_closed')
  })
})

describe.skipIf(!openssl)(`TLS${missing('openssl', openssl)}`, () => {
  const names = 'DNS:hooks.test,IP:127.0.0.1'
  let authority: Certificate
  beforeAll(() => {
    authority = makeCertificate({ names: 'DNS:authority.test', isAuthority: true })
  })

  async function serve(certificate: Certificate): Promise<{ port: number; requests: string[] }> {
    const requests: string[] = []
    const server = tls.createServer(certificate, (socket) => {
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
    return { port: (server.address() as net.AddressInfo).port, requests }
  }

  const probeTls = (port: number, options: HttpTransportOptions = {}): Promise<Probe> =>
    open({ extraCa: [authority.cert], ...options }).probe(`https://hooks.test:${port}/`, { timeoutMs: 5_000 })

  const lasting = (fromDays: number, toDays: number) => ({
    from: new Date(Date.now() + fromDays * DAY_MS),
    to: new Date(Date.now() + toDays * DAY_MS),
  })

  test('a valid certificate: its names and its end', async () => {
    const validity = lasting(-1, 90.5)
    const server = await serve(makeCertificate({ names, signedBy: authority, validity }))
    const found = await probeTls(server.port)
    expect(verdicts(found)).toEqual([true, true, true, true, true])
    expect(found.tls).toEqual({
      protocol: 'TLSv1.3',
      certificate: {
        subject: 'CN=posthorn test',
        issuer: 'CN=posthorn test',
        validTo: Math.floor(validity.to.getTime() / 1000) * 1000,
        daysLeft: 90,
      },
    })
    expect(stepOf(found, 'tls').message).toBe('TLSv1.3, with a certificate that is valid for 90 days')
    expect(stepOf(found, 'tls').durationMs).toBeGreaterThan(0)
    expect(server.requests).toEqual([expect.stringMatching(/^HEAD \/ HTTP\/1\.1\r\n/)])
  })

  test('a certificate that expires soon passes, with a warning', async () => {
    const server = await serve(makeCertificate({ names, signedBy: authority, validity: lasting(-1, 1.5) }))
    expect(stepOf(await probeTls(server.port), 'tls')).toMatchObject({
      ok: true,
      message: 'TLSv1.3, with a certificate that is valid for 1 day only: renew it before deliveries fail',
    })
  })

  test.each<[what: string, make: () => Certificate, says: string]>([
    ['self-signed', () => makeCertificate({ names }), 'is not signed by a known authority'],
    ['expired', () => makeCertificate({ names, signedBy: authority, validity: lasting(-3, -1) }), 'has expired'],
    [
      'for another name',
      () => makeCertificate({ names: 'DNS:other.test', signedBy: authority }),
      'is for another name: the receiver needs one for the name in the URL',
    ],
  ])('%s', async (_what, make, says) => {
    const server = await serve(make())
    const found = await probeTls(server.port)
    expect(verdicts(found)).toEqual([true, true, true, false, null])
    expect(stepOf(found, 'tls').message).toContain(says)
    expect(found).toMatchObject({ remoteAddress: '127.0.0.1', tls: null })
    expect(server.requests).toEqual([])
  })

  test('a server without TLS, and one whose handshake never ends', async () => {
    const plain = await start({ onBytes: (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') })
    expect(verdicts(await probeTls(plain.port))).toEqual([true, true, true, false, null])

    const silent = await start({})
    const found = await open().probe(`https://127.0.0.1:${silent.port}/`, { timeoutMs: 300 })
    expect(verdicts(found)).toEqual([true, null, true, false, null])
    expect(stepOf(found, 'tls').durationMs).toBeGreaterThan(100)
  })

  test('each probe makes a full handshake, so it sees a replaced certificate', async () => {
    const server = await serve(makeCertificate({ names, signedBy: authority, validity: lasting(-1, 30.5) }))
    const transport = open({ extraCa: [authority.cert] })
    const url = `https://hooks.test:${server.port}/`
    for (let i = 0; i < 3; i++) {
      await transport.send({ method: 'POST', url, headers: [], body: null, timeoutMs: 5_000 })
      expect((await transport.probe(url, { timeoutMs: 5_000 })).tls?.certificate.daysLeft).toBe(30)
    }
  })
})
