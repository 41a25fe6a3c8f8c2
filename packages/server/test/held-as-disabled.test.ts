/** POSTHORN_HELD_AS_DISABLED: clients that know only `disabled` see that an endpoint is held, and change nothing by sending it back. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createClient, type Client } from '@posthorn/api'
import type { RunningServer } from '../src/index.ts'
import { request, startReceiver, startTestServer, token, type Receiver } from './support.ts'

const org = 'org_held'
const held = { hold: 'gone', disabled: true }

let server: RunningServer
let bearer: string
let client: Client
let receiver: Receiver

beforeAll(async () => {
  server = await startTestServer({ POSTHORN_HELD_AS_DISABLED: 'true' })
  bearer = await token({ subject: org })
  client = createClient({ url: server.url, token: bearer })
})
afterAll(() => server.close())
beforeEach(async () => {
  receiver = await startReceiver()
})

const send = (app: string) => client.message.create({ params: { app_id: app }, body: { eventType: 'a', payload: {} } })

/** An endpoint that answered 410 to its first message. */
async function heldEndpoint(app: string): Promise<{ params: { app_id: string; endpoint_id: string } }> {
  await client.application.create({ body: { name: app, uid: app } })
  await client.endpoint.create({ params: { app_id: app }, body: { url: receiver.url, uid: 'hook' } })
  receiver.answer = { status: 410, body: '' }
  const isHeld = new Promise<void>((resolve) => {
    const forget = server.engine.on('endpointHeld', () => (forget(), resolve()))
  })
  await send(app)
  await isHeld
  return { params: { app_id: app, endpoint_id: 'hook' } }
}

it('is shown in every answer that has the endpoint, and nowhere else', async () => {
  const one = await heldEndpoint('shown')
  const message = await send('shown')
  const params = { app_id: 'shown' }
  expect(await client.endpoint.get(one)).toMatchObject(held)
  expect(await client.endpoint.list({ params })).toMatchObject({ data: [held] })
  expect(await client.attempt.listDestinations({ params: { ...params, msg_id: message.id } })).toMatchObject({
    data: [{ ...held, state: 'held' }],
  })
  expect(await client.endpoint.patch({ ...one, body: { description: 'x' } })).toMatchObject(held)
  expect(await server.engine.endpoints.get(org, 'shown', 'hook')).toMatchObject({ hold: 'gone', disabled: false })
})

it('sent back with a PUT or a PATCH, with its tag, it changes nothing, and messages are kept', async () => {
  const one = await heldEndpoint('echo')
  const path = '/api/v1/app/echo/endpoint/hook'
  const read = await request(server.url, 'GET', path, { token: bearer })
  const { url, uid, disabled } = read.json as { url: string; uid: string; disabled: boolean }
  expect(disabled).toBe(true)
  const etag = read.headers.get('etag')!
  const put = await request(server.url, 'PUT', path, {
    token: bearer,
    headers: { 'if-match': etag },
    body: { url, uid, disabled },
  })
  expect(put).toMatchObject({ status: 200, json: held })
  expect(await client.endpoint.patch({ ...one, body: { disabled } })).toMatchObject(held)
  const kept = await send('echo')
  receiver.answer = { status: 200, body: '' }
  expect(await client.endpoint.patch({ ...one, body: { disabled: false } })).toMatchObject({
    hold: null,
    disabled: false,
  })
  const recovered = await client.endpoint.recover({
    ...one,
    body: { since: new Date(Date.now() - 60_000).toISOString() },
  })
  // The one that was refused has its next attempt in a few seconds, as planned.
  expect(recovered.data.messagesSent).toBe(1)
  await server.engine.idle()
  const params = { app_id: 'echo', msg_id: kept.id }
  expect(await client.attempt.listDestinations({ params })).toMatchObject({
    data: [{ state: 'success', disabled: false }],
  })
})

it('a PATCH of an endpoint that is not held switches it off, and a PUT creates one that is off', async () => {
  const params = { app_id: 'plain', endpoint_id: 'hook' }
  await client.application.create({ body: { name: 'plain', uid: 'plain' } })
  expect(await client.endpoint.upsert({ params, body: { url: receiver.url, disabled: true } })).toMatchObject({
    hold: null,
    disabled: true,
  })
  await client.endpoint.patch({ params, body: { disabled: false } })
  await client.endpoint.patch({ params, body: { disabled: true } })
  expect(await server.engine.endpoints.get(org, 'plain', 'hook')).toMatchObject({ hold: null, disabled: true })
})
