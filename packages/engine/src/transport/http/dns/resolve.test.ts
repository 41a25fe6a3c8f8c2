import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { parseHosts } from './hosts-file.ts'
import { createResolver, type Resolver, type ResolverOptions } from './resolve.ts'
import { type DnsAnswer, type DnsQuestion, type DnsServer, recordsOf, startDnsServer } from '../testing/dns-server.ts'
import { hangMs } from '../testing/tools.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function setUp(
  answer: (question: DnsQuestion) => DnsAnswer,
  options: ResolverOptions = {},
): Promise<{ resolver: Resolver; dns: DnsServer }> {
  const dns = await startDnsServer(answer)
  const resolver = createResolver({ servers: [dns.address], hostsPath: '/nonexistent', ...options })
  cleanups.push(
    () => dns.close(),
    () => resolver.close(),
  )
  return { resolver, dns }
}

const A = (address: string, ttl = 60) => ({ type: 'A', address, ttl }) as const
const AAAA = (address: string, ttl = 60) => ({ type: 'AAAA', address, ttl }) as const

describe('answers of DNS (C11)', () => {
  test('A before AAAA', async () => {
    const { resolver } = await setUp((question) =>
      recordsOf(question, [AAAA('2606:4700::1'), A('8.8.8.8'), A('8.8.4.4')]),
    )
    expect(await resolver.resolve('a.test')).toEqual({ ok: true, addresses: ['8.8.8.8', '8.8.4.4', '2606:4700::1'] })
  })

  test('a CNAME is followed', async () => {
    const { resolver } = await setUp((question) =>
      recordsOf(question, [{ type: 'CNAME', to: 'metadata.google.internal' }, A('169.254.169.254')]),
    )
    expect(await resolver.resolve('a.test')).toEqual({ ok: true, addresses: ['169.254.169.254'] })
  })

  test('a CNAME that points to itself is an error', async () => {
    const { resolver } = await setUp((question) => ({ records: [{ type: 'CNAME', to: question.name }] }))
    expect(await resolver.resolve('a.test')).toMatchObject({ ok: false })
  })

  test('a thousand addresses, which need an answer over TCP, are all returned', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => A(`8.8.${i >> 8}.${i & 255}`))
    const { resolver } = await setUp((question) => recordsOf(question, [...many.slice(1), A('10.0.0.1')]))
    const resolution = await resolver.resolve('a.test')
    expect(resolution.ok && resolution.addresses.length).toBe(1000)
    expect(resolution.ok && resolution.addresses).toContain('10.0.0.1')
  })

  test.each([
    ['NXDOMAIN', 'dns_not_found', 'has no address in DNS'],
    ['SERVFAIL', 'dns_failed', 'answer with a failure'],
    ['REFUSED', 'dns_failed', 'refuse to answer'],
  ] as const)('%s is %s', async (failure, code, message) => {
    const { resolver } = await setUp(() => ({ failure }))
    expect(await resolver.resolve('a.test')).toMatchObject({
      ok: false,
      code,
      message: expect.stringContaining(message),
    })
  })

  test('a name without A and AAAA is not found', async () => {
    const { resolver } = await setUp(() => ({ records: [] }))
    expect(await resolver.resolve('a.test')).toMatchObject({ ok: false, code: 'dns_not_found' })
  })

  test('A records are enough when the AAAA lookup fails', async () => {
    const { resolver } = await setUp((question) =>
      question.type === 'A' ? recordsOf(question, [A('8.8.8.8')]) : { failure: 'SERVFAIL' },
    )
    expect(await resolver.resolve('a.test')).toEqual({ ok: true, addresses: ['8.8.8.8'] })
  })

  test('a lookup without an answer ends at the deadline', async () => {
    const { resolver } = await setUp(() => 'silence', { deadlineMs: 100 })
    const startedAtMs = performance.now()
    expect(await resolver.resolve('a.test')).toMatchObject({ ok: false, code: 'dns_failed' })
    expect(performance.now() - startedAtMs).toBeLessThan(hangMs)
  })

  test('a hundred lookups without an answer do not delay another one', async () => {
    const { resolver } = await setUp(
      (question) => (question.name.startsWith('slow') ? 'silence' : recordsOf(question, [A('8.8.8.8')])),
      { deadlineMs: 2_000 },
    )
    const slow = Array.from({ length: 100 }, (_, i) => resolver.resolve(`slow${i}.test`))
    const winner = await Promise.race([...slow, resolver.resolve('healthy.test')])
    expect(winner).toEqual({ ok: true, addresses: ['8.8.8.8'] })
    resolver.close()
    await Promise.all(slow)
  })
})

describe('the cache', () => {
  test('concurrent lookups of one name are one lookup', async () => {
    const { resolver, dns } = await setUp((question) => recordsOf(question, [A('8.8.8.8')]))
    await Promise.all(Array.from({ length: 50 }, () => resolver.resolve('a.test')))
    expect(dns.questions.map((question) => question.type).sort()).toEqual(['A', 'AAAA'])
  })

  test.each([
    ['a TTL of 0 counts as one second', 0, 999, 1_001],
    ['a TTL in between is kept', 7, 6_999, 7_001],
    ['a TTL of a day counts as thirty seconds', 86_400, 29_999, 30_001],
  ])('%s', async (_what, ttl, knownMs, forgottenMs) => {
    let nowMs = 0
    const { resolver } = await setUp((question) => recordsOf(question, [A('8.8.8.8', ttl)]), { now: () => nowMs })
    await resolver.resolve('a.test')
    nowMs = knownMs
    expect(resolver.cached('a.test')).toEqual({ ok: true, addresses: ['8.8.8.8'] })
    nowMs = forgottenMs
    expect(resolver.cached('a.test')).toBeUndefined()
  })

  test('a failure is cached for one second, so that a busy endpoint does not flood DNS', async () => {
    let nowMs = 0
    const { resolver } = await setUp(() => ({ failure: 'NXDOMAIN' }), { now: () => nowMs })
    await resolver.resolve('a.test')
    expect(resolver.cached('a.test')).toMatchObject({ code: 'dns_not_found' })
    nowMs = 1_001
    expect(resolver.cached('a.test')).toBeUndefined()
  })

  test('the number of names is bounded', async () => {
    const { resolver } = await setUp((question) => recordsOf(question, [A('8.8.8.8')]), { maxNames: 10 })
    for (let i = 0; i < 30; i++) await resolver.resolve(`name${i}.test`)
    const known = Array.from({ length: 30 }, (_, i) => resolver.cached(`name${i}.test`)).filter(
      (entry) => entry !== undefined,
    )
    expect(known.length).toBeLessThanOrEqual(10)
    expect(resolver.cached('name29.test')).toBeDefined()
  })
})

describe('without DNS', () => {
  test.each(['localhost', 'localhost.', 'app.localhost'])('%s is loopback', async (name) => {
    const { resolver, dns } = await setUp((question) => recordsOf(question, [A('8.8.8.8')]))
    expect(await resolver.resolve(name)).toEqual({ ok: true, addresses: ['127.0.0.1', '::1'] })
    expect(dns.questions).toEqual([])
  })

  test('the hosts file comes first and is read again when it changes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hosts-'))
    cleanups.push(() => rmSync(folder, { recursive: true }))
    const hostsPath = join(folder, 'hosts')
    let nowMs = 0
    const { resolver, dns } = await setUp(() => ({ failure: 'NXDOMAIN' }), { hostsPath, now: () => nowMs })
    expect(await resolver.resolve('receiver.test')).toMatchObject({ code: 'dns_not_found' })
    const asked = dns.questions.length

    writeFileSync(hostsPath, '10.1.2.3 Receiver.test alias # a comment\n')
    nowMs += 2_000
    expect(await resolver.resolve('receiver.test')).toEqual({ ok: true, addresses: ['10.1.2.3'] })
    writeFileSync(hostsPath, '10.1.2.3 receiver.test\nfd00::1 receiver.test\n')
    nowMs += 2_000
    expect(await resolver.resolve('receiver.test')).toEqual({ ok: true, addresses: ['10.1.2.3', 'fd00::1'] })
    expect(dns.questions.length).toBe(asked)
  })

  test('a hosts file with comments, tabs, aliases and duplicates', () => {
    const names = parseHosts(
      '# comment\n\n127.0.0.1\tlocalhost\n::1 localhost ip6-localhost#x\r\n10.0.0.1\n10.0.0.2 a a A\n',
    )
    expect([...names]).toEqual([
      ['localhost', ['127.0.0.1', '::1']],
      ['ip6-localhost', ['::1']],
      ['a', ['10.0.0.2']],
    ])
  })
})
