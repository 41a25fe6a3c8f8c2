import { createClient, type Client } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { startReceiver, startTestServer, token } from './support.ts'

// The endpoints of a message: also those that were deleted since.

let server: RunningServer
let client: Client

beforeAll(async () => {
  server = await startTestServer()
  client = createClient({ url: server.url, token: await token({ subject: 'org_destinations' }) })
})
afterAll(() => server.close())

const hour = 3_600_000

async function application() {
  const { id: app_id } = await client.application.create({ body: { name: 'Acme' } })
  const params = { app_id }
  return {
    params,
    endpoint: (url: string, body: object = {}) => client.endpoint.create({ params, body: { url, ...body } }),
    send: (body: object = {}) =>
      client.message.create({ params, body: { eventType: 'a.b', payload: {}, ...body } }).then(({ id }) => id),
    remove: (id: string) => client.endpoint.delete({ params: { app_id, endpoint_id: id } }),
    destinations: async (msg_id: string) => {
      await server.engine.idle()
      return (await client.attempt.listDestinations({ params: { app_id, msg_id } })).data
    },
  }
}

describe('a deleted endpoint stays in the list of a message', () => {
  it('with its id, its URL, when it was created, and how its delivery ended', async () => {
    const app = await application()
    const receiver = await startReceiver()
    const [one, two, three] = [
      await app.endpoint(receiver.url, { description: 'first' }),
      await app.endpoint(receiver.url),
      await app.endpoint(receiver.url),
    ]
    const message = await app.send()
    await server.engine.idle()
    await app.remove(two.id)
    const found = await app.destinations(message)
    expect(found.map(({ id, deleted }) => [id, deleted])).toEqual([
      [one.id, false],
      [two.id, true],
      [three.id, false],
    ])
    const { url, createdAt } = two
    expect(found[1]).toMatchObject({ url, createdAt, disabled: true, state: 'success', status: 0, attempts: 1 })
    expect(found[0]).toMatchObject({ description: 'first', disabled: false })
  })

  it('also where it waited for a retry: cancelled', async () => {
    const app = await application()
    const receiver = await startReceiver()
    receiver.answer = { status: 503, body: '' }
    const { id, url } = await app.endpoint(receiver.url, { retrySchedule: [3600] })
    const message = await app.send()
    await server.engine.idle()
    await app.remove(id)
    expect(await app.destinations(message)).toMatchObject([
      { id, url, deleted: true, state: 'cancelled', status: 4, nextAttempt: null },
    ])
  })

  it('also where nothing was sent yet: cancelled, without a URL', async () => {
    const app = await application()
    const { id } = await app.endpoint('https://example.com/hook')
    const message = await app.send({ deliverAt: new Date(Date.now() + hour).toISOString() })
    await app.remove(id)
    expect(await app.destinations(message)).toMatchObject([{ id, url: '', deleted: true, state: 'cancelled' }])
  })

  it('and what it failed for good stays failed', async () => {
    const app = await application()
    const receiver = await startReceiver()
    receiver.answer = { status: 500, body: '' }
    const { id } = await app.endpoint(receiver.url, { retrySchedule: [] })
    const message = await app.send()
    await server.engine.idle()
    await app.remove(id)
    expect(await app.destinations(message)).toMatchObject([{ id, deleted: true, state: 'failed', status: 2 }])
  })
})

it('pages forwards and backwards, over a deleted endpoint and with the ids of endpoints', async () => {
  const app = await application()
  const { url } = await startReceiver()
  const [one, two, three] = [(await app.endpoint(url)).id, (await app.endpoint(url)).id, (await app.endpoint(url)).id]
  const msg_id = await app.send()
  await server.engine.idle()
  await app.remove(two)
  const page = async (query: { limit: number; iterator?: string | null }) => {
    const found = await client.attempt.listDestinations({ params: { ...app.params, msg_id }, query })
    return { ...found, ids: found.data.map(({ id }) => id) }
  }
  const first = await page({ limit: 2 })
  expect(first).toMatchObject({ ids: [one, two], done: false })
  expect(await page({ limit: 2, iterator: first.iterator })).toMatchObject({ ids: [three], done: true })
  const back = await page({ limit: 1, iterator: `-${three}` })
  expect(back).toMatchObject({ ids: [two], done: false })
  expect(await page({ limit: 1, iterator: back.prevIterator })).toMatchObject({ ids: [one], done: true })
})

it('the message of a callback has no endpoint', async () => {
  const { params, destinations } = await application()
  const body = { callbackUrl: 'https://example.com/callback' }
  const { id: operation_id } = await client.operation.create({ params, body })
  await client.operation.complete({ params: { ...params, operation_id }, body: { payload: {} } })
  const [message] = (await client.message.list({ params })).data
  expect(await destinations(message?.id ?? '')).toEqual([])
})
