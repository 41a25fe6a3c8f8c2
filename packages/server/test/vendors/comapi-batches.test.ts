import { createHmac } from 'node:crypto'
import { createClient, type Client } from '@posthorn/api'
import { idToUuid, verify } from '@posthorn/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/index.ts'
import { startReceiver, startTestServer, token, type Received, type Receiver } from '../support.ts'
import { refusalOf } from './refusal.ts'

// Several events of Comapi in one request. They are not in the tutorial, but in the vendor's public reference: S2:P.
// docs/vendors/comapi.md has the rows.

let server: RunningServer
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const secret = 'grüne Äpfel & 3 Birnen 🍐'

interface Batch {
  readonly maxMessages?: number
  readonly maxWaitSeconds?: number
}

/** An API Space with one webhook registration. */
interface Space {
  readonly client: Client
  readonly params: { readonly app_id: string }
  readonly receiver: Receiver
}

async function newSpace(): Promise<Omit<Space, 'receiver'>> {
  const client = createClient({ url: server.url, token: await token({ subject: `org_comapi_batches${++count}` }) })
  const values = { accountId: '40123', apiSpaceId: 'c924cf6e-4352-4b26-a71a-c2032bea7a01' }
  const { id: app_id } = await client.application.create({ body: { name: 'Acme', params: values } })
  await client.preset.apply({ params: { app_id }, body: { name: 'comapi' } })
  return { client, params: { app_id } }
}

async function registered(batch: Batch): Promise<Space> {
  const space = await newSpace()
  const receiver = await startReceiver()
  const body = { url: receiver.url, secret, batch, retrySchedule: [1, 1] }
  await space.client.endpoint.create({ params: space.params, body })
  return { ...space, receiver }
}

/** Receipts of messages, the first with revision 1. The ids of their events. */
async function report({ client, params }: Space, receipts: number): Promise<string[]> {
  const ids: string[] = []
  for (let revision = 1; revision <= receipts; revision++) {
    const payload = { id: '2f1c1c2b-6a3c-4b5e-9d6e-0b8f3f0b7a11', status: 'delivered', text: 'Zoë 😀' }
    const body = { eventType: 'message.delivered', payload, params: { revision: String(revision) } }
    ids.push((await client.message.create({ params, body })).id)
  }
  return ids
}

interface Event {
  readonly eventId: string
  readonly name: string
  readonly revision: number
}

const contentOf = ({ body }: Received) => JSON.parse(body) as Event | Event[]
const revisionsIn = (received: Received) => [contentOf(received)].flat().map(({ revision }) => revision)
const hmac = (body: string) => createHmac('sha1', secret).update(body, 'utf8').digest('hex')

describe('a webhook registration', () => {
  it.each([
    { maxMessages: 1, maxWaitSeconds: 1 },
    { maxMessages: 500, maxWaitSeconds: 60 },
  ])('S2:P may ask for batches of 1 to 500 events, which wait 1 to 60 seconds: %j', async (batch) => {
    const { client, params } = await newSpace()
    const body = { url: 'https://hooks.example.com/in', secret, batch }
    const { id: endpoint_id } = await client.endpoint.create({ params, body })
    expect(await client.endpoint.get({ params: { ...params, endpoint_id } })).toMatchObject({ batch })
  })

  it.each([
    [
      { maxMessages: 501 },
      'batch.maxMessages: A batch of Enterprise Communications API (Comapi) has 1 to 500 messages.',
    ],
    [{ maxWaitSeconds: 61 }, /^batch\.maxWaitSeconds: The first message of a batch of .+ waits 0\.1 to 60 seconds\.$/],
    [{ maxMessages: 0 }, /batch\.maxMessages/],
    [{ maxWaitSeconds: 0 }, /batch\.maxWaitSeconds/],
  ])('S2:P is refused %j, with the bounds', async (batch, message) => {
    const { client, params } = await newSpace()
    const body = { url: 'https://hooks.example.com/in', secret, batch }
    const refusal = await refusalOf(client.endpoint.create({ params, body }))
    expect(refusal.status).toBe(422)
    expect(refusal.message).toMatch(message)
  })

  it('S2:P gets 500 events in one request as soon as they are there, all in order', async () => {
    const space = await registered({ maxMessages: 500, maxWaitSeconds: 60 })
    const ids = await report(space, 500)
    await server.engine.idle()
    const events = space.receiver.received.map((one) => [contentOf(one)].flat())
    expect(events.map((all) => all.map(({ eventId }) => eventId))).toEqual([ids.map((id) => idToUuid(id))])
    // Not when a minute is over.
    const { data } = await space.client.log.list({ params: space.params, query: { order: 'ascending', limit: 1 } })
    const { timestamp } = await space.client.message.get({ params: { ...space.params, msg_id: ids[0]! } })
    expect(Date.parse(data[0]!.timestamp) - Date.parse(timestamp)).toBeLessThan(50_000)
  })

  it('S2:P gets fewer when the first of them has waited for as long as was asked for', async () => {
    const space = await registered({ maxMessages: 500, maxWaitSeconds: 1 })
    const ids = await report(space, 2)
    await server.engine.idle()
    expect(space.receiver.received.map(revisionsIn)).toEqual([[1, 2]])
    const { data } = await space.client.log.list({ params: space.params })
    const { timestamp } = await space.client.message.get({ params: { ...space.params, msg_id: ids[0]! } })
    for (const attempt of data)
      expect(Date.parse(attempt.timestamp) - Date.parse(timestamp)).toBeGreaterThanOrEqual(1_000)
  })
})

describe('a request', () => {
  it('S2:P has an array of events, and an object where there is only one', async () => {
    const space = await registered({ maxMessages: 3, maxWaitSeconds: 1 })
    await report(space, 4)
    await server.engine.idle()
    const event = (revision: number) => expect.objectContaining({ name: 'message.delivered', revision })
    expect(space.receiver.received.map(contentOf)).toEqual([[event(1), event(2), event(3)], event(4)])
    for (const { headers } of space.receiver.received) expect(headers['content-type']).toBe('application/json')
  })

  it('S2:P has one hash, over the whole body, and every event of it has its revision', async () => {
    const space = await registered({ maxMessages: 3, maxWaitSeconds: 60 })
    await report(space, 3)
    await server.engine.idle()
    const { headers, body } = space.receiver.received[0]!
    expect(headers['x-comapi-signature']).toBe(hmac(body))
    const result = await verify({ headers, body }, { dialect: 'comapi', secret })
    if (!result.ok) throw new Error(result.message)
    expect(result.messages.map(({ params }) => params['revision'])).toEqual(['1', '2', '3'])
    // Nothing can be taken out of it, put into it, or moved in it.
    const [first, second, third] = JSON.parse(body) as unknown[]
    for (const changed of [[first, second], [first, second, third, third], [second, first, third], first]) {
      const received = { headers, body: JSON.stringify(changed) }
      expect(await verify(received, { dialect: 'comapi', secret })).toMatchObject({
        code: 'signature_mismatch',
        status: 401,
      })
    }
  })

  it('S2:P that is answered with 401 is sent again with the same events, and the same hash', async () => {
    const space = await registered({ maxMessages: 2, maxWaitSeconds: 60 })
    space.receiver.answer = (nth) =>
      nth === 1
        ? { status: 401, body: 'Invalid request: HMAC hash check failed!' }
        : { status: 200, body: 'Data accepted' }
    await report(space, 2)
    await expect.poll(() => space.receiver.received.length).toBe(2)
    await server.engine.idle()
    const [first, again] = space.receiver.received
    expect(again!.body).toBe(first!.body)
    expect(again!.headers['x-comapi-signature']).toBe(first!.headers['x-comapi-signature'])
    const { data } = await space.client.log.list({ params: space.params, query: { order: 'ascending' } })
    expect(data.map(({ code, result }) => [code, result])).toEqual([
      [401, 'failed'],
      [401, 'failed'],
      [200, 'success'],
      [200, 'success'],
    ])
  })

  it('S2:P that is answered with 400 is never sent again, and the log says so of each event', async () => {
    const space = await registered({ maxMessages: 2, maxWaitSeconds: 60 })
    space.receiver.answer = { status: 400, body: 'Bad request - No JSON body found!' }
    const ids = await report(space, 2)
    await server.engine.idle()
    expect(space.receiver.received).toHaveLength(1)
    const { data } = await space.client.log.list({ params: space.params })
    const over = { code: 400, result: 'exhausted', nextAttempt: null, batchId: expect.stringMatching(/^batch_/) }
    expect(data).toMatchObject([over, over])
    expect(new Set(data.map(({ msgId }) => msgId))).toEqual(new Set(ids))
    expect(new Set(data.map(({ batchId }) => batchId)).size).toBe(1)
  })
})
