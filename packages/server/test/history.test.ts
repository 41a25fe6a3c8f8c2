import { createClient, type Client } from '@posthorn/api'
import { idToBase62, idToUuid } from '@posthorn/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startReceiver, startTestServer, token } from './support.ts'

// The list of messages, which is the history: by the id that is on the wire, and by the time of the event.

let server: RunningServer
let client: Client
let bearer: string

beforeAll(async () => {
  server = await startTestServer()
  bearer = await token({ subject: 'org_history' })
  client = createClient({ url: server.url, token: bearer })
})
afterAll(() => server.close())

const application = async (body: object = {}) => {
  const { id: app_id } = await client.application.create({ body: { name: 'Acme', ...body } })
  return { app_id }
}

describe('the id on the wire', () => {
  const payload = { site: { id: 1 }, visitor: { name: 'Ada' } }
  it.each([
    ['standard', (id: string) => id],
    ['signinapp', (id: string) => idToBase62(id)],
    ['scalefusion', (id: string) => idToUuid(id)],
  ])('of %s is what a receiver gets, is shown with each message, and finds it in every form', async (dialect, form) => {
    const params = await application({ dialect })
    const receiver = await startReceiver()
    const body = { url: receiver.url, secret: dialect === 'standard' ? undefined : 'a secret of twenty characters' }
    const { id: endpoint_id } = await client.endpoint.create({ params, body })
    const send = () => client.message.create({ params, body: { eventType: 'visitor.signin', payload } })
    const [first, second] = [await send(), await send()]
    await server.engine.idle()
    expect(first.requestId).toBe(form(first.id))
    expect(JSON.stringify(receiver.received)).toContain(first.requestId)

    const { data } = await client.message.list({ params })
    expect(data.map(({ requestId }) => requestId)).toEqual([second.requestId, first.requestId])
    expect((await client.message.get({ params: { ...params, msg_id: first.id } })).requestId).toBe(first.requestId)
    const ofEndpoint = await client.attempt.listMessages({ params: { ...params, endpoint_id } })
    expect(ofEndpoint.data.map(({ requestId }) => requestId)).toEqual([second.requestId, first.requestId])

    const forms = [
      first.id,
      first.requestId,
      idToUuid(first.id),
      idToUuid(first.id).toUpperCase(),
      idToBase62(first.id),
    ]
    for (const request_id of forms)
      expect((await client.message.list({ params, query: { request_id } })).data, request_id).toMatchObject([
        { id: first.id },
      ])
  })

  it('of an endpoint with another dialect is shown in the list of that endpoint', async () => {
    const params = await application()
    const { url } = await startReceiver()
    const secret = 'a secret of twenty characters'
    const body = { url, dialect: 'signinapp', secret }
    const { id: endpoint_id } = await client.endpoint.create({ params, body })
    const { id, requestId } = await client.message.create({ params, body: { eventType: 'a.b', payload } })
    await server.engine.idle()
    expect(requestId).toBe(id)
    const { data } = await client.attempt.listMessages({ params: { ...params, endpoint_id } })
    expect(data).toMatchObject([{ id, requestId: idToBase62(id) }])
    const found = await client.message.list({ params, query: { request_id: data[0]?.requestId } })
    expect(found.data).toMatchObject([{ id }])
  })

  it('of nobody, or of a message of another application, finds nothing', async () => {
    const params = await application()
    const { id } = await client.message.create({ params: await application(), body: { eventType: 'a.b', payload } })
    await client.message.create({ params, body: { eventType: 'a.b', payload } })
    for (const request_id of [id, idToUuid(id), 'nobody', '00000000-0000-0000-0000-000000000000', "' OR 1=1--"])
      expect((await client.message.list({ params, query: { request_id } })).data).toEqual([])
  })

  it('of a repeated POST is the same', async () => {
    const params = await application({ dialect: 'scalefusion' })
    const post = () =>
      request(server.url, 'POST', `/api/v1/app/${params.app_id}/msg`, {
        token: bearer,
        headers: { 'idempotency-key': 'history' },
        body: { eventType: 'a.b', payload },
      })
    const [first, again] = [await post(), await post()]
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.text).toBe(first.text)
    const { id, requestId } = first.json as { id: string; requestId: string }
    expect(requestId).toBe(idToUuid(id))
  })
})

describe('the time of the event', () => {
  const may = '2026-05-17T10:00:00.000Z'

  it('finds an event of May that was accepted later, where the time of the accept does not', async () => {
    const params = await application()
    const send = async (occurredAt?: string) =>
      (await client.message.create({ params, body: { eventType: 'a.b', payload: {}, occurredAt } })).id
    const [before, then, after, now] = [
      await send('2026-04-30T23:59:59.999Z'),
      await send(may),
      await send('2026-06-01T00:00:00Z'),
      await send(),
    ]
    const ids = async (query: object) => (await client.message.list({ params, query })).data.map(({ id }) => id)
    const month = { occurred_after: '2026-05-01T00:00:00Z', occurred_before: '2026-06-01T00:00:00Z' }
    expect(await ids(month)).toEqual([then])
    expect(await ids({ after: month.occurred_after, before: month.occurred_before })).toEqual([])
    expect(await ids({ occurred_after: may, order: 'ascending' })).toEqual([then, after, now])
    expect(await ids({ occurred_before: may })).toEqual([before])
    expect(await ids({ ...month, event_types: 'none' })).toEqual([])
    // In pages, and in a form that clients of Svix write.
    const first = await client.message.list({ params, query: { occurred_before: month.occurred_before, limit: 1 } })
    expect(first).toMatchObject({ data: [{ id: then }], done: false })
    expect(await ids({ occurred_before: month.occurred_before, iterator: first.iterator })).toEqual([before])
    expect(await ids({ occurred_after: '2026-06-01 00:00:00 UTC', order: 'ascending' })).toEqual([after, now])
  })

  it('that is no time is a 422', async () => {
    const params = await application()
    const path = `/api/v1/app/${params.app_id}/msg?occurred_after=may`
    expect(await request(server.url, 'GET', path, { token: bearer })).toMatchObject({
      status: 422,
      json: { detail: [{ loc: ['query', 'occurred_after'] }] },
    })
  })
})
