/** `pushed_at` is when a delivery was first sent: retries repeat it, and whoever sends a message again begins a new push. */
import { dialect, type Dialect } from '@posthorn/wire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../src/index.ts'
import { open } from '../src/open.ts'
import { VirtualClock } from '../sim/virtual-clock.ts'
import { scriptedTransport } from './scripted-transport.ts'

const org = 'org_push'
const app = 'acme'
const start = Date.UTC(2026, 10, 28, 12)
const secondMs = 1000
const hourMs = 3_600_000
const { dialect: signinapp } = dialect('signinapp')

/** The same format, of somebody who read the vendor's page the other way. */
const renewing: Dialect = { ...signinapp, name: 'renewing', pushedAt: 'everyAttempt' }
/** Batches that say when they were pushed. */
const batched: Dialect = {
  name: 'batched',
  title: 'Batched',
  version: 1,
  request: { method: 'POST', contentType: 'application/json' },
  body: {
    kind: 'json',
    shape: { id: { $: 'id' }, type: { $: 'type' }, at: { $: 'pushedAt', as: 'isoMs' }, data: { $: 'payload' } },
    batch: { form: 'array', maxMessages: 10, maxBytes: 100_000, maxWaitMs: 2000 },
  },
  signatures: [],
}

interface Seen {
  readonly at: number
  readonly path: string
  readonly body: string
}

let clock: VirtualClock
let engine: Engine
let seen: Seen[]
let answer: number

beforeEach(async () => {
  clock = new VirtualClock(start)
  seen = []
  answer = 200
  const transport = scriptedTransport(clock, ({ url, body }) => {
    seen.push({
      at: clock.now,
      path: new URL(url).pathname,
      body: new TextDecoder().decode(body ?? new Uint8Array()),
    })
    return { status: answer }
  })
  engine = await open({
    database: 'sqlite::memory:',
    threads: false,
    clock: clock.processClock().clock,
    transport,
    dialects: [renewing, batched],
    policy: { retrySchedule: [60, 60, 60] },
  })
  await engine.applications.create(org, { uid: app, name: 'Acme' })
})

afterEach(() => engine.close({ graceMs: 0 }))

async function endpoint(name: string, path = '/in'): Promise<string> {
  const input = { url: `https://hooks.example.com${path}`, dialect: name, secret: null }
  return (await engine.endpoints.create(org, app, name === 'batched' ? { ...input, batch: {} } : input)).id
}

const send = async (more: object = {}): Promise<string> =>
  (await engine.send(org, app, { eventType: 'visitor.signin', payload: '{"visitor":{"id":7}}', ...more })).id

const until = (time: number): Promise<void> => clock.runUntil(time)
const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
const pushed = (body: string): string => (JSON.parse(body) as { pushed_at: string }).pushed_at

describe('Sign In App', () => {
  test('a message that is sent at once: the time at which it leaves', async () => {
    await endpoint('signinapp')
    await send({ occurredAt: start - hourMs })
    await until(start + 10)
    expect(seen.map(({ body }) => pushed(body))).toEqual([iso(start)])
  })

  test('a scheduled message: the time at which it leaves, not that of the accept', async () => {
    await endpoint('signinapp')
    await send({ deliverAt: start + hourMs })
    await until(start + hourMs + 10)
    expect(seen).toHaveLength(1)
    expect(pushed(seen[0]!.body)).toBe(iso(start + hourMs))
  })

  test('a retry repeats it, byte for byte, also of a scheduled message', async () => {
    await endpoint('signinapp')
    answer = 500
    await send({ deliverAt: start + hourMs })
    await until(start + hourMs + 10)
    await until(start + 2 * hourMs)
    expect(seen).toHaveLength(4)
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1)
    expect(pushed(seen[3]!.body)).toBe(iso(start + hourMs))
  })

  test('sent again by hand: a new push, whose own retries repeat the new time', async () => {
    const id = await endpoint('signinapp')
    const message = await send()
    await until(start + 10)
    await until(start + hourMs)
    await engine.resend(org, app, message, id)
    await until(start + hourMs + 10)
    expect(seen.map(({ body }) => pushed(body))).toEqual([iso(start), iso(start + hourMs)])
  })

  test('sent by hand while it waits for a retry: a new push from then on', async () => {
    const id = await endpoint('signinapp')
    answer = 500
    const message = await send()
    await until(start + 10)
    await until(start + 20 * secondMs)
    await engine.resend(org, app, message, id)
    await until(start + 20 * secondMs + 10)
    await until(start + hourMs)
    const times = seen.map(({ body }) => pushed(body))
    expect(times.slice(0, 2)).toEqual([iso(start), iso(start + 20 * secondMs)])
    expect(times.length).toBeGreaterThan(2)
    expect(new Set(times.slice(1))).toEqual(new Set([iso(start + 20 * secondMs)]))
  })

  test('recovered after it was used up: a new push', async () => {
    const id = await endpoint('signinapp')
    answer = 500
    await send()
    await until(start + 10)
    await until(start + hourMs)
    const before = seen.length
    answer = 200
    await engine.endpoints.recover(org, app, id, { since: start - 1 })
    await until(start + hourMs + 10)
    expect(seen.slice(before).map(({ body }) => pushed(body))).toEqual([iso(start + hourMs)])
  })

  test('held while its endpoint was off, and released: the time at which it left', async () => {
    const id = await endpoint('signinapp')
    await engine.endpoints.update(org, app, id, { disabled: true })
    await endpoint('signinapp', '/other')
    await engine.endpoints.update(org, app, id, { disabled: false })
    answer = 410
    await send()
    await until(start + 10)
    await send()
    await until(start + hourMs)
    const held = seen.length
    answer = 200
    await engine.endpoints.update(org, app, id, { disabled: false })
    await engine.endpoints.recover(org, app, id, { since: start - 1 })
    await until(start + hourMs + 10)
    const released = seen.slice(held).map(({ body }) => pushed(body))
    // The one that had an attempt before goes on with its push; the other one begins.
    expect(new Set(released)).toEqual(new Set([iso(start), iso(start + hourMs)]))
  })

  test('two endpoints whose pushes differ get each its own', async () => {
    const first = await endpoint('signinapp', '/first')
    await endpoint('signinapp', '/second')
    const message = await send()
    await until(start + 10)
    await until(start + hourMs)
    await engine.resend(org, app, message, first)
    await until(start + hourMs + 10)
    expect(seen.map(({ path, body }) => [path, pushed(body)])).toEqual([
      ['/first', iso(start)],
      ['/second', iso(start)],
      ['/first', iso(start + hourMs)],
    ])
  })

  test('the log makes each body again as it was sent', async () => {
    const id = await endpoint('signinapp')
    answer = 500
    const message = await send({ deliverAt: start + hourMs })
    await until(start + hourMs + 10)
    await until(start + 2 * hourMs)
    await engine.resend(org, app, message, id)
    await until(start + 2 * hourMs + 10)
    const { data } = await engine.attempts.list(org, app, { message })
    const bodies = await Promise.all(data.map((attempt) => engine.attempts.requestBody(attempt)))
    expect(bodies).toHaveLength(seen.length)
    expect(new Set(bodies)).toEqual(new Set(seen.map(({ body }) => body)))
  })
})

test('a dialect may say that every attempt is a push: then a retry has a time of its own', async () => {
  await endpoint('renewing')
  answer = 500
  await send()
  await until(start + 10)
  await until(start + hourMs)
  expect(seen.map(({ body }) => pushed(body))).toEqual(seen.map(({ at }) => iso(at)))
  expect(new Set(seen.map(({ body }) => body)).size).toBe(4)
})

test('a batch has one time for all its messages, and its retries have the same bytes', async () => {
  await endpoint('batched')
  answer = 500
  for (let count = 0; count < 3; count += 1) await send()
  await until(start + 5 * secondMs)
  await until(start + hourMs)
  expect(seen.length).toBeGreaterThan(1)
  expect(new Set(seen.map(({ body }) => body)).size).toBe(1)
  const members = JSON.parse(seen[0]!.body) as { at: string }[]
  expect(members.map(({ at }) => at)).toEqual(members.map(() => new Date(seen[0]!.at).toISOString()))
  expect(members).toHaveLength(3)
})
