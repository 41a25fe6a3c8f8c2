/** C9: a receiver that asks for a pause gets it: no delivery of its lane goes out, and no other lane waits. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../src/index.ts'
import { open } from '../src/open.ts'
import type { Transport } from '../src/transport/transport.ts'
import { VirtualClock } from '../sim/virtual-clock.ts'
import { scriptedTransport } from './scripted-transport.ts'

const org = 'org_pause'
const secondMs = 1000

let clock: VirtualClock
let engine: Engine
let transport: Transport
/** The message that was sent last. */
let lastId: string
let requests: { readonly at: number; readonly path: string }[]
let answer: (path: string) => { readonly status: number; readonly retryAfter?: string }

beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2026, 10, 28))
  requests = []
  transport = scriptedTransport(clock, ({ url }) => {
    const path = new URL(url).pathname
    requests.push({ at: clock.now, path })
    const { status, retryAfter } = answer(path)
    return { status, headers: retryAfter === undefined ? [] : [['retry-after', retryAfter]] }
  })
  engine = await open(options())
  await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
})
function options() {
  return {
    database: 'sqlite::memory:',
    threads: false,
    clock: clock.processClock().clock,
    transport,
    policy: { retrySchedule: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1] },
  }
}

afterEach(() => engine.close({ graceMs: 0 }))

const endpoint = (path: string) =>
  engine.endpoints.create(org, 'acme', { url: `https://hooks.example.com${path}`, uid: path.slice(1) })
const later = (ms: number) => clock.runUntil(clock.now + ms)
const sentTo = (path: string, since = 0) => requests.filter((request) => request.path === path && request.at >= since)

async function send(count: number): Promise<void> {
  for (let n = 0; n < count; n++) lastId = (await engine.send(org, 'acme', { eventType: 'a', payload: { n } })).id
  await later(1)
}

test.each([429, 503])('a %i with Retry-After holds back the whole lane, and no other', async (status) => {
  await endpoint('/busy')
  await endpoint('/free')
  answer = (path) => (path === '/busy' ? { status, retryAfter: '60' } : { status: 200 })
  await send(30)
  await later(3 * secondMs)
  await send(20)
  await later(5 * secondMs)
  // What was out when the first answer came, and nothing after it.
  expect(sentTo('/busy').length).toBeLessThanOrEqual(8)
  expect(sentTo('/free')).toHaveLength(50)
  const before = sentTo('/busy').length
  await later(45 * secondMs)
  expect(sentTo('/busy')).toHaveLength(before)

  answer = () => ({ status: 200 })
  await later(80 * secondMs)
  expect(sentTo('/busy').length - before).toBe(50)
  expect(await engine.endpoints.stats(org, 'acme', 'busy')).toMatchObject({ success: 50, pending: 0 })
})

test('every refusal asks anew: the lane sends a few at a time, once a minute', async () => {
  await endpoint('/busy')
  answer = () => ({ status: 429, retryAfter: '60' })
  await send(50)
  for (let minute = 1; minute <= 4; minute++) await later(60 * secondMs)
  expect(requests.length).toBeLessThanOrEqual(8 + 4 * 4)
})

test('a pause is an hour at most', async () => {
  await endpoint('/busy')
  answer = () => ({ status: 503, retryAfter: '1000000000' })
  await send(20)
  const before = requests.length
  answer = () => ({ status: 200 })
  await later(3599 * secondMs)
  expect(requests).toHaveLength(before)
  await later(2 * secondMs)
  expect(requests.length).toBeGreaterThan(before)
})

test('a batch waits too', async () => {
  await engine.endpoints.create(org, 'acme', {
    url: 'https://hooks.example.com/batch',
    dialect: 'comapi',
    secret: 'a secret of twenty characters',
    params: { accountId: '1', apiSpaceId: 'space' },
    batch: { maxMessages: 2, maxWaitSeconds: 1 },
  })
  answer = () => ({ status: 429, retryAfter: '30' })
  await send(10)
  await later(20 * secondMs)
  expect(requests).toHaveLength(1)
  answer = () => ({ status: 200 })
  await later(60 * secondMs)
  expect(requests.length).toBeGreaterThanOrEqual(6)
})

test('an edit of the endpoint, or switching it on again, ends the pause', async () => {
  const { id } = await endpoint('/busy')
  answer = (path) => (path === '/busy' ? { status: 429, retryAfter: '3600' } : { status: 200 })
  await send(20)
  expect(sentTo('/elsewhere')).toHaveLength(0)
  await engine.endpoints.update(org, 'acme', id, { url: 'https://hooks.example.com/elsewhere' })
  await later(secondMs)
  expect(sentTo('/elsewhere').length).toBeGreaterThanOrEqual(12)
})

test('a status without Retry-After, and a Retry-After of another status, hold back nothing', async () => {
  await endpoint('/plain')
  answer = () => ({ status: 500, retryAfter: '60' })
  await send(30)
  await later(secondMs)
  expect(requests.length).toBeGreaterThanOrEqual(30)
})

describe('a pause is a field of the endpoint', () => {
  const pausedUntil = async () => (await engine.endpoints.get(org, 'acme', 'busy')).pausedUntil

  test('the endpoint shows until when it waits, and a success after it takes that away', async () => {
    await endpoint('/busy')
    answer = () => ({ status: 429, retryAfter: '60' })
    await send(20)
    expect(await pausedUntil()).toBeGreaterThanOrEqual(clock.now + 59 * secondMs)
    answer = () => ({ status: 200 })
    await later(90 * secondMs)
    expect(await pausedUntil()).toBeNull()
  })

  test.each([
    ['a message that is sent again by hand', () => engine.resend(org, 'acme', lastId, 'busy')],
    ['recover', () => engine.endpoints.recover(org, 'acme', 'busy', { since: clock.now - 60 * secondMs })],
    ['switching it on although it is on', () => engine.endpoints.activate(org, 'acme', 'busy')],
    ['an edit', () => engine.endpoints.update(org, 'acme', 'busy', { name: 'Busy' })],
  ])('%s ends it', async (_what, act) => {
    await endpoint('/busy')
    answer = () => ({ status: 429, retryAfter: '600' })
    await send(20)
    const before = requests.length
    answer = () => ({ status: 200 })
    await later(5 * secondMs)
    expect(requests).toHaveLength(before)
    await act()
    expect(await pausedUntil()).toBeNull()
    await later(5 * secondMs)
    expect(requests.length).toBeGreaterThanOrEqual(before + 12)
  })

  test('it outlives a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-pause-'))
    const database = `sqlite:${folder}`
    const restart = async () => {
      await engine.close({ graceMs: 0 })
      engine = await open({ ...options(), database })
    }
    try {
      await restart()
      await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
      await endpoint('/busy')
      answer = () => ({ status: 503, retryAfter: '60' })
      await send(30)
      const before = requests.length
      await restart()
      answer = () => ({ status: 200 })
      await send(20)
      await later(50 * secondMs)
      expect(requests).toHaveLength(before)
      await later(60 * secondMs)
      expect(requests.length - before).toBe(50)
      await engine.close({ graceMs: 0 })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
