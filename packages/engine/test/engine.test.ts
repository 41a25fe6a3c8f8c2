import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { verifySync } from '@posthorn/wire'
import type { Attempt, Engine, OpenOptions } from '../src/index.ts'
import { openWith } from '../src/open.ts'
import { openSqlite } from '../src/store/sqlite/open.ts'
import type { Store } from '../src/store/store.ts'
import { suspicion } from '../src/store/suspicion.ts'
import { gate, Receiver } from './receiver.ts'

const org = 'org_test'
const event = { eventType: 'invoice.paid', payload: '{"amount": 12.50}' }

let folder: string
let receiver: Receiver
let engine: Engine
let store: Store
let claims: number

async function start(options: Partial<OpenOptions> = {}): Promise<Engine> {
  claims = 0
  const all = { database: `sqlite:${folder}`, allowPrivate: ['127.0.0.0/8'], ...options }
  engine = await openWith(all, async (sqlite) => {
    const opened = await openSqlite(sqlite)
    const { queue } = opened
    const counted = { ...queue, claim: (...args: Parameters<typeof queue.claim>) => (claims++, queue.claim(...args)) }
    store = { ...opened, queue: counted }
    return store
  })
  return engine
}

/** Attempts as they are recorded, from now on. */
function attempts(count: number): Promise<Attempt[]> {
  const seen: Attempt[] = []
  return new Promise((resolve) => {
    const forget = engine.on('attempt', (attempt) => {
      seen.push(attempt)
      if (seen.length < count) return
      forget()
      resolve(seen)
    })
  })
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-engine-'))
  receiver = await Receiver.start()
  await start()
  await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
})

afterEach(async () => {
  await engine.close({ graceMs: 0 })
  await receiver.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('rule 1: an acknowledged message is on disk', () => {
  test('and another process finds it, its delivery and its outcome', async () => {
    await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    const message = await engine.send(org, 'acme', event)
    await engine.idle()
    await engine.close()
    await start()
    expect(await engine.messages.get(org, 'acme', message.id)).toMatchObject({ payload: event.payload })
    expect(await engine.messages.deliveries(org, 'acme', message.id)).toMatchObject([{ state: 'success', attempts: 1 }])
    expect(receiver.requests).toHaveLength(1)
  })

  test('the payload arrives byte for byte, and the signature verifies', async () => {
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    const secret = (await engine.endpoints.secrets(org, 'acme', endpoint.id)).secret
    const payload = '{ "big": 12345678901234567890, "small":1.0e-7,"e":"\\u00e9",  "z": "Zoë" }'
    await engine.send(org, 'acme', { eventType: 'a', payload })
    await receiver.count(1)
    const [request] = receiver.requests
    expect(request?.body).toBe(payload)
    const result = verifySync(
      { method: 'POST', url: receiver.url(), headers: request?.headers ?? {}, body: Buffer.from(request?.body ?? '') },
      { dialect: 'standard', secret },
    )
    expect(result).toMatchObject({ ok: true })
  })
})

describe('rule 3: the happy path reads nothing back', () => {
  test('a hundred messages that find room in their lanes are never claimed from the store', async () => {
    for (const path of ['/a', '/b', '/c']) await engine.endpoints.create(org, 'acme', { url: receiver.url(path) })
    claims = 0
    await Promise.all(Array.from({ length: 100 }, () => engine.send(org, 'acme', event)))
    await engine.idle()
    expect(receiver.requests).toHaveLength(300)
    expect(claims).toBe(0)
  })

  test('beyond the bound of a lane work waits in the queue, and nothing overtakes it', async () => {
    const { opened, open } = gate()
    receiver.answer = () => opened.then(() => 200)
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    const messages = 2500
    for (let index = 0; index < messages; index += 250)
      await Promise.all(
        Array.from({ length: 250 }, (_, part) =>
          engine.send(org, 'acme', { eventType: 'a', payload: `{"n":${index + part}}` }),
        ),
      )
    expect(engine.health().inMemory).toBeLessThanOrEqual(1000)
    const all = { target: endpoint.id, from: 0, before: Number.MAX_SAFE_INTEGER }
    expect(await store.queue.countPending(all, 10_000)).toMatchObject({ untried: messages })
    open()
    await engine.idle()
    expect(claims).toBeGreaterThan(0)
    const order = receiver.requests.map(({ body }) => (JSON.parse(body) as { n: number }).n)
    expect(new Set(order).size).toBe(messages)
    // Several are out at once, so neighbours may swap; what waited is never overtaken by more than a window.
    order.forEach((n, position) => expect(Math.abs(n - position)).toBeLessThan(300))
  })
})

describe('rule 5: generation and failures are two numbers', () => {
  test('a failure is tried again with the next number, and the schedule ends', async () => {
    receiver.answer = () => 500
    await engine.endpoints.create(org, 'acme', { url: receiver.url(), retrySchedule: [1] })
    const seen = attempts(2)
    const message = await engine.send(org, 'acme', event)
    expect((await seen).map(({ attempt, result, code }) => [attempt, result, code])).toEqual([
      [1, 'failed', 500],
      [2, 'exhausted', 500],
    ])
    expect(await engine.messages.deliveries(org, 'acme', message.id)).toMatchObject([{ state: 'failed', attempts: 2 }])
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual([message.id, message.id])
  })
})

describe('rule 5, D1: what kills its process is set aside, and it alone', () => {
  test('suspects are tried alone; the innocent go out, the guilty one is quarantined, visibly', async () => {
    await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    const never = new Promise<number>(() => undefined)
    let lives = 1
    let died = gate()
    receiver.answer = ({ body }) => {
      if (body.includes('poison')) died.open()
      // In the first lives nobody is answered: all of them are out when the process dies.
      else if (lives > suspicion.crashes) return 200
      return never
    }
    const innocent = await Promise.all(
      [1, 2, 3, 4].map((n) => engine.send(org, 'acme', { eventType: 'a', payload: `{"n":${n}}` })),
    )
    const guilty = await engine.send(org, 'acme', { eventType: 'a', payload: '{"poison":true}' })
    while (lives <= suspicion.crashes + suspicion.deathsAlone) {
      await died.opened
      died = gate()
      // The store is taken away under the engine, as by a kill -9: nothing is released.
      await store.close()
      lives += 1
      await start()
    }
    await engine.idle()
    for (const { id } of innocent)
      expect(await engine.messages.deliveries(org, 'acme', id)).toMatchObject([{ state: 'success' }])
    expect(await engine.messages.deliveries(org, 'acme', guilty.id)).toMatchObject([{ state: 'quarantined' }])
    const log = (await engine.attempts.list(org, 'acme', { message: guilty.id })).data.map(({ result }) => result)
    expect(log).toEqual([
      'quarantined',
      ...Array<string>(suspicion.crashes + suspicion.deathsAlone - 1).fill('interrupted'),
    ])
    // It can be sent again by hand once its cause is known.
    receiver.answer = () => 200
    const [endpoint] = (await engine.endpoints.list(org, 'acme')).data
    await engine.resend(org, 'acme', guilty.id, endpoint?.id ?? '')
    await engine.idle()
    expect(await engine.messages.deliveries(org, 'acme', guilty.id)).toMatchObject([{ state: 'success' }])
  })
})

describe('rule 6: what waits for one endpoint costs the others nothing', () => {
  test('an endpoint that never answers does not hold back its neighbour', async () => {
    const { opened, open } = gate()
    receiver.answer = ({ path }) => (path === '/dead' ? opened.then(() => 200) : 200)
    await engine.endpoints.create(org, 'acme', { url: receiver.url('/dead') })
    await engine.endpoints.create(org, 'acme', { url: receiver.url('/alive') })
    const seen = attempts(500)
    await Promise.all(Array.from({ length: 500 }, () => engine.send(org, 'acme', event)))
    expect((await seen).every(({ url }) => url.endsWith('/alive'))).toBe(true)
    open()
    await engine.idle()
  })

  test('one application with many endpoints gets one turn a round', async () => {
    await engine.applications.create(org, { uid: 'small', name: 'small' })
    const { opened, open } = gate()
    receiver.answer = ({ path }) => (path.startsWith('/big') ? opened.then(() => 200) : 200)
    for (let index = 0; index < 20; index++)
      await engine.endpoints.create(org, 'acme', { url: receiver.url(`/big${index}`) })
    const neighbour = await Receiver.start()
    await engine.endpoints.create(org, 'small', { url: neighbour.url() })
    await Promise.all(Array.from({ length: 50 }, () => engine.send(org, 'acme', event)))
    const seen = attempts(1)
    await engine.send(org, 'small', event)
    expect((await seen)[0]?.url).toBe(neighbour.url())
    open()
    await engine.idle()
    await neighbour.stop()
  })
})

describe('M6: an application has its share of all requests that are out, not all of them', () => {
  const inFlight = 30
  /** Messages for every endpoint of an application; the slots that they would fill are many more than there are. */
  async function flood(app: string, endpoints: number): Promise<void> {
    await engine.applications.create(org, { uid: app, name: app })
    for (let index = 0; index < endpoints; index += 1)
      await engine.endpoints.create(org, app, { url: receiver.url(`/${app}/${index}`) })
    for (let index = 0; index < 8; index += 1) await engine.send(org, app, event)
  }
  const outOf = (app: string): number => receiver.requests.filter(({ path }) => path.startsWith(`/${app}/`)).length

  test('however many endpoints of it hang, the next one finds room; and what waited goes when they answer', async () => {
    await engine.close()
    await start({ limits: { inFlight } })
    const { opened, open } = gate()
    receiver.answer = ({ path }) => (path.startsWith('/quick/') ? 200 : opened.then(() => 200))
    await flood('first', 10)
    await receiver.count(15)
    await flood('second', 10)
    await receiver.count(23)
    expect(engine.health()).toMatchObject({ inFlight: 23 })
    expect([outOf('first'), outOf('second')]).toEqual([15, 8])

    const delivered = attempts(16)
    await flood('quick', 2)
    expect((await delivered).map(({ result }) => result)).toEqual(Array.from({ length: 16 }, () => 'success'))
    expect(outOf('quick')).toBe(16)
    expect([outOf('first'), outOf('second')]).toEqual([15, 8])

    open()
    await engine.idle()
    expect([outOf('first'), outOf('second')]).toEqual([80, 80])
  })
})

describe('rule 7: the ledger may lag, an outcome is never lost', () => {
  test('a ledger that is gone is read again from the queue; only bodies are missing', async () => {
    await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    const message = await engine.send(org, 'acme', event)
    await engine.idle()
    const [before] = (await engine.attempts.list(org, 'acme')).data
    await engine.close()
    for (const file of ['ledger.db', 'ledger.db-wal', 'ledger.db-shm']) rmSync(join(folder, file), { force: true })
    await start()
    const [after] = (await engine.attempts.list(org, 'acme')).data
    expect(after).toMatchObject({
      id: before?.id,
      message: message.id,
      result: 'success',
      code: 200,
      eventType: 'invoice.paid',
    })
    expect(after?.response).toBeNull()
    expect(await engine.attempts.summary(org, 'acme')).toEqual({ total: 1, success: 1, failed: 0 })
  })
})

describe('rule 8: edits count at once', () => {
  test('what waits in a lane leaves with the address, secret and headers of now', async () => {
    const { opened, open } = gate()
    receiver.answer = () => opened.then(() => 200)
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url('/old') })
    await Promise.all(Array.from({ length: 30 }, () => engine.send(org, 'acme', event)))
    await receiver.count(8)
    const out = receiver.requests.length
    await engine.endpoints.update(org, 'acme', endpoint.id, {
      url: receiver.url('/new'),
      headers: { 'x-team': 'blue' },
    })
    await engine.endpoints.rotateSecret(org, 'acme', endpoint.id, { overlapSeconds: 0 })
    const secret = (await engine.endpoints.secrets(org, 'acme', endpoint.id)).secret
    open()
    await engine.idle()
    const later = receiver.requests.slice(out)
    expect(later).toHaveLength(30 - out)
    for (const { path, headers, body } of later) {
      expect(path).toBe('/new')
      expect(headers['x-team']).toBe('blue')
      const request = { method: 'POST', url: receiver.url(path), headers, body: Buffer.from(body) }
      expect(verifySync(request, { dialect: 'standard', secret })).toMatchObject({ ok: true })
    }
  })

  test('a rotation signs with both secrets until the overlap ends', async () => {
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    const old = (await engine.endpoints.secrets(org, 'acme', endpoint.id)).secret
    await engine.endpoints.rotateSecret(org, 'acme', endpoint.id, {})
    const fresh = (await engine.endpoints.secrets(org, 'acme', endpoint.id)).secret
    expect(fresh).not.toBe(old)
    await engine.send(org, 'acme', event)
    await receiver.count(1)
    const [request] = receiver.requests
    for (const secret of [old, fresh])
      expect(
        verifySync(
          {
            method: 'POST',
            url: receiver.url(),
            headers: request?.headers ?? {},
            body: Buffer.from(request?.body ?? ''),
          },
          { dialect: 'standard', secret },
        ),
      ).toMatchObject({ ok: true })
  })

  test('an accept that was matched with an older catalog is matched again', async () => {
    const sends: Promise<unknown>[] = []
    const creates: Promise<unknown>[] = []
    for (let index = 0; index < 20; index++) {
      creates.push(engine.endpoints.create(org, 'acme', { url: receiver.url(`/${index}`) }))
      sends.push(engine.send(org, 'acme', event))
    }
    await Promise.all([...creates, ...sends])
    await engine.idle()
    const { data } = await engine.messages.list(org, 'acme', { limit: 250 })
    const targets = data.reduce((sum, message) => sum + message.targets.length, 0)
    expect(data).toHaveLength(20)
    expect(receiver.requests).toHaveLength(targets)
  })
})

describe('rule 3: nothing is forgotten between a claim and an accept', () => {
  test('a message that is sent while its endpoint is being edited goes out', async () => {
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    for (let round = 1; round <= 10; round++) {
      await Promise.all([
        engine.endpoints.update(org, 'acme', endpoint.id, { description: `round ${round}` }),
        engine.send(org, 'acme', event),
      ])
      await receiver.count(round)
    }
    await engine.idle()
  })

  test('failures of one endpoint do not make accepts of its application match again', async () => {
    receiver.answer = ({ path }) => (path === '/flaky' && receiver.requests.length % 2 === 0 ? 500 : 200)
    await engine.endpoints.create(org, 'acme', { url: receiver.url('/flaky'), retrySchedule: [] })
    let accepts = 0
    const { queue } = store
    const accept = queue.accept.bind(queue)
    Object.assign(queue, { accept: (...args: Parameters<typeof accept>) => (accepts++, accept(...args)) })
    for (let count = 0; count < 50; count++) await engine.send(org, 'acme', event)
    await engine.idle()
    expect(accepts).toBe(50)
  })
})

describe('rule 9: off, held, deleted', () => {
  test('switched off by its owner: nothing is fanned out to it', async () => {
    await engine.endpoints.create(org, 'acme', { url: receiver.url(), disabled: true })
    const message = await engine.send(org, 'acme', event)
    expect(message.targets).toEqual([])
    await engine.idle()
    expect(receiver.requests).toHaveLength(0)
  })

  test('410 holds at once; what arrives is held, and goes out when it is asked for (C8)', async () => {
    receiver.answer = () => 410
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url(), retrySchedule: [1] })
    const held = new Promise<void>((resolve) => engine.on('endpointHeld', () => resolve()))
    await engine.send(org, 'acme', event)
    await held
    expect(await engine.endpoints.get(org, 'acme', endpoint.id)).toMatchObject({ hold: 'gone', disabled: false })
    const later = await engine.send(org, 'acme', event)
    await engine.idle()
    expect(receiver.requests).toHaveLength(1)
    expect(await engine.messages.deliveries(org, 'acme', later.id)).toMatchObject([{ state: 'held' }])
    const recover = () => engine.endpoints.recover(org, 'acme', endpoint.id, { since: later.acceptedAt - 60_000 })
    await expect(recover()).rejects.toMatchObject({
      code: 'conflict',
      message:
        'This endpoint is held: its receiver answered 410 (gone). End the hold with disabled: false, then recover what it missed.',
    })

    receiver.answer = () => 200
    await engine.endpoints.update(org, 'acme', endpoint.id, { disabled: false })
    await engine.idle()
    expect(receiver.requests, 'switching it on sends nothing by itself').toHaveLength(1)
    expect(await engine.messages.deliveries(org, 'acme', later.id)).toMatchObject([{ state: 'held' }])

    await recover()
    await receiver.count(3)
    await engine.idle()
    expect(await engine.messages.deliveries(org, 'acme', later.id)).toMatchObject([{ state: 'success' }])
  })

  test('deleted: what waited is cancelled, visibly', async () => {
    receiver.answer = () => 500
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url(), retrySchedule: [3600] })
    const first = attempts(1)
    const message = await engine.send(org, 'acme', event)
    await first
    const cancelled = attempts(1)
    await engine.endpoints.delete(org, 'acme', endpoint.id)
    expect(await cancelled).toMatchObject([{ result: 'cancelled', message: message.id }])
    expect(await store.queue.lanes()).toEqual([])
  })

  test('failed deliveries are recovered by time, once', async () => {
    receiver.answer = () => 500
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url(), retrySchedule: [] })
    const failed = attempts(3)
    for (let index = 0; index < 3; index++) await engine.send(org, 'acme', event)
    await failed
    receiver.answer = () => 200
    const since = Date.now() - 60_000
    const [one, two] = await Promise.all([
      engine.endpoints.recover(org, 'acme', endpoint.id, { since }),
      engine.endpoints.recover(org, 'acme', endpoint.id, { since }),
    ])
    await engine.idle()
    expect(one.queued + two.queued).toBe(3)
    expect(receiver.requests).toHaveLength(6)
  })
})

describe('messages', () => {
  test('deliver: false is recorded and listed, never delivered', async () => {
    await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    const message = await engine.send(org, 'acme', { ...event, deliver: false })
    await engine.idle()
    expect(receiver.requests).toHaveLength(0)
    expect((await engine.messages.list(org, 'acme')).data.map(({ id }) => id)).toEqual([message.id])
  })

  test('a repeated eventId is a conflict, also when both come at once', async () => {
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => engine.send(org, 'acme', { ...event, eventId: 'e-1' })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict', field: 'eventId' })
  })

  test('a mock is sent and answered, and is in no log', async () => {
    const endpoint = await engine.endpoints.create(org, 'acme', {
      url: receiver.url(),
      eventTypes: null,
      disabled: true,
    })
    const result = await engine.endpoints.mock(org, 'acme', endpoint.id, event)
    expect(result.outcome).toMatchObject({ kind: 'accepted', response: { code: 200 } })
    expect(result.request.body).toBe(receiver.requests[0]?.body)
    expect(await engine.attempts.summary(org, 'acme')).toEqual({ total: 0, success: 0, failed: 0 })
    expect((await engine.messages.list(org, 'acme')).data).toEqual([])
  })

  test('resend is a manual attempt with the next number', async () => {
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    const message = await engine.send(org, 'acme', event)
    await engine.idle()
    await engine.resend(org, 'acme', message.id, endpoint.id)
    await receiver.count(2)
    await engine.idle()
    const { data } = await engine.attempts.list(org, 'acme')
    expect(data.map(({ attempt, trigger }) => [attempt, trigger])).toEqual([
      [2, 'manual'],
      [1, 'scheduled'],
    ])
  })

  test('resend does not wait for the next attempt that was planned', async () => {
    receiver.answer = () => 500
    const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url(), retrySchedule: [36_000] })
    const failed = attempts(1)
    const message = await engine.send(org, 'acme', event)
    await failed
    receiver.answer = () => 200
    await engine.resend(org, 'acme', message.id, endpoint.id)
    await receiver.count(2)
    await engine.idle()
    expect(await engine.messages.deliveries(org, 'acme', message.id)).toMatchObject([{ state: 'success', attempts: 2 }])
  })

  test('an organisation sees nothing of another one', async () => {
    const other = engine.applications.get('org_other', 'acme')
    await expect(other).rejects.toMatchObject({ code: 'not_found' })
    expect((await engine.applications.list('org_other')).data).toEqual([])
  })
})

describe('closing', () => {
  test('what is still out when the grace ends is no failure: the next process sends it again', async () => {
    receiver.answer = () => new Promise<number>(() => undefined)
    await engine.endpoints.create(org, 'acme', { url: receiver.url(), retrySchedule: [] })
    const message = await engine.send(org, 'acme', event)
    await receiver.count(1)
    await engine.close({ graceMs: 10 })
    receiver.answer = () => 200
    await start()
    await receiver.count(2)
    await engine.idle()
    const results = (await engine.attempts.list(org, 'acme')).data.map(({ result }) => result)
    expect(results).toEqual(['success', 'interrupted'])
    expect(await engine.messages.deliveries(org, 'acme', message.id)).toMatchObject([{ state: 'success' }])
  })

  test('waits for what is out, gives the rest back, and the next process takes it up (D6)', async () => {
    const { opened, open } = gate()
    receiver.answer = () => opened.then(() => 200)
    await engine.endpoints.create(org, 'acme', { url: receiver.url() })
    await Promise.all(Array.from({ length: 40 }, () => engine.send(org, 'acme', event)))
    await receiver.count(8)
    const out = receiver.requests.length
    const closed = engine.close()
    open()
    await closed
    expect(receiver.requests).toHaveLength(out)
    await start()
    await receiver.count(40)
    await engine.idle()
    expect(receiver.requests).toHaveLength(40)
    const results = (await engine.attempts.list(org, 'acme', { limit: 250 })).data
    expect(results.every(({ result, attempt }) => result === 'success' && attempt === 1)).toBe(true)
    await expect(engine.close()).resolves.toBeUndefined()
    await expect(engine.send(org, 'acme', event)).rejects.toMatchObject({ code: 'closed' })
  })
})
