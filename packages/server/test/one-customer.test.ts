/** Promise 9: what is set for one endpoint can only hurt that endpoint. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type Client } from '@posthorn/api'
import type { RunningServer } from '../src/index.ts'
import { request, startReceiver, startTestServer, token } from './support.ts'

let server: RunningServer
let bearer: string
let client: Client
let apps = 0

beforeAll(async () => {
  server = await startTestServer()
  bearer = await token({ subject: 'org_one_customer' })
  client = createClient({ url: server.url, token: bearer })
})
afterAll(() => server.close())

const secret = 'a secret of twenty characters'

async function application(body: object = {}): Promise<string> {
  const uid = `app-${++apps}`
  const { status } = await request(server.url, 'POST', '/api/v1/app', {
    token: bearer,
    body: { name: uid, uid, ...body },
  })
  expect(status).toBe(201)
  return uid
}

async function endpoint(app: string, url: string, body: object = {}): Promise<string> {
  const answer = await request(server.url, 'POST', `/api/v1/app/${app}/endpoint`, {
    token: bearer,
    body: { url, ...body },
  })
  expect(answer).toMatchObject({ status: 201 })
  return (answer.json as { id: string }).id
}

/** The deliveries of a message, by endpoint, once nothing is on its way. */
async function deliveries(app: string, msg: string) {
  await server.engine.idle()
  const params = { app_id: app, msg_id: msg }
  const [{ data: found }, { data: attempts }] = await Promise.all([
    client.attempt.listDestinations({ params }),
    client.attempt.listByMessage({ params }),
  ])
  return Object.fromEntries(
    found.map(({ id, state }) => {
      const own = attempts.filter(({ endpointId }) => endpointId === id)
      return [id, { state, results: own.map(({ result }) => result), error: own[0]?.error?.code ?? null }]
    }),
  )
}

const arrived = { state: 'success', results: ['success'], error: null }
const notEncodable = { state: 'failed', results: ['exhausted'], error: 'not_encodable' }

describe('a message that one endpoint alone cannot carry', () => {
  it.each<[string, object, object]>([
    ['its dialect asks for params that nobody gives', { dialect: 'comapi', secret }, {}],
    ['its dialect needs the claim of an operation', { dialect: 'autoflex' }, {}],
    ['its dialect has a member of the payload itself', { dialect: 'screenmeet' }, { payload: { type: 'x', site: {} } }],
    ['its second format asks for params', { secondary: { dialect: 'comapi', secret } }, {}],
  ])('fails there, visibly, and reaches the others: %s', async (_, odd, body) => {
    const app = await application({ dialect: 'signinapp' })
    const good = await startReceiver()
    const goodId = await endpoint(app, good.url, { secret })
    const oddReceiver = await startReceiver()
    const created = await request(server.url, 'POST', `/api/v1/app/${app}/endpoint`, {
      token: bearer,
      body: { url: oddReceiver.url, ...odd },
    })
    // What can be known when the endpoint is made is refused there; the rest fails alone.
    if (created.status === 422) return
    const { id: oddId } = created.json as { id: string }
    const { id } = await client.message.create({
      params: { app_id: app },
      body: { eventType: 'visitor.signin', payload: { site: { id: 1 } }, ...body },
    })
    expect(await deliveries(app, id)).toEqual({ [goodId]: arrived, [oddId]: notEncodable })
    expect(good.received).toHaveLength(1)
    expect(oddReceiver.received).toHaveLength(0)
    const { hold } = (await client.endpoint.get({ params: { app_id: app, endpoint_id: oddId } })) as { hold?: unknown }
    expect(hold ?? null).toBeNull()
  })

  it('is not retried, and counts as failed in the totals of that endpoint', async () => {
    const app = await application()
    const { url } = await startReceiver()
    const id = await endpoint(app, url, { dialect: 'comapi', secret, retrySchedule: [1, 1, 1] })
    const message = await client.message.create({ params: { app_id: app }, body: { eventType: 'a', payload: {} } })
    expect(await deliveries(app, message.id)).toEqual({ [id]: notEncodable })
    expect(await client.endpoint.getStats({ params: { app_id: app, endpoint_id: id } })).toMatchObject({
      fail: 1,
      pending: 0,
    })
  })

  it('in a batch: the others of the batch arrive', async () => {
    const app = await application()
    const receiver = await startReceiver()
    await endpoint(app, receiver.url, { dialect: 'comapi', secret, batch: { maxMessages: 10, maxWaitSeconds: 1 } })
    const params = { accountId: '1', apiSpaceId: 'space' }
    const sent: { readonly id: string }[] = []
    for (const own of [params, {}, params])
      sent.push(
        await client.message.create({ params: { app_id: app }, body: { eventType: 'a', payload: {}, params: own } }),
      )
    await expect
      .poll(async () => {
        await server.engine.idle()
        return Promise.all(sent.map(async ({ id }) => Object.values(await deliveries(app, id))[0]?.state))
      })
      .toEqual(['success', 'failed', 'success'])
  })
})

describe('the application’s own format', () => {
  it('refuses what it cannot carry, whatever else is subscribed: the mistake of the producer', async () => {
    const app = await application({ dialect: 'comapi' })
    const { url } = await startReceiver()
    await endpoint(app, url, { dialect: 'standard' })
    const params = { app_id: app }
    const refused = client.message.create({ params, body: { eventType: 'message.sent', payload: {} } })
    await expect(refused).rejects.toMatchObject({
      status: 422,
      message: expect.stringMatching(/needs a value for the parameter/),
    })
  })

  it('may have its params at the endpoints: one without them fails alone', async () => {
    const app = await application({ dialect: 'comapi' })
    const [one, two] = [await startReceiver(), await startReceiver()]
    const withParams = await endpoint(app, one.url, { secret, params: { accountId: '1', apiSpaceId: 'space' } })
    const without = await endpoint(app, two.url, { secret })
    const { id } = await client.message.create({
      params: { app_id: app },
      body: { eventType: 'message.sent', payload: {} },
    })
    expect(await deliveries(app, id)).toEqual({ [withParams]: arrived, [without]: notEncodable })
  })
})

describe('a test and a mock', () => {
  it('fail where real messages are refused: params of the application are not made up', async () => {
    const bare = await application({ dialect: 'comapi' })
    const { url } = await startReceiver()
    const id = await endpoint(bare, url, { secret })
    const path = `/api/v1/app/${bare}/endpoint/${id}`
    for (const [name, body] of [
      ['test', {}],
      ['mock', { eventType: 'message.sent', payload: { id: 'x' } }],
    ] as const) {
      const { status, text } = await request(server.url, 'POST', `${path}/${name}`, { token: bearer, body })
      expect([name, status, text]).toEqual([
        name,
        422,
        expect.stringMatching(/needs a value for the parameter accountId/),
      ])
    }
  })
})
