import { Webhook as StandardWebhook } from 'standardwebhooks'
import { ApiException, MessageStatus, messageInRaw, Ordering, Svix, Webhook } from 'svix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { startReceiver, startTestServer, token, type Received } from './support.ts'

// The official package, unchanged, against our server: only its base URL is another one.

let server: RunningServer
let svix: Svix

beforeAll(async () => {
  server = await startTestServer()
  svix = new Svix(await token({ subject: 'org_svix' }), { serverUrl: server.url })
})
afterAll(() => server.close())

let count = 0
const newApp = () => svix.application.create({ name: 'Acme', uid: `acme-${++count}` })

async function refusal(call: Promise<unknown>): Promise<{ code: number; body: { code: string; detail: unknown } }> {
  try {
    await call
  } catch (error) {
    if (error instanceof ApiException) return error as never
    throw error
  }
  throw new Error('was not refused')
}

function verify(secret: string, { headers, body }: Received): void {
  new Webhook(secret).verify(body, headers as Record<string, string>)
  new StandardWebhook(secret).verify(body, headers as Record<string, string>)
}

describe('applications with the svix package', () => {
  it('are created, fetched, changed, listed and deleted', async () => {
    const created = await svix.application.create({
      name: 'One',
      uid: 'one',
      throttleRate: 50,
      metadata: { tier: 'gold' },
    })
    expect(created).toMatchObject({ name: 'One', uid: 'one', throttleRate: 50, metadata: { tier: 'gold' } })
    expect(created.id).toMatch(/^app_[0-9A-Za-z]{16}$/)
    expect(Math.abs(created.createdAt.getTime() - Date.now())).toBeLessThan(10_000)

    expect(await svix.application.getOrCreate({ name: 'Other', uid: 'one' })).toEqual(created)
    expect(await svix.application.get('one')).toEqual(created)
    expect(await svix.application.patch('one', { name: 'Uno' })).toMatchObject({ name: 'Uno', throttleRate: 50 })
    expect(await svix.application.upsert('one', { name: 'Eins' })).toMatchObject({
      id: created.id,
      name: 'Eins',
      uid: 'one',
      throttleRate: null,
    })
    expect(await svix.application.upsert('two', { name: 'Two' })).toMatchObject({ uid: 'two', name: 'Two' })

    const first = await svix.application.list({ limit: 1 })
    expect(first).toMatchObject({ done: false, data: [{ name: 'Eins' }] })
    const second = await svix.application.list({ limit: 10, iterator: first.iterator })
    expect(second.done).toBe(true)
    expect(second.data.map(({ name }) => name)).toContain('Two')

    await svix.application.delete('one')
    expect((await refusal(svix.application.get('one'))).code).toBe(404)
    expect((await refusal(svix.application.create({ name: 'Two', uid: 'two' }))).code).toBe(409)
  })

  it('of an organisation that was never seen are simply none', async () => {
    const other = new Svix(await token({ subject: 'org_never' }), { serverUrl: server.url })
    expect(await other.application.list()).toEqual({ data: [], iterator: null, prevIterator: null, done: true })
  })
})

describe('event types with the svix package', () => {
  it('are created, changed, archived, brought back and expunged', async () => {
    const created = await svix.eventType.create({
      name: 'device.enrolled',
      description: 'A device came in',
      schemas: { '1': { type: 'object' } },
      groupName: 'devices',
      featureFlags: ['beta'],
    })
    expect(created).toMatchObject({
      name: 'device.enrolled',
      archived: false,
      groupName: 'devices',
      featureFlags: ['beta'],
    })
    expect((await refusal(svix.eventType.create({ name: 'device.enrolled', description: '' }))).code).toBe(409)
    expect(await svix.eventType.upsert('device.enrolled', { description: 'Changed' })).toMatchObject({
      description: 'Changed',
      schemas: null,
    })
    expect(await svix.eventType.patch('device.enrolled', { deprecated: true })).toMatchObject({
      description: 'Changed',
      deprecated: true,
    })
    expect(await svix.eventType.upsert('device.locked', { description: 'New' })).toMatchObject({
      name: 'device.locked',
    })

    await svix.eventType.delete('device.enrolled')
    expect((await svix.eventType.list()).data.map(({ name }) => name)).not.toContain('device.enrolled')
    const all = await svix.eventType.list({ includeArchived: true, withContent: true })
    expect(all.data.find(({ name }) => name === 'device.enrolled')).toMatchObject({ archived: true })
    expect(await svix.eventType.create({ name: 'device.enrolled', description: 'Back' })).toMatchObject({
      archived: false,
      description: 'Back',
    })
    await svix.eventType.delete('device.enrolled', { expunge: true })
    expect((await refusal(svix.eventType.get('device.enrolled'))).code).toBe(404)
  })
})

describe('endpoints with the svix package', () => {
  it('are created, changed and deleted, with headers and secret', async () => {
    const app = await newApp()
    await svix.eventType.upsert('a.b', { description: '' })
    const endpoint = await svix.endpoint.create(app.id, {
      url: 'https://hooks.example.com/in',
      uid: 'hooks',
      description: 'in',
      eventTypes: ['a.b'],
      channels: ['eu'],
      throttleRate: 5,
      metadata: { a: '1' },
      headers: { 'X-Tenant': '7', Authorization: 'Bearer canary' },
    })
    expect(endpoint).toMatchObject({
      uid: 'hooks',
      eventTypes: ['a.b'],
      channels: ['eu'],
      throttleRate: 5,
      disabled: false,
    })
    expect(await svix.endpoint.get(app.id, 'hooks')).toEqual(endpoint)

    expect(await svix.endpoint.patch(app.id, 'hooks', { disabled: true, eventTypes: null })).toMatchObject({
      disabled: true,
      eventTypes: null,
    })
    expect(await svix.endpoint.upsert(app.id, 'hooks', { url: 'https://hooks.example.com/2' })).toMatchObject({
      id: endpoint.id,
      url: 'https://hooks.example.com/2',
      disabled: false,
      channels: null,
      metadata: {},
    })
    expect(await svix.endpoint.upsert(app.id, 'second', { url: 'https://hooks.example.com/3' })).toMatchObject({
      uid: 'second',
    })
    const uids = async (order?: Ordering) =>
      (await svix.endpoint.list(app.id, order && { order })).data.map(({ uid }) => uid)
    expect(await uids(), 'the newest first').toEqual(['second', 'hooks'])
    expect(await uids(Ordering.Ascending)).toEqual(['hooks', 'second'])

    expect(await svix.endpoint.getHeaders(app.id, 'hooks')).toEqual({
      headers: { 'X-Tenant': '7' },
      sensitive: ['Authorization'],
    })
    await svix.endpoint.patchHeaders(app.id, 'hooks', {
      headers: { 'x-tenant': '8', 'X-More': 'm' },
      deleteHeaders: ['authorization'],
    })
    expect(await svix.endpoint.getHeaders(app.id, 'hooks')).toEqual({
      headers: { 'x-tenant': '8' },
      sensitive: ['X-More'],
    })
    await svix.endpoint.setHeaders(app.id, 'hooks', { headers: {} })
    expect(await svix.endpoint.getHeaders(app.id, 'hooks')).toEqual({ headers: {}, sensitive: [] })

    const { key } = await svix.endpoint.getSecret(app.id, 'hooks')
    expect(key).toMatch(/^whsec_/)
    await svix.endpoint.rotateSecret(app.id, 'hooks')
    expect((await svix.endpoint.getSecret(app.id, 'hooks')).key).not.toBe(key)

    await svix.endpoint.delete(app.id, 'hooks')
    expect((await refusal(svix.endpoint.get(app.id, endpoint.id))).code).toBe(404)
  })
})

describe('messages with the svix package', () => {
  it('are delivered, signed, listed, sent again, and recovered', async () => {
    const receiver = await startReceiver()
    const app = await newApp()
    const endpoint = await svix.endpoint.create(app.id, { url: receiver.url })
    const { key } = await svix.endpoint.getSecret(app.id, endpoint.id)

    const sent = await svix.message.create(
      app.id,
      {
        eventType: 'invoice.paid',
        payload: { amount: 12, é: '€' },
        eventId: 'evt-1',
        channels: ['eu'],
        tags: ['t1'],
        payloadRetentionPeriod: 30,
      },
      { withContent: true },
    )
    expect(sent).toMatchObject({
      eventType: 'invoice.paid',
      eventId: 'evt-1',
      payload: { amount: 12, é: '€' },
      channels: ['eu'],
      tags: ['t1'],
    })
    await server.engine.idle()
    expect(receiver.received).toHaveLength(1)
    expect(receiver.received[0]!.body).toBe('{"amount":12,"é":"€"}')
    expect(receiver.received[0]!.headers['webhook-id']).toBe(sent.id)
    verify(key, receiver.received[0]!)

    expect(await svix.message.get(app.id, sent.id)).toMatchObject({ id: sent.id, payload: {} })
    expect(
      (await svix.message.list(app.id, { withContent: true, eventTypes: ['invoice.paid'], tag: 't1', channel: 'eu' }))
        .data,
    ).toEqual([sent])
    expect((await svix.message.list(app.id, { before: new Date(Date.now() - 3600_000) })).data).toEqual([])

    const attempts = await svix.messageAttempt.listByMsg(app.id, sent.id, { withContent: true })
    expect(attempts).toMatchObject({
      done: true,
      data: [
        {
          status: 0,
          statusText: 'success',
          triggerType: 0,
          responseStatusCode: 200,
          response: 'thanks',
          msgId: sent.id,
          endpointId: endpoint.id,
        },
      ],
    })
    const attempt = attempts.data[0]!
    expect(await svix.messageAttempt.get(app.id, sent.id, attempt.id)).toMatchObject({
      id: attempt.id,
      url: receiver.url,
    })
    const byEndpoint = await svix.messageAttempt.listByEndpoint(app.id, endpoint.id, { withMsg: true })
    expect(byEndpoint.data).toMatchObject([{ id: attempt.id, response: '', msg: { id: sent.id, payload: {} } }])
    expect((await svix.messageAttempt.listByMsg(app.id, sent.id, { status: MessageStatus.Fail })).data).toEqual([])
    expect((await svix.messageAttempt.listByMsg(app.id, sent.id, { status: MessageStatus.Pending })).data).toEqual([])
    expect((await svix.messageAttempt.listByEndpoint(app.id, endpoint.id, { statusCodeClass: 200 })).data).toHaveLength(
      1,
    )
    expect((await svix.messageAttempt.listByEndpoint(app.id, endpoint.id, { statusCodeClass: 500 })).data).toHaveLength(
      0,
    )
    expect((await svix.messageAttempt.listAttemptedDestinations(app.id, sent.id)).data).toMatchObject([
      { id: endpoint.id, status: 0, nextAttempt: null },
    ])
    expect(
      (await svix.messageAttempt.listAttemptedMessages(app.id, endpoint.id, { withContent: true })).data,
    ).toMatchObject([{ id: sent.id, status: 0, statusText: 'success', payload: { amount: 12 } }])
    expect(await svix.endpoint.getStats(app.id, endpoint.id)).toMatchObject({
      success: 1,
      fail: 0,
      pending: 0,
      sending: 0,
    })

    // Again, after a rotation: both secrets sign for a while.
    await svix.endpoint.rotateSecret(app.id, endpoint.id, { gracePeriodSeconds: 3600 })
    const { key: newKey } = await svix.endpoint.getSecret(app.id, endpoint.id)
    expect(await svix.messageAttempt.resend(app.id, sent.id, endpoint.id)).toEqual({})
    await server.engine.idle()
    expect(receiver.received).toHaveLength(2)
    verify(key, receiver.received[1]!)
    verify(newKey, receiver.received[1]!)
    expect(
      (await svix.messageAttempt.listByMsg(app.id, sent.id)).data
        .map(({ triggerType }) => triggerType)
        .toSorted((a, b) => a - b),
    ).toEqual([0, 1])

    // Erased.
    await svix.messageAttempt.expungeContent(app.id, sent.id, attempt.id)
    expect(await svix.messageAttempt.get(app.id, sent.id, attempt.id)).toMatchObject({
      response: 'EXPUNGED',
    })
    await svix.message.expungeContent(app.id, sent.id)
    expect((await svix.message.get(app.id, sent.id, { withContent: true })).payload).toEqual({ expired: true })
    expect((await svix.message.list(app.id, { withContent: true })).data[0]?.payload).toEqual({ expired: true })
    expect(
      (await svix.messageAttempt.listAttemptedMessages(app.id, endpoint.id, { withContent: true })).data[0]?.payload,
    ).toEqual({
      expired: true,
    })
    expect(await refusal(svix.messageAttempt.resend(app.id, sent.id, endpoint.id))).toMatchObject({
      code: 400,
      body: { code: 'missing_payload' },
    })
  })

  it('that failed are recovered', async () => {
    const receiver = await startReceiver()
    receiver.answer = { status: 500, body: 'broken' }
    const app = await newApp()
    const response = await fetch(`${server.url}/api/v1/app/${app.id}/endpoint`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await token({ subject: 'org_svix' })}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url: receiver.url, retrySchedule: [], timeoutSeconds: 5 }),
    })
    const { id } = (await response.json()) as { id: string }
    const sent = await svix.message.create(app.id, { eventType: 'a.b', payload: {} })
    await server.engine.idle()
    expect((await svix.messageAttempt.listByMsg(app.id, sent.id, { withContent: true })).data).toMatchObject([
      { status: 2, statusText: 'fail', responseStatusCode: 500, response: 'broken' },
    ])
    receiver.answer = { status: 204, body: '' }
    const task = await svix.endpoint.recover(app.id, id, { since: new Date(Date.now() - 3600_000) })
    expect(task).toMatchObject({ status: 'finished', task: 'endpoint.recover' })
    await server.engine.idle()
    expect(receiver.received).toHaveLength(2)
    expect((await svix.messageAttempt.listAttemptedDestinations(app.id, sent.id)).data).toMatchObject([{ status: 0 }])
  })

  it('can bring their application along, and raw text', async () => {
    const receiver = await startReceiver()
    const raw = messageInRaw('a.b', '{ "amount": 2432232314.10, "e": 1e400 }', 'application/json')
    const first = await svix.message.create(
      'brought',
      { ...raw, application: { name: 'Brought along', uid: 'brought' } },
      { withContent: false },
    )
    expect(first.payload).toEqual({})
    expect(await svix.application.get('brought')).toMatchObject({ name: 'Brought along' })
    await svix.endpoint.create('brought', { url: receiver.url })
    await svix.message.create('brought', raw)
    await server.engine.idle()
    expect(receiver.received[0]!.body).toBe('{ "amount": 2432232314.10, "e": 1e400 }')
    const { code, body } = await refusal(
      svix.message.create('brought', messageInRaw('a.b', '<xml/>', 'application/xml')),
    )
    expect(code).toBe(422)
    expect(body.detail).toMatchObject([{ loc: ['body', 'transformationsParams', 'rawPayload'] }])
  })

  it('with an eventId that is there already are a conflict', async () => {
    const app = await newApp()
    await svix.message.create(app.id, { eventType: 'a.b', payload: {}, eventId: 'twice' })
    const { code, body } = await refusal(
      svix.message.create(app.id, { eventType: 'a.b', payload: {}, eventId: 'twice' }),
    )
    expect(code).toBe(409)
    expect(body).toMatchObject({ code: 'conflict', detail: expect.any(String) })
  })

  // Needs `messages.get` by eventId in the engine.
  it('are found by their eventId', async () => {
    const app = await newApp()
    const sent = await svix.message.create(app.id, { eventType: 'a.b', payload: {}, eventId: 'by-this' })
    expect((await svix.message.get(app.id, 'by-this')).id).toBe(sent.id)
  })
})

describe('the rest with the svix package', () => {
  it('health answers', () => svix.health.get())

  it('a repeat of a POST answers the same and does nothing', async () => {
    const options = { idempotencyKey: 'once' }
    const one = await svix.application.create({ name: 'Once' }, options)
    expect(await svix.application.create({ name: 'Once' }, options)).toEqual(one)
    expect((await refusal(svix.application.create({ name: 'Another' }, options))).code).toBe(422)
  })

  it('a validation error has the form that the package expects', async () => {
    const { code, body } = await refusal(svix.application.create({ name: 7 as unknown as string }))
    expect(code).toBe(422)
    expect(body.detail).toEqual([{ loc: ['body', 'name'], msg: expect.any(String), type: 'type_error' }])
  })
})
