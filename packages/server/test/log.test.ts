import { createClient, type LogEntry } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startReceiver, startTestServer, token, type Receiver } from './support.ts'

let server: RunningServer
let bearer: string

beforeAll(async () => {
  server = await startTestServer()
  bearer = await token({ subject: 'org_log' })
})
afterAll(() => server.close())

const clientOf = (given = bearer) => createClient({ url: server.url, token: given })

async function newApp(receiver: Receiver, given = bearer): Promise<{ app_id: string; endpoint_id: string }> {
  const client = clientOf(given)
  const { id: app_id } = await client.application.create({ body: { name: 'Acme' } })
  const body = { url: receiver.url, retrySchedule: [] }
  const { id: endpoint_id } = await client.endpoint.create({ params: { app_id }, body })
  return { app_id, endpoint_id }
}

describe('the log', () => {
  it('is searched by status, code, event type, endpoint, time and request id', async () => {
    const receiver = await startReceiver()
    const { app_id, endpoint_id } = await newApp(receiver)
    const client = clientOf()
    const send = async (eventType: string, status: number) => {
      receiver.answer = { status, body: '' }
      const { id } = await client.message.create({ params: { app_id }, body: { eventType, payload: {} } })
      await server.engine.idle()
      return id
    }
    const good = await send('a.good', 200)
    const bad = await send('a.bad', 503)

    const find = async (query: object) =>
      (await client.log.list({ params: { app_id }, query })).data.map(({ msgId }) => msgId)
    expect(await find({})).toEqual([bad, good])
    expect(await find({ order: 'ascending' })).toEqual([good, bad])
    expect(await find({ status: 'success' })).toEqual([good])
    expect(await find({ status: 'failed' })).toEqual([bad])
    expect(await find({ status: 'exhausted' })).toEqual([bad])
    expect(await find({ code: '503' })).toEqual([bad])
    expect(await find({ code: '5xx' })).toEqual([bad])
    expect(await find({ code: '0' })).toEqual([])
    expect(await find({ event_type: 'a.good,a.other' })).toEqual([good])
    expect(await find({ endpoint_id })).toEqual([bad, good])
    expect(await find({ request_id: good })).toEqual([good])
    expect(await find({ after: new Date(Date.now() + 60_000) })).toEqual([])
    expect(await find({ before: new Date(Date.now() + 60_000) })).toEqual([bad, good])

    const first = await client.log.list({ params: { app_id }, query: { limit: 1 } })
    expect(first).toMatchObject({
      done: false,
      data: [{ msgId: bad, code: 503, result: 'exhausted', attempt: 1, appId: app_id }],
    })
    const second = await client.log.list({ params: { app_id }, query: { limit: 1, iterator: first.iterator } })
    expect(second).toMatchObject({ done: true, data: [{ msgId: good }] })

    expect(await client.log.summary({ params: { app_id } })).toEqual({ total: 2, success: 1, failed: 1 })
    expect(await client.log.summary({ params: { app_id }, query: { event_type: 'a.bad' } })).toEqual({
      total: 1,
      success: 0,
      failed: 1,
    })
  })
})

describe('a mock', () => {
  it('answers the exact bytes both ways and is not logged', async () => {
    const receiver = await startReceiver()
    const { app_id, endpoint_id } = await newApp(receiver)
    receiver.answer = { status: 418, body: 'short and stout' }
    const { text, json } = await request(server.url, 'POST', `/api/v1/app/${app_id}/endpoint/${endpoint_id}/mock`, {
      token: bearer,
      body: '{"eventType":"a.b","payload":{"amount": 2432232314.10}}',
    })
    expect(json).toMatchObject({
      request: { method: 'POST', url: receiver.url, body: receiver.received[0]!.body },
      response: { status: 418, body: 'short and stout', truncated: false, bodyBase64: null },
      error: null,
      durationMs: expect.any(Number),
    })
    expect(receiver.received[0]!.body).toBe('{"amount": 2432232314.10}')
    expect(text).toContain('webhook-signature')
    expect((await clientOf().log.list({ params: { app_id } })).data).toEqual([])
  })

  it('answers why nothing came back', async () => {
    const receiver = await startReceiver()
    const { app_id } = await newApp(receiver)
    const client = clientOf()
    const { id: endpoint_id } = await client.endpoint.create({
      params: { app_id },
      body: { url: 'http://127.0.0.1:9/' },
    })
    const result = await client.endpoint.mock({
      params: { app_id, endpoint_id },
      body: { eventType: 'a.b', payload: {} },
    })
    expect(result).toMatchObject({
      response: null,
      error: { code: 'connection_refused', message: expect.any(String), maybeSent: false },
    })
  })
})

describe('the live stream', () => {
  /** Follows the log until it is told to stop. */
  async function follow(given: string): Promise<{ entries: LogEntry[]; stop(): void }> {
    const entries: LogEntry[] = []
    const controller = new AbortController()
    const stream = await clientOf(given).log.stream({ signal: controller.signal })
    void (async () => {
      try {
        for await (const entry of stream) entries.push(entry)
      } catch {
        // Stopped.
      }
    })()
    return { entries, stop: () => controller.abort() }
  }

  it('shows each token what it may see, as it happens', async () => {
    const receiver = await startReceiver()
    const first = await newApp(receiver)
    const second = await newApp(receiver)
    const otherToken = await token({ subject: 'org_other' })
    const other = await newApp(receiver, otherToken)
    const [all, one, others] = await Promise.all([
      follow(bearer),
      follow(await token({ subject: first.app_id, org: 'org_log' })),
      follow(otherToken),
    ])
    for (const [given, { app_id }] of [
      [bearer, first],
      [bearer, second],
      [otherToken, other],
    ] as const) {
      await clientOf(given).message.create({ params: { app_id }, body: { eventType: 'a.b', payload: { canary: 1 } } })
    }
    await expect.poll(() => all.entries.length + one.entries.length + others.entries.length).toBe(4)
    expect(all.entries.map(({ appId }) => appId).toSorted()).toEqual([first.app_id, second.app_id].toSorted())
    expect(one.entries.map(({ appId }) => appId)).toEqual([first.app_id])
    expect(others.entries.map(({ appId }) => appId)).toEqual([other.app_id])
    expect(all.entries[0]).toMatchObject({ result: 'success', code: 200, eventType: 'a.b', url: receiver.url })
    for (const followed of [all, one, others]) followed.stop()
  })

  it('does not show an application to a token that claims another organisation', async () => {
    const receiver = await startReceiver()
    const { app_id } = await newApp(receiver)
    await expect(follow(await token({ subject: app_id, org: 'org_other' }))).rejects.toMatchObject({ status: 404 })
    const forged = await follow(await token({ subject: 'org_other' }))
    const honest = await follow(bearer)
    await clientOf().message.create({ params: { app_id }, body: { eventType: 'a.b', payload: {} } })
    await expect.poll(() => honest.entries).toHaveLength(1)
    expect(forged.entries).toEqual([])
    forged.stop()
    honest.stop()
  })

  it('needs a token', async () => {
    expect((await request(server.url, 'GET', '/api/v1/log/stream')).status).toBe(401)
  })
})

describe('dialects', () => {
  it('are listed and shown', async () => {
    const client = clientOf()
    const list = await client.dialect.list()
    expect(list.data.map(({ name }) => name)).toContain('standard')
    expect(await client.dialect.get({ params: { dialect_name: 'standard' } })).toMatchObject({
      name: 'standard',
      builtIn: true,
      definition: { request: { method: 'POST' } },
    })
    await expect(client.dialect.get({ params: { dialect_name: 'morse' } })).rejects.toMatchObject({
      status: 404,
      code: 'not_found',
    })
  })
})
