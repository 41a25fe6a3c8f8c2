/** What is sent again by hand: how many attempts it gets, what `recover` counts, and that every place tells the same of a delivery. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DeliveryState, Engine, Message } from '../src/index.ts'
import { open } from '../src/open.ts'
import { VirtualClock } from '../sim/virtual-clock.ts'
import { scriptedTransport } from './scripted-transport.ts'

const org = 'org_hand'
const app = 'acme'
const hook = 'hook'
const secondMs = 1000
const hourMs = 3600 * secondMs

let clock: VirtualClock
let engine: Engine
let status: number
let requests: number[]
/** On the virtual clock. */
let answersAfterMs: number

beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2026, 10, 28))
  requests = []
  status = 500
  answersAfterMs = 0
  const { clock: engineClock } = clock.processClock()
  const transport = scriptedTransport(clock, async () => {
    requests.push(clock.now)
    if (answersAfterMs > 0) await new Promise<void>((resolve) => engineClock.after(answersAfterMs, resolve))
    return { status }
  })
  engine = await open({
    database: 'sqlite::memory:',
    threads: false,
    clock: engineClock,
    transport,
    policy: { retrySchedule: [10, 100, 1000] },
  })
  await engine.applications.create(org, { uid: app, name: 'Acme' })
  await engine.endpoints.create(org, app, { url: 'https://hooks.example.com/', uid: hook })
})

afterEach(() => engine.close({ graceMs: 0 }))

const later = (ms: number) => clock.runUntil(clock.now + ms)
const recover = (range: { since: number; until?: number } = { since: clock.now - 24 * hourMs }) =>
  engine.endpoints.recover(org, app, hook, range)
const switched = (on: boolean) => engine.endpoints.update(org, app, hook, { disabled: !on })

async function send(): Promise<Message> {
  const message = await engine.send(org, app, { eventType: 'a', payload: {} })
  await later(1)
  return message
}

/** Sends one and lets it use up its schedule. */
async function exhausted(): Promise<Message> {
  const message = await send()
  await later(hourMs)
  expect(await stands(message)).toBe('failed')
  return message
}

/** How a delivery stands, which its message, its endpoint and the numbers of its endpoint say alike. */
async function stands(message: Message): Promise<DeliveryState> {
  const [delivery] = await engine.messages.deliveries(org, app, message.id)
  const { data } = await engine.attempts.messagesOfEndpoint(org, app, hook)
  const listed = data.find((row) => row.message.id === message.id)?.delivery
  if (listed)
    expect({ state: listed.state, at: listed.nextAttemptAt }).toEqual({
      state: delivery?.state,
      at: delivery?.nextAttemptAt,
    })
  return delivery!.state
}

describe('an attempt by hand', () => {
  test.each([
    ['recover', () => recover()],
    ['resend', async (message: Message) => engine.resend(org, app, message.id, hook)],
  ])('of a delivery that used up its schedule is one attempt: %s', async (_, again) => {
    const message = await exhausted()
    const before = requests.length
    expect(before).toBe(4)
    await again(message)
    await later(24 * hourMs)
    expect(requests.length - before).toBe(1)
    expect(await stands(message)).toBe('failed')
    // And once more, as often as somebody asks.
    status = 200
    await again(message)
    await later(secondMs)
    expect(await stands(message)).toBe('success')
  })

  test('of a delivery that succeeded is one attempt', async () => {
    status = 200
    const message = await send()
    status = 500
    await engine.resend(org, app, message.id, hook)
    await later(24 * hourMs)
    expect(requests.length).toBe(2)
    expect(await stands(message)).toBe('failed')
  })

  test('of one that is held because its endpoint was gone has the rest of the schedule', async () => {
    status = 410
    await send()
    expect(requests.length).toBe(1)
    await switched(true)
    status = 500
    await recover()
    await later(24 * hourMs)
    expect(requests.length).toBe(4)
  })

  test('of one that waits for its retry is that retry: the rest of the schedule follows', async () => {
    const message = await send()
    await engine.resend(org, app, message.id, hook)
    await later(24 * hourMs)
    expect(requests.length).toBe(4)
    expect(await stands(message)).toBe('failed')
  })

  test('of one that never went to this endpoint has the whole schedule', async () => {
    await engine.eventTypes.create(org, { name: 'b', description: '' })
    await engine.endpoints.update(org, app, hook, { eventTypes: ['b'] })
    const message = await send()
    expect(requests.length).toBe(0)
    await engine.resend(org, app, message.id, hook)
    await later(24 * hourMs)
    expect(requests.length).toBe(4)
  })
})

test('a delivery that is sent once more counts once, as what it is now', async () => {
  const message = await exhausted()
  expect(await engine.endpoints.stats(org, app, hook)).toMatchObject({ failed: 1, sending: 0 })
  answersAfterMs = 60 * secondMs
  status = 200
  await engine.resend(org, app, message.id, hook)
  await later(secondMs)
  expect(await engine.endpoints.stats(org, app, hook)).toMatchObject({ failed: 0, success: 0, sending: 1 })
  await later(hourMs)
  expect(await engine.endpoints.stats(org, app, hook)).toMatchObject({ failed: 0, success: 1, sending: 0 })
})

describe('to an endpoint that is off or held', () => {
  test.each([
    ['off', () => switched(false)],
    [
      'held',
      async () => {
        status = 410
        await send()
      },
    ],
  ])('that is %s, resend is refused, and the delivery keeps its place in its schedule', async (what, stop) => {
    const message = await send()
    await stop()
    const before = await engine.messages.deliveries(org, app, message.id)
    await expect(engine.resend(org, app, message.id, hook)).rejects.toMatchObject({
      code: 'conflict',
      field: 'disabled',
      message: expect.stringContaining(what) as string,
    })
    expect(await engine.messages.deliveries(org, app, message.id)).toEqual(before)
    await switched(true)
    status = 500
    const sent = requests.length
    await later(hourMs)
    expect(requests.length - sent).toBeGreaterThanOrEqual(3)
  })
})

describe('after off and on', () => {
  test('a retry that came due meanwhile is held everywhere, recover counts it, and it keeps the rest of its schedule', async () => {
    const message = await send()
    expect(await stands(message)).toBe('pending')
    expect(await engine.endpoints.stats(org, app, hook)).toMatchObject({ pending: 0, sending: 1 })
    await switched(false)
    expect(await stands(message)).toBe('endpoint_disabled')
    expect(await engine.endpoints.stats(org, app, hook)).toMatchObject({ sending: 0, endpointDisabled: 1 })
    await later(hourMs)
    await switched(true)
    await later(hourMs)
    expect(requests.length).toBe(1)
    expect(await stands(message)).toBe('held')
    expect(await engine.endpoints.stats(org, app, hook)).toMatchObject({ pending: 0, sending: 0, failed: 0, held: 1 })
    expect(await recover()).toMatchObject({ queued: 1 })
    await later(24 * hourMs)
    expect(requests.length).toBe(4)
    expect(await engine.endpoints.stats(org, app, hook)).toMatchObject({ held: 0, failed: 1 })
  })

  test('a retry that is due later goes on by itself', async () => {
    const message = await send()
    await switched(false)
    await switched(true)
    expect(await stands(message)).toBe('pending')
    expect(await recover()).toMatchObject({ queued: 0 })
    status = 200
    await later(hourMs)
    expect(await stands(message)).toBe('success')
  })

  test('recover counts what was held and what had failed, once', async () => {
    await exhausted()
    const held = await send()
    await switched(false)
    await later(hourMs)
    await switched(true)
    status = 200
    expect(await recover()).toMatchObject({ queued: 2 })
    expect(await recover()).toMatchObject({ queued: 0 })
    await later(hourMs)
    expect(requests.length).toBe(4 + 1 + 2)
    expect(await stands(held)).toBe('success')
    expect(await engine.endpoints.stats(org, app, hook)).toMatchObject({ success: 2, failed: 0, held: 0 })
  })

  test('recover releases what was due in its range, and no more', async () => {
    const first = await send()
    await later(5 * secondMs)
    const second = await send()
    await switched(false)
    const until = clock.now + 8 * secondMs
    await later(hourMs)
    await switched(true)
    status = 200
    expect(await recover({ since: clock.now - 2 * hourMs, until })).toMatchObject({ queued: 1 })
    await later(hourMs)
    expect(await stands(first)).toBe('success')
    expect(await stands(second)).toBe('held')
    expect(await recover()).toMatchObject({ queued: 1 })
    await later(1)
    expect(await stands(second)).toBe('success')
  })

  test('I9: a repeated recover answers the number of the first', async () => {
    await send()
    await switched(false)
    await later(hourMs)
    await switched(true)
    const write = { idempotency: { key: 'k', fingerprint: 'f' } }
    const range = { since: clock.now - 24 * hourMs }
    const first = await engine.endpoints.recover(org, app, hook, range, write)
    expect(first.queued).toBe(1)
    await expect(engine.endpoints.recover(org, app, hook, range, write)).rejects.toMatchObject({
      code: 'idempotent_replay',
      replay: { kind: 'result', result: first },
    })
  })
})
