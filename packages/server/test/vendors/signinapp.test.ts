import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { ApiError, createClient, type Client } from '@posthorn/api'
import { verify } from '@posthorn/wire'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { missing } from '../../../wire/test/installed.ts'
import type { RunningServer } from '../../src/index.ts'
import { request, startReceiver, startTestServer, token, type Received } from '../support.ts'

// Sign In App as its webhook document describes it: S1:23 is line 23 of that. docs/vendors/signinapp.md has a row for each line.

let server: RunningServer
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

interface Portal {
  readonly client: Client
  readonly bearer: string
  readonly params: { readonly app_id: string }
}

/** A customer of the vendor. */
async function portal(): Promise<Portal> {
  const bearer = await token({ subject: `org_signinapp${++count}` })
  const client = createClient({ url: server.url, token: bearer })
  const { id: app_id } = await client.application.create({ body: { name: 'Harbour Offices' } })
  await client.preset.apply({ params: { app_id }, body: { name: 'signinapp' } })
  return { client, bearer, params: { app_id } }
}

interface Visit {
  readonly site?: object
  readonly visitor?: object
}

/** The preset's own example, with some of it changed. */
async function visit({ client }: Portal, { site, visitor }: Visit = {}): Promise<Record<string, unknown>> {
  const { sample } = await client.eventType.get({ params: { event_type_name: 'visitor.signin' } })
  const example = sample as { site: object; visitor: object }
  return { ...example, site: { ...example.site, ...site }, visitor: { ...example.visitor, ...visitor } }
}

async function signIn(desk: Portal, change: Visit = {}, more: { channels?: string[] } = {}): Promise<string> {
  const body = { eventType: 'visitor.signin', payload: await visit(desk, change), ...more }
  return (await desk.client.message.create({ params: desk.params, body })).id
}

const bodyOf = ({ body }: Received) => JSON.parse(body) as Record<string, unknown>
const signatureOf = ({ headers }: Received) => headers['x-signinapp-webhook-signature'] as string | undefined

const pushedAt = (body: Record<string, unknown>): number => Date.parse(String(body['pushed_at']))
const toSecond = (ms: number): number => ms - (ms % 1000)

/** Names of the visitors that a receiver was told about. */
const visitors = (received: readonly Received[]) =>
  received.map((one) => (bodyOf(one)['visitor'] as { name: string }).name).toSorted()

/** The two parts of the header. */
function partsOf(one: Received): { t: string; s1: string } {
  const { t = '', s1 = '' } = /^t=(?<t>\d+),s1=(?<s1>[0-9a-f]{64})$/.exec(signatureOf(one) ?? '')?.groups ?? {}
  return { t, s1 }
}

/** What is wrong with a payload, by place, as a mock answers it. */
async function refusedPlaces(call: Promise<unknown>): Promise<string[]> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApiError)) throw new Error('was not refused', { cause: error })
  expect(error).toMatchObject({ status: 422, code: 'validation_error' })
  const { detail } = error.body as { detail: { loc: string[] }[] }
  return detail.map(({ loc }) => loc.join('/'))
}

describe('notifications', () => {
  it('S1:3 somebody who signs in and somebody who signs out are each told to the application outside', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url } })
    await signIn(desk)
    const body = { eventType: 'visitor.signout', payload: await visit(desk) }
    await desk.client.message.create({ params: desk.params, body })
    await server.engine.idle()
    const events = receiver.received.map((one) => bodyOf(one)['event'])
    expect(new Set(events)).toEqual(new Set(['visitor.signin', 'visitor.signout']))
    expect(events).toHaveLength(2)
  })

  it('S1:3 a notification has a name and can be off', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    const { client, params } = desk
    const made = { url: receiver.url, name: 'Contractors in Berlin', disabled: true }
    const { id } = await client.endpoint.create({ params, body: made })
    const notification = { ...params, endpoint_id: id }
    expect((await client.endpoint.list({ params })).data).toEqual([expect.objectContaining(made)])
    await signIn(desk, { visitor: { name: 'while it is off' } })
    await client.endpoint.activate({ params: notification })
    await signIn(desk, { visitor: { name: 'while it is on' } })
    await client.endpoint.patch({ params: notification, body: { name: 'Everybody in Berlin', disabled: true } })
    await signIn(desk, { visitor: { name: 'off again' } })
    await server.engine.idle()
    expect(visitors(receiver.received)).toEqual(['while it is on'])
    expect(await client.endpoint.get({ params: notification })).toMatchObject({ name: 'Everybody in Berlin' })
  })

  it('S1:3 rules per site and per group of visitors give two notifications different visits', async () => {
    const desk = await portal()
    const [harbour, contractors] = [await startReceiver(), await startReceiver()]
    const { client, params } = desk
    await client.endpoint.create({
      params,
      body: { url: harbour.url, name: 'Harbour', filter: { site: { id: 4567 } } },
    })
    await client.endpoint.create({
      params,
      body: { url: contractors.url, name: 'Contractors', channels: ['group:contractors'] },
    })
    const here = { id: 4567 }
    const there = { id: 4568, name: 'Airport' }
    await signIn(desk, { site: here, visitor: { name: 'Ada' } }, { channels: ['group:guests'] })
    await signIn(desk, { site: here, visitor: { name: 'Ben' } }, { channels: ['group:contractors'] })
    await signIn(desk, { site: there, visitor: { name: 'Cem' } }, { channels: ['group:contractors'] })
    await signIn(desk, { site: there, visitor: { name: 'Dag' } })
    await server.engine.idle()
    expect(visitors(harbour.received)).toEqual(['Ada', 'Ben'])
    expect(visitors(contractors.received)).toEqual(['Ben', 'Cem'])
  })

  it('S1:3 a filter on what visitors answered is tried on the last visits before it decides', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    const { client, params } = desk
    const unread = { additional: { 'Has read the safety rules': false } }
    const early = await signIn(desk, { visitor: { ...unread, name: 'Early' } })
    await signIn(desk, { visitor: { additional: { 'Has read the safety rules': true }, name: 'Reader' } })
    await signIn(desk, { visitor: { additional: {}, name: 'Nobody asked' } })

    const filter = { visitor: { additional: { 'Has read the safety rules': false } } }
    const tried = await client.filter.dryRun({ params, body: { filter } })
    expect(tried).toMatchObject({ checked: 3, matched: 1 })
    expect(tried.messages.filter(({ matches }) => matches).map(({ id }) => id)).toEqual([early])

    await client.endpoint.create({ params, body: { url: receiver.url, name: 'Safety first', filter } })
    await signIn(desk, { visitor: { ...unread, name: 'Late' } })
    await signIn(desk, { visitor: { additional: { 'Has read the safety rules': true }, name: 'Reader again' } })
    await server.engine.idle()
    expect(visitors(receiver.received)).toEqual(['Late'])
  })

  it('S1:13 a notification needs an address, and takes a secret key of the customer', async () => {
    const { client, params } = await portal()
    const without = request(server.url, 'POST', `/api/v1/app/${params.app_id}/endpoint`, {
      token: await token({ subject: `org_signinapp${count}` }),
      body: { name: 'Nowhere', secret: 'MySharedSecret' },
    })
    expect((await without).text).toContain('`url` is missing')
    const body = { url: 'https://visits.example.com/in', secret: 'MySharedSecret' }
    const { id } = await client.endpoint.create({ params, body })
    const notification = { ...params, endpoint_id: id }
    expect(await client.endpoint.getSecret({ params: notification })).toMatchObject({ key: 'MySharedSecret' })
    expect(await client.endpoint.get({ params: notification })).toMatchObject({ url: body.url, signed: true })
  })
})

describe('automatic sign-outs', () => {
  /** The night shift: everybody who forgot to sign out is signed out, and nobody outside is told. */
  async function midnight(desk: Portal, names: readonly string[]): Promise<string[]> {
    const ids: string[] = []
    for (const name of names) {
      const payload = await visit(desk, { visitor: { name } })
      const body = { eventType: 'visitor.signout', payload, deliver: false }
      ids.push((await desk.client.message.create({ params: desk.params, body })).id)
    }
    return ids
  }

  it('S1:7 automatic sign-outs stay in the history and are sent to nobody', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    const { client, params } = desk
    const { id: endpoint_id } = await client.endpoint.create({ params, body: { url: receiver.url } })
    const [first = ''] = await midnight(desk, ['Ada', 'Ben'])
    await server.engine.idle()
    expect((await client.message.list({ params })).data).toEqual([
      expect.objectContaining({ eventType: 'visitor.signout', deliver: false }),
      expect.objectContaining({ eventType: 'visitor.signout', deliver: false }),
    ])
    expect((await client.log.list({ params })).data).toEqual([])
    expect((await client.attempt.listDestinations({ params: { ...params, msg_id: first } })).data).toEqual([])
    // Neither does what brings back missed deliveries, nor a visit that is sent afterwards, take them along.
    const since = new Date(Date.now() - 60_000).toISOString()
    await client.endpoint.recover({ params: { ...params, endpoint_id }, body: { since } })
    await signIn(desk, { visitor: { name: 'Cem' } })
    await server.engine.idle()
    expect(visitors(receiver.received)).toEqual(['Cem'])
  })

  it('S1:7 an automatic sign-out cannot be sent by hand either', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    const { client, params } = desk
    const { id: endpoint_id } = await client.endpoint.create({ params, body: { url: receiver.url } })
    const [msg_id = ''] = await midnight(desk, ['Ada'])
    const resent = client.attempt.resend({ params: { ...params, msg_id, endpoint_id } })
    await expect(resent).rejects.toMatchObject({ status: 409, code: 'conflict' })
    await server.engine.idle()
    expect(receiver.received).toEqual([])
  })

  it('S1:7 who synchronises data reads the history by time and type, oldest first, in pages', async () => {
    const desk = await portal()
    const { client, params } = desk
    await signIn(desk, { visitor: { name: 'the day before' } })
    // Times are compared by the millisecond.
    await vi.waitUntil(
      (
        (start) => () =>
          Date.now() > start
      )(Date.now()),
      { interval: 1 },
    )
    const after = new Date()
    const out = await midnight(desk, ['Ada', 'Ben', 'Cem', 'Dag', 'Eva'])
    const later = await signIn(desk, { visitor: { name: 'the day after' } })

    const read = async (query: object) => {
      const ids: string[] = []
      for (let iterator: string | null = null; ;) {
        const page = await client.message.list({ params, query: { ...query, limit: 2, iterator } })
        expect(page.data.length).toBeLessThanOrEqual(2)
        ids.push(...page.data.map(({ id }) => id))
        if (page.done) return ids
        iterator = page.iterator
      }
    }
    expect(await read({ after, order: 'ascending' })).toEqual([...out, later])
    expect(await read({ after, event_types: 'visitor.signout', order: 'ascending' })).toEqual(out)
    expect(await read({ after })).toEqual([later, ...out.toReversed()])
    expect(await read({ before: after, order: 'ascending' })).toHaveLength(1)
    // The history has the whole visit, as a receiver would have had it.
    const { payload } = await client.message.get({ params: { ...params, msg_id: out[0]! } })
    expect(payload).toMatchObject({ visitor: { name: 'Ada' } })
  })
})

describe('the request', () => {
  it('S1:9 an event is a POST of JSON to the address', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    const { id: endpoint_id } = await desk.client.endpoint.create({
      params: desk.params,
      body: { url: receiver.url, secret: 'MySharedSecret' },
    })
    const { request: sent } = await desk.client.endpoint.mock({
      params: { ...desk.params, endpoint_id },
      body: { eventType: 'visitor.signin' },
    })
    expect(sent).toMatchObject({ method: 'POST', url: receiver.url })
    const [one] = receiver.received
    expect(one?.headers['content-type']).toBe('application/json')
    expect(one?.body).toBe(sent.body)
    expect(bodyOf(one!)).toMatchObject({ event: 'visitor.signin' })
  })

  it('S1:21 there are two events, and a notification may have one of them only', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    const { client, params } = desk
    expect((await client.eventType.list()).data.map(({ name }) => name).toSorted()).toEqual([
      'visitor.signin',
      'visitor.signout',
    ])
    await client.endpoint.create({ params, body: { url: receiver.url, eventTypes: ['visitor.signout'] } })
    const unknown = client.endpoint.create({ params, body: { url: receiver.url, eventTypes: ['visitor.lost'] } })
    await expect(unknown).rejects.toThrow(/There is no event type "visitor\.lost"/)
    await signIn(desk)
    await client.message.create({ params, body: { eventType: 'visitor.signout', payload: await visit(desk) } })
    await server.engine.idle()
    expect(receiver.received.map((one) => bodyOf(one)['event'])).toEqual(['visitor.signout'])
  })

  it('S1:25 the body has the members of the table, in the order of the example', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url } })
    await signIn(desk)
    await server.engine.idle()
    const body = bodyOf(receiver.received[0]!)
    const members = ['event', 'event_at', 'pushed_at', 'idempotency_key', 'site', 'visitor', 'visiting']
    expect(Object.keys(body)).toEqual(members)
    expect(body).toEqual({
      event: 'visitor.signin',
      event_at: expect.any(String),
      pushed_at: expect.any(String),
      idempotency_key: expect.any(String),
      ...(await visit(desk)),
    })
  })

  it('S1:25 a visit cannot say for itself what the vendor says', async () => {
    const desk = await portal()
    await desk.client.endpoint.create({ params: desk.params, body: { url: 'https://visits.example.com/in' } })
    for (const name of ['event', 'event_at', 'pushed_at', 'idempotency_key']) {
      const payload = { ...(await visit(desk)), [name]: 'mine' }
      const sent = desk.client.message.create({ params: desk.params, body: { eventType: 'visitor.signin', payload } })
      await expect(sent).rejects.toMatchObject({ status: 422, message: expect.stringContaining(name) })
    }
  })

  it('S1:27 event_at is when it happened, pushed_at when it was pushed', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url } })
    const before = Date.now()
    await desk.client.message.create({
      params: desk.params,
      body: {
        eventType: 'visitor.signin',
        payload: await visit(desk),
        occurredAt: '2026-03-01T09:00:01.999+01:00',
      },
    })
    await server.engine.idle()
    const body = bodyOf(receiver.received[0]!)
    expect(body).toMatchObject({ event_at: '2026-03-01T08:00:01Z' })
    expect(pushedAt(body)).toBeGreaterThanOrEqual(toSecond(before))
    expect(pushedAt(body)).toBe(Number(partsOf(receiver.received[0]!).t) * 1000)
  })

  it('S1:28 pushed_at of a visit that is sent later, and of one that is sent again, is the time of that push', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    const { client, params } = desk
    const { id: endpoint_id } = await client.endpoint.create({ params, body: { url: receiver.url } })
    const deliverAt = new Date(Date.now() + 1500).toISOString()
    const body = { eventType: 'visitor.signin', payload: await visit(desk), deliverAt }
    const { id: msg_id, timestamp } = await client.message.create({ params, body })
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(1)
    const [scheduled] = receiver.received
    expect(pushedAt(bodyOf(scheduled!))).toBeGreaterThanOrEqual(toSecond(Date.parse(deliverAt)))
    expect(pushedAt(bodyOf(scheduled!))).toBeGreaterThan(toSecond(Date.parse(timestamp)))
    await server.engine.idle()

    // In another second than the first push.
    await expect.poll(() => toSecond(Date.now()), { timeout: 20_000 }).toBeGreaterThan(pushedAt(bodyOf(scheduled!)))
    const asked = toSecond(Date.now())
    await client.attempt.resend({ params: { ...params, msg_id, endpoint_id } })
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(2)
    const again = receiver.received[1]!
    expect(pushedAt(bodyOf(again))).toBeGreaterThanOrEqual(asked)
    // It is the same event: nothing else of the body changed.
    expect({ ...bodyOf(again), pushed_at: null }).toEqual({ ...bodyOf(scheduled!), pushed_at: null })

    // The log shows each body as it was sent.
    await server.engine.idle()
    const { data } = await client.attempt.listByMessage({ params: { ...params, msg_id } })
    const bodies = await Promise.all(
      data.map(async ({ id }) => {
        const { request: shown } = await client.attempt.get({ params: { ...params, msg_id, attempt_id: id } })
        return shown?.body
      }),
    )
    expect(new Set(bodies)).toEqual(new Set(receiver.received.map((one) => one.body)))
  })

  it('S1:29 idempotency_key has 16 characters, is of one event, and finds it in the log', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url } })
    const sent = [await signIn(desk), await signIn(desk), await signIn(desk)]
    await server.engine.idle()
    const keys = receiver.received.map((one) => String(bodyOf(one)['idempotency_key']))
    expect(new Set(keys).size).toBe(3)
    for (const key of keys) expect(key).toMatch(/^[0-9A-Za-z]{16}$/)
    const found = await Promise.all(
      keys.map((request_id) => desk.client.log.list({ params: desk.params, query: { request_id } })),
    )
    expect(found.flatMap(({ data }) => data.map(({ msgId }) => msgId)).toSorted()).toEqual(sent.toSorted())
    expect(found.flatMap(({ data }) => data.map(({ requestId }) => requestId))).toEqual(keys)
  })

  it('S1:67 the body has no line breaks and no spaces between its parts', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url } })
    const payload = JSON.stringify(await visit(desk, { visitor: { name: 'Zoë  de  Vries' } }), null, 2)
    const sent = await request(server.url, 'POST', `/api/v1/app/${desk.params.app_id}/msg`, {
      token: desk.bearer,
      body: `{ "eventType": "visitor.signin", "payload": ${payload} }`,
    })
    expect(sent.status).toBe(202)
    await server.engine.idle()
    const [{ body } = { body: '' }] = receiver.received
    expect(body).toBe(JSON.stringify(JSON.parse(body)))
    // White space of a value is the visitor's.
    expect(body).toContain('"Zoë  de  Vries"')
  })

  it('S1:97 whom the visitor came to see stands beside site and visitor, if it is anybody', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    const { id: endpoint_id } = await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url } })
    const params = { ...desk.params, endpoint_id }
    const mock = (payload: Record<string, unknown>) =>
      desk.client.endpoint.mock({ params, body: { eventType: 'visitor.signin', payload } })
    const { visiting: _, ...alone } = await visit(desk)
    const host = { id: 31, name: 'Tom Reed', role: 'Facility manager', email: 'tom@example.com', mobile: '' }
    await mock({ ...alone, visiting: host })
    await mock({ ...alone, visiting: null })
    await mock(alone)
    expect(receiver.received.map((one) => bodyOf(one)['visiting'])).toEqual([host, null, undefined])
    expect(await refusedPlaces(mock({ ...alone, visiting: { ...host, id: 'thirty-one' } }))).toEqual([
      'body/payload/visiting.id',
    ])
  })
})

describe('the tables of fields', () => {
  /** Mocks a visit with one value changed, and answers where that is refused. */
  async function places(desk: Portal, change: Visit): Promise<string[]> {
    const url = 'http://127.0.0.1:9/'
    const { id: endpoint_id } = await desk.client.endpoint.create({ params: desk.params, body: { url } })
    const payload = await visit(desk, change)
    const params = { ...desk.params, endpoint_id }
    const mock = desk.client.endpoint.mock({ params, body: { eventType: 'visitor.signin', payload } })
    return refusedPlaces(mock)
  }

  /** A mock with this change goes out. */
  async function isTaken(desk: Portal, change: Visit): Promise<unknown> {
    const receiver = await startReceiver()
    const { id: endpoint_id } = await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url } })
    const payload = await visit(desk, change)
    const params = { ...desk.params, endpoint_id }
    const { response } = await desk.client.endpoint.mock({ params, body: { eventType: 'visitor.signin', payload } })
    expect(response?.status).toBe(200)
    const { site, visitor } = bodyOf(receiver.received[0]!)
    return { site, visitor }
  }

  it('S1:33 the site has an id, a type of two, a name and a time zone, and other values are refused', async () => {
    const desk = await portal()
    const site = { id: 4567, type: 'remote', name: 'Harbour Office', timezone: 'Europe/Berlin' }
    expect(await isTaken(desk, { site })).toMatchObject({ site })
    const wrong = { id: '4567', type: 'hybrid', name: 4567, timezone: null }
    for (const [name, value] of Object.entries(wrong)) {
      expect(await places(desk, { site: { [name]: value } }), name).toEqual([`body/payload/site.${name}`])
      expect(await places(desk, { site: { [name]: undefined } }), name).toEqual([`body/payload/site.${name}`])
    }
    expect(await places(desk, { site: { id: 4567.5 } })).toEqual(['body/payload/site.id'])
    expect(await places(desk, { site: { floor: 3 } })).toEqual(['body/payload/site.floor'])
  })

  it('S1:41 the visitor has the ten fields of the table, and values of other types are refused', async () => {
    const desk = await portal()
    const visitor = {
      id: 1234,
      returning_visitor_id: 77,
      name: 'Zoë de Vries',
      photo_url: 'https://photos.example.com/1234.jpg',
      badge_url: 'https://badges.example.com/1234.png',
      additional: { Company: 'Acme' },
      personal_fields: { role: 'Director' },
      is_returning: true,
      is_pre_registered: false,
      is_remote: true,
    }
    expect(await isTaken(desk, { visitor })).toMatchObject({ visitor })
    const wrong = {
      id: '1234',
      returning_visitor_id: 'seventy-seven',
      name: null,
      photo_url: 12,
      badge_url: false,
      additional: 'Company',
      personal_fields: 7,
      is_returning: 'yes',
      is_pre_registered: 1,
      is_remote: null,
    }
    expect(Object.keys(wrong)).toEqual(Object.keys(visitor))
    for (const [name, value] of Object.entries(wrong))
      expect(await places(desk, { visitor: { [name]: value } }), name).toEqual([`body/payload/visitor.${name}`])
  })

  it('S1:45 the number of a returning visitor, photo and badge may be missing', async () => {
    const desk = await portal()
    const visitor = { returning_visitor_id: undefined, photo_url: null, badge_url: null }
    const taken = (await isTaken(desk, { visitor })) as { visitor: object }
    expect(taken.visitor).toMatchObject({ photo_url: null, badge_url: null })
    expect(taken.visitor).not.toHaveProperty('returning_visitor_id')
    await isTaken(desk, { visitor: { photo_url: undefined, badge_url: undefined } })
  })

  it('S1:57 additional and personal fields hold texts, numbers and booleans under names of the site', async () => {
    const desk = await portal()
    const fields = { field1: 'value1', field2: 789, field3: true, 'Name am Empfang': 'Zoë' }
    const visitor = { additional: fields, personal_fields: fields }
    expect(await isTaken(desk, { visitor })).toMatchObject({ visitor })
    for (const name of ['additional', 'personal_fields'])
      expect(await places(desk, { visitor: { [name]: { field1: { nested: true } } } })).toEqual([
        `body/payload/visitor.${name}.field1`,
      ])
  })
})

describe('the answer', () => {
  it('S1:108 any code from 200 to 299 is success', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url } })
    const codes = [200, 201, 202, 204, 299]
    for (const status of codes) {
      receiver.answer = { status, body: '' }
      await signIn(desk)
      await server.engine.idle()
    }
    const { data } = await desk.client.log.list({ params: desk.params, query: { order: 'ascending' } })
    expect(data.map(({ code, result, attempt }) => ({ code, result, attempt }))).toEqual(
      codes.map((code) => ({ code, result: 'success', attempt: 1 })),
    )
  })

  it('S1:112 another code is tried three times in all, then given up', async () => {
    const desk = await portal()
    const { client, params } = desk
    const codes = [302, 404, 500]
    const receivers = await Promise.all(codes.map(startReceiver))
    for (const [index, receiver] of receivers.entries()) {
      receiver.answer = { status: codes[index]!, body: 'no' }
      // As many waits as the vendor's own schedule has, and short ones.
      await client.endpoint.create({ params, body: { url: receiver.url, retrySchedule: [1, 1] } })
    }
    const msg_id = await signIn(desk)
    const query = { request_id: msg_id, status: 'exhausted' }
    await expect.poll(async () => (await client.log.list({ params, query })).data).toHaveLength(3)
    await server.engine.idle()
    for (const [index, { received }] of receivers.entries()) expect(received.length, `${codes[index]}`).toBe(3)
    const { data } = await client.log.list({ params, query: { code: '500', order: 'ascending' } })
    expect(data.map(({ attempt, result }) => ({ attempt, result }))).toEqual([
      { attempt: 1, result: 'failed' },
      { attempt: 2, result: 'failed' },
      { attempt: 3, result: 'exhausted' },
    ])
    expect(data.at(-1)?.nextAttempt).toBeNull()
  })

  it("S1:112 the vendor's own schedule has two waits, and an endpoint keeps to it", async () => {
    const desk = await portal()
    const { client, params } = desk
    const { policy } = await client.preset.get({ params: { preset_name: 'signinapp' } })
    expect(policy).toMatchObject({ retrySchedule: [60, 300], terminalCodes: [] })
    const page = await client.preset.document({ params: { preset_name: 'signinapp' } })
    expect(page).toContain('There are 3 attempts.')
    const receiver = await startReceiver()
    receiver.answer = { status: 503, body: '' }
    await client.endpoint.create({ params, body: { url: receiver.url } })
    await signIn(desk)
    await server.engine.idle()
    const { data } = await client.log.list({ params })
    expect(data).toHaveLength(1)
    const [first] = data
    const wait = (Date.parse(first!.nextAttempt!) - Date.parse(first!.timestamp)) / 1000
    // Spread by a fifth, so that what failed together does not come back together. A busy machine adds to it.
    expect(wait).toBeGreaterThan(45)
    expect(wait).toBeLessThan(75 + 60)
  })
})

describe('the signature', () => {
  const secret = 'MySharedSecret'

  /** One request as it came, of a visit with letters and spaces of every kind. */
  async function received(desk: Portal, given: string | null = secret): Promise<Received> {
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret: given } })
    await signIn(desk, { visitor: { name: 'Zoë  "Z" 😀\\' } })
    await server.engine.idle()
    expect(receiver.received).toHaveLength(1)
    return receiver.received[0]!
  }

  interface Candidate {
    readonly what: string
    readonly header: string
    readonly body: string
    readonly secret: string
    readonly isRight: boolean
  }

  /** A request as it came, and what somebody could make of it. */
  function candidates(one: Received): Candidate[] {
    const { t, s1 } = partsOf(one)
    const { body } = one
    const right = { what: 'as it came', header: `t=${t},s1=${s1}`, body, secret, isRight: true }
    const wrong = { ...right, isRight: false }
    return [
      right,
      { ...wrong, what: 'another body', body: body.replace('visitor.signin', 'visitor.signout') },
      { ...wrong, what: 'another time', header: `t=${Number(t) + 1},s1=${s1}` },
      { ...wrong, what: 'another signature', header: `t=${t},s1=${s1.replace(/^./, (x) => (x === '0' ? '1' : '0'))}` },
      { ...wrong, what: 'another secret', secret: 'YourSharedSecret' },
    ]
  }

  /** The vendor's example in words that programs can follow, written here from its page and not taken from our dialect. */
  const vendorsExample = {
    request: {},
    signatures: [
      {
        algorithm: 'hmac-sha256',
        key: { encoding: 'utf8' },
        over: [{ $: 'sentAt', as: 'unix' }, '.', { $: 'body' }],
        encoding: 'hex',
        header: 'x-signinapp-webhook-signature',
        format: { pairs: { separator: ',', time: 't', signature: 's1' } },
      },
    ],
  }

  /** What a program that follows the vendor's example says about each. It shares no code with ours. */
  function judged(command: readonly string[], all: readonly Candidate[]): boolean[] {
    const [program = '', ...rest] = command
    const input = all.map(({ header, body, secret: key }) =>
      JSON.stringify({
        do: 'verify',
        dialect: vendorsExample,
        secret: key,
        request: {
          method: 'POST',
          url: 'https://example.com/',
          headers: { 'x-signinapp-webhook-signature': header },
          body: Buffer.from(body).toString('base64'),
        },
      }),
    )
    const cwd = fileURLToPath(new URL('../../../wire/test/foreign', import.meta.url))
    const ran = spawnSync(program, rest, { cwd, input: input.join('\n'), encoding: 'utf8', timeout: 60_000 })
    if (ran.status !== 0) throw new Error(`${program} ended with ${ran.status}: ${ran.stderr}`)
    const lines = ran.stdout.trim().split('\n')
    return lines.map((line) => (JSON.parse(line) as { ok: boolean }).ok)
  }

  const rightness = (all: readonly Candidate[]) => all.map(({ isRight }) => isRight)

  it("S1:117 a receiver with the shared secret tells the vendor's requests from all others", async () => {
    for (const { what, header, body, secret: key, isRight } of candidates(await received(await portal()))) {
      const result = await verify(
        { headers: { 'x-signinapp-webhook-signature': header }, body },
        { dialect: 'signinapp', secret: key },
      )
      expect(result, what).toMatchObject(isRight ? { ok: true } : { ok: false, code: 'signature_mismatch' })
    }
  })

  it('S1:117 the secret is optional: without one, requests have no signature', async () => {
    const desk = await portal()
    const { headers, body } = await received(desk, null)
    expect(headers).not.toHaveProperty('x-signinapp-webhook-signature')
    const request = { headers, body }
    expect(await verify(request, { dialect: 'signinapp', secret: null })).toMatchObject({ ok: true })
    // Who asks for a signature does not get along without one.
    expect(await verify(request, { dialect: 'signinapp', secret })).toMatchObject({ code: 'missing_header' })
    const { data } = await desk.client.endpoint.list({ params: desk.params })
    expect(data).toEqual([expect.objectContaining({ signed: false })])
  })

  it('S1:121 the header has two parts with a comma between, t and s1', async () => {
    const one = await received(await portal())
    expect(signatureOf(one)).toMatch(/^t=\d{10},s1=[0-9a-f]{64}$/)
  })

  it('S1:125 t is when this attempt was sent, new with each, and the body stays the same', async () => {
    const desk = await portal()
    const receiver = await startReceiver()
    receiver.answer = { status: 500, body: '' }
    const sentAfter = Math.floor(Date.now() / 1000)
    await desk.client.endpoint.create({
      params: desk.params,
      // Spread by a fifth, two waits of two seconds never end in the same second.
      body: { url: receiver.url, secret, retrySchedule: [2, 2] },
    })
    await signIn(desk)
    await expect.poll(() => receiver.received).toHaveLength(3)
    const times = receiver.received.map((one) => Number(partsOf(one).t))
    expect(times[0]).toBeGreaterThanOrEqual(sentAfter)
    expect(times[1]).toBeGreaterThan(times[0]!)
    expect(times[2]).toBeGreaterThan(times[1]!)
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1)
    for (const { headers, body } of receiver.received)
      expect(await verify({ headers, body }, { dialect: 'signinapp', secret, toleranceSeconds: 300 })).toMatchObject({
        ok: true,
        messages: [{ type: 'visitor.signin' }],
      })
  })

  it('S1:127 s1 is the HMAC-SHA256 of the time, a dot and the body, in hex', async () => {
    const one = await received(await portal())
    const { t, s1 } = partsOf(one)
    expect(s1).toBe(createHmac('sha256', secret).update(`${t}.`).update(Buffer.from(one.body)).digest('hex'))
    // The dot counts.
    expect(s1).not.toBe(createHmac('sha256', secret).update(t).update(Buffer.from(one.body)).digest('hex'))
  })

  it('S1:131 a receiver in Python computes the same', async ({ skip }) => {
    const reason = missing('python3')
    if (reason !== null) skip(reason)
    const all = candidates(await received(await portal()))
    expect(judged(['python3', 'verify.py'], all)).toEqual(rightness(all))
  })

  it('S1:139 a receiver in JavaScript computes the same', async () => {
    const all = candidates(await received(await portal()))
    const answers = all.map(({ header, body: payload, secret: key }) => {
      const [timestamp = '', signature = ''] = header.split(',').map((part) => part.slice(part.indexOf('=') + 1))
      return createHmac('sha256', key).update(`${timestamp}.${payload}`, 'utf8').digest('hex') === signature
    })
    expect(answers).toEqual(rightness(all))
  })

  it('S1:147 a receiver in PHP computes the same', async ({ skip }) => {
    const reason = missing('php')
    if (reason !== null) skip(reason)
    const all = candidates(await received(await portal()))
    expect(judged(['php', 'verify.php'], all)).toEqual(rightness(all))
  })

  it('S1:153 a receiver in Java computes the same', async ({ skip }) => {
    const reason = missing('java')
    if (reason !== null) skip(reason)
    const all = candidates(await received(await portal()))
    expect(judged(['java', 'Verify.java'], all)).toEqual(rightness(all))
  })

  it('S1:137 the page of the vendor has code that verifies, in each language of the document', async () => {
    const { client } = await portal()
    const page = await client.preset.document({ params: { preset_name: 'signinapp' }, query: { language: 'de' } })
    for (const language of ['Python', 'JavaScript', 'PHP', 'Java']) expect(page).toContain(`\n#### ${language}\n`)
  })
})

describe('words', () => {
  it("S1:11 the vendor's German headings are the words of its page", async () => {
    const { client } = await portal()
    const { words } = await client.preset.get({ params: { preset_name: 'signinapp' } })
    expect(words['de']).toMatchObject({
      notification: 'Benachrichtigung',
      url: 'Endpoint-URL',
      secret: 'geheimer Schlüssel',
      configure: 'Konfiguration',
      request: 'Anfrage',
      supportedEvents: 'Unterstützte Ereignisse',
      event: 'Veranstaltung',
      eventType: 'Veranstaltungsname',
      example: 'Beispiel',
      response: 'Antwort',
      responseCode: 'HTTP-Statuscode',
      errors: 'Fehler',
      verifySignature: 'Unterschrift prüfen',
    })
    const page = await client.preset.document({ params: { preset_name: 'signinapp' }, query: { language: 'de' } })
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading)
    const own = ['Konfiguration', 'Unterstützte Ereignisse', 'Antwort', 'Anfrage', 'Unterschrift prüfen', 'Beispiel']
    // The sentences are English, so a heading has the English word too.
    const inBrackets = headings.map((heading) => /\((.+)\)$/.exec(heading ?? '')?.[1])
    expect(inBrackets).toEqual(expect.arrayContaining(own))
    expect(page).toMatch(/\*\*[\w ]+ \(Endpoint-URL\)\*\*/)
    expect(page).toMatch(/\*\*[\w ]+ \(geheimer Schlüssel\)\*\*/)
  })
})
