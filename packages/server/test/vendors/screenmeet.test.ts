import { createHmac, timingSafeEqual } from 'node:crypto'
import { createClient, type Client } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/index.ts'
import { request, token } from '../support.ts'
import { refusalOf } from './refusal.ts'
import { startTrustingServer, type TrustingServer } from './trusting-server.ts'
import { startWireReceiver, type Arrival, type WireReceiver } from './wire-receiver.ts'

// What ScreenMeet's document says (seed 003; S3:21 is its line 21), through the API. docs/vendors/screenmeet.md is the table.

let server: RunningServer
let certificate: TrustingServer['certificate']
let count = 0

beforeAll(async () => {
  ;({ server, certificate } = await startTrustingServer())
})
afterAll(() => server.close())

/** An organisation of the vendor's customers, and somebody who may do everything in it. */
interface Organisation {
  readonly org: string
  readonly bearer: string
  readonly client: Client
  readonly app: { readonly app_id: string }
}

async function newOrganisation(): Promise<Organisation> {
  const org = `org_screenmeet${++count}`
  const bearer = await token({ subject: org })
  const client = createClient({ url: server.url, token: bearer })
  const { id: app_id } = await client.application.create({ body: { name: 'Acme Support' } })
  await client.preset.apply({ params: { app_id }, body: { name: 'screenmeet' } })
  return { org, bearer, client, app: { app_id } }
}

const startReceiver = (): Promise<WireReceiver> => startWireReceiver(certificate)

/** Events that wait for company would make every test wait too; one is about that. */
const alone: { maxMessages: number; maxWaitSeconds?: number } = { maxMessages: 1 }

async function newWebhook({ client, app }: Organisation, url: string, batch = alone) {
  const { id } = await client.endpoint.create({ params: app, body: { url, disabled: false, batch } })
  return { ...app, endpoint_id: id }
}

/** Something happened in a session, and every request that follows from it is over. */
async function happen({ client, app }: Organisation, message = 'Chris joined'): Promise<string> {
  const payload = { message, id: 'h7K2p9QwLx3Z', status: 'active' }
  const { id } = await client.message.create({ params: app, body: { eventType: 'room-entered', payload } })
  await server.engine.idle()
  return id
}

/** What the document asks of a receiver: the same signature from the body as text and the key. */
function signedWith({ headers, body }: Arrival, key: string): boolean {
  const text = body.toString('utf8')
  const given = Buffer.from(String(headers['x-signature']))
  const expected = Buffer.from(createHmac('sha256', key).update(text).digest('hex'))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const eventsOf = ({ body }: Arrival): unknown => JSON.parse(body.toString('utf8'))

describe('the signing key', () => {
  it('S3:20 is for administrators: others neither see nor reset it', async () => {
    const organisation = await newOrganisation()
    const { client, org, app } = organisation
    await newWebhook(organisation, 'https://hooks.example.com/in')
    const as = async (scope: 'integrations:read' | 'messages:send') =>
      createClient({ url: server.url, token: await token({ subject: app.app_id, org, scopes: [scope] }) })
    const { key } = await client.signingKey.get({ params: app })
    for (const other of [await as('integrations:read'), await as('messages:send')]) {
      expect(await refusalOf(other.signingKey.get({ params: app }))).toMatchObject({ status: 403, code: 'forbidden' })
      expect(await refusalOf(other.signingKey.reset({ params: app }))).toMatchObject({ status: 403, code: 'forbidden' })
    }
    expect((await client.signingKey.get({ params: app })).key).toBe(key)
  })

  it('S3:22 is shown whole: what is copied verifies the messages of every webhook', async () => {
    const organisation = await newOrganisation()
    const { client, app } = organisation
    const receivers = [await startReceiver(), await startReceiver()]
    for (const { origin } of receivers) await newWebhook(organisation, origin)
    const { key, next, previousUntil } = await client.signingKey.get({ params: app })
    expect(key).toMatch(/^\S{20,}$/)
    expect({ next, previousUntil }).toEqual({ next: null, previousUntil: null })
    await happen(organisation)
    for (const { arrivals } of receivers) expect(arrivals.map((arrival) => signedWith(arrival, key))).toEqual([true])
  })

  it('S3:24 is reset at a stated moment, and a receiver that takes both keys refuses nothing across it', async () => {
    const organisation = await newOrganisation()
    const { client, app } = organisation
    const receiver = await startReceiver()
    await newWebhook(organisation, receiver.origin)
    const { key: old } = await client.signingKey.get({ params: app })
    await happen(organisation)
    const { signsFrom, previousUntil } = await client.signingKey.reset({ params: app, body: { overlapSeconds: 3 } })
    const { key, next } = await client.signingKey.get({ params: app })
    expect({ key, from: next?.signsFrom, previousUntil }).toEqual({
      key: old,
      from: signsFrom,
      previousUntil: signsFrom,
    })
    expect(next!.key).not.toBe(old)

    receiver.answer = (arrival) => ({ status: [old, next!.key].some((one) => signedWith(arrival, one)) ? 200 : 401 })
    await expect
      .poll(
        async () => {
          await happen(organisation)
          return signedWith(receiver.arrivals.at(-1)!, next!.key)
        },
        { interval: 50 },
      )
      .toBe(true)

    const { data } = await client.log.list({ params: app, query: { order: 'ascending', limit: 250 } })
    expect(data.map(({ code }) => code)).toEqual(receiver.arrivals.map(() => 200))
    // Not a little earlier and not a little later than it was stated.
    expect(receiver.arrivals.map((arrival) => (signedWith(arrival, old) ? 'old' : 'new'))).toEqual(
      data.map(({ timestamp }) => (timestamp < signsFrom ? 'old' : 'new')),
    )
    expect(new Set(data.map(({ timestamp }) => timestamp < signsFrom))).toEqual(new Set([true, false]))
    expect(await client.signingKey.get({ params: app })).toMatchObject({ key: next!.key, next: null })
  })

  it('S3:24 may be one of your own, and a reset without overlap signs the very next request', async () => {
    const organisation = await newOrganisation()
    const { client, app } = organisation
    const receiver = await startReceiver()
    await newWebhook(organisation, receiver.origin)
    const { key: old } = await client.signingKey.get({ params: app })
    await happen(organisation)
    const chosen = 'a key that somebody chose'
    const reset = { key: chosen, overlapSeconds: 0 }
    expect(await client.signingKey.reset({ params: app, body: reset })).toMatchObject({ previousUntil: null })
    await happen(organisation)
    const signers = [old, chosen].map((key) => receiver.arrivals.map((arrival) => signedWith(arrival, key)))
    expect(signers).toEqual([
      [true, false],
      [false, true],
    ])
    expect(await client.signingKey.get({ params: app })).toMatchObject({ key: chosen, next: null })
  })

  it('S3:21 showing and resetting it leave a trace: who, what, and when', async () => {
    const organisation = await newOrganisation()
    const { client, org, app } = organisation
    await newWebhook(organisation, 'https://hooks.example.com/in')
    const before = new Date().toISOString()
    const administrator = createClient({ url: server.url, token: await token({ subject: app.app_id, org }) })
    const { key } = await administrator.signingKey.get({ params: app })
    await client.signingKey.reset({ params: app, body: { overlapSeconds: 0 } })
    const { data } = await client.audit.listByApplication({ params: app, query: { order: 'ascending' } })
    const ofKey = data.filter(({ action }) => action.startsWith('signing_key.'))
    expect(ofKey).toEqual([
      expect.objectContaining({ actor: app.app_id, action: 'signing_key.shown', target: app.app_id }),
      expect.objectContaining({ actor: org, action: 'signing_key.reset', target: app.app_id }),
    ])
    const after = new Date().toISOString()
    for (const { timestamp } of ofKey) expect(timestamp >= before && timestamp <= after).toBe(true)
    expect(JSON.stringify(data)).not.toContain(key)
  })
})

describe('a webhook', () => {
  it('S3:28 has a URL and a description that are saved, and there may be several', async () => {
    const { client, app } = await newOrganisation()
    const bodies = ['one', 'two', 'three'].map((name) => ({
      url: `https://hooks.example.com/${name}`,
      description: `Webhook ${name}`,
    }))
    for (const body of bodies)
      expect(await client.endpoint.create({ params: app, body })).toMatchObject({ ...body, disabled: true })
    const { data } = await client.endpoint.list({ params: app, query: { order: 'ascending' } })
    expect(data.map(({ url, description }) => ({ url, description }))).toEqual(bodies)
    const params = { ...app, endpoint_id: data[0]!.id }
    const changed = { url: 'https://hooks.example.com/other', description: 'Another' }
    await client.endpoint.patch({ params, body: changed })
    expect(await client.endpoint.get({ params })).toMatchObject(changed)
  })

  it('S3:31 is tested before it is active: the test arrives signed, its answer is shown, nothing is logged', async () => {
    const organisation = await newOrganisation()
    const { client, app } = organisation
    const receiver = await startReceiver()
    const { id } = await client.endpoint.create({ params: app, body: { url: `${receiver.origin}/in` } })
    const params = { ...app, endpoint_id: id }
    receiver.answer = () => ({ status: 202, body: 'understood' })
    const good = await client.endpoint.test({ params })
    expect(good).toMatchObject({ ok: true, eventType: 'room-entered', message: { response: { body: 'understood' } } })
    expect(good.steps.map(({ ok }) => ok)).not.toContain(false)
    expect(good.tls?.certificate?.daysLeft).toBeGreaterThan(300)
    receiver.answer = () => ({ status: 500 })
    expect(await client.endpoint.test({ params })).toMatchObject({ ok: false, message: { response: { status: 500 } } })

    const { key } = await client.signingKey.get({ params: app })
    // Before each, a look at whether the address answers and redirects, which carries nothing.
    const sent = receiver.arrivals.filter(({ method }) => method === 'POST')
    expect(sent.map((arrival) => signedWith(arrival, key))).toEqual([true, true])
    expect(eventsOf(sent[0]!)).toEqual([
      expect.objectContaining({ type: 'room-entered', message: expect.stringMatching(/test/i) }),
    ])
    expect((await client.log.list({ params: app })).data).toEqual([])
    expect((await client.endpoint.get({ params })).disabled).toBe(true)
  })

  it('S3:32 is sent traffic while it is active, and none before and after', async () => {
    const organisation = await newOrganisation()
    const { client, app } = organisation
    const receiver = await startReceiver()
    const { id } = await client.endpoint.create({ params: app, body: { url: receiver.origin, batch: alone } })
    const params = { ...app, endpoint_id: id }
    await happen(organisation, 'before')
    await client.endpoint.activate({ params })
    await happen(organisation, 'while it is active')
    await client.endpoint.deactivate({ params })
    await happen(organisation, 'after')
    expect(receiver.arrivals.map(eventsOf)).toEqual([[expect.objectContaining({ message: 'while it is active' })]])
  })

  it('S3:34 follows a change with the very next message, not minutes later', async () => {
    const organisation = await newOrganisation()
    const { client } = organisation
    const [first, second] = [await startReceiver(), await startReceiver()]
    const params = await newWebhook(organisation, first.origin)
    for (const { origin } of [first, second, first]) {
      await client.endpoint.patch({ params, body: { url: origin } })
      await happen(organisation, origin)
    }
    const seen = [first, second].map(({ arrivals }) => arrivals.map(eventsOf))
    expect(seen).toEqual([
      [[expect.objectContaining({ message: first.origin })], [expect.objectContaining({ message: first.origin })]],
      [[expect.objectContaining({ message: second.origin })]],
    ])
  })
})

describe('a request', () => {
  async function arrivalAt(path: string): Promise<{ arrival: Arrival; key: string; id: string; authority: string }> {
    const organisation = await newOrganisation()
    const { client, app } = organisation
    const receiver = await startReceiver()
    await newWebhook(organisation, receiver.origin + path)
    const id = await happen(organisation)
    const { key } = await client.signingKey.get({ params: app })
    return { arrival: receiver.arrivals[0]!, key, id, authority: new URL(receiver.origin).host }
  }

  it('S3:38 is a POST to the URL as it was entered, query and all', async () => {
    const { arrival, authority } = await arrivalAt('/in/acme?tenant=7&x=a%20b')
    expect(arrival).toMatchObject({ method: 'POST', target: '/in/acme?tenant=7&x=a%20b' })
    expect(arrival.headers.host).toBe(authority)
  })

  it('S3:40 has a JSON array as its body, also around a single event', async () => {
    const { arrival } = await arrivalAt('/')
    expect(eventsOf(arrival)).toEqual([
      {
        type: 'room-entered',
        ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        message: 'Chris joined',
        id: 'h7K2p9QwLx3Z',
        status: 'active',
      },
    ])
  })

  it('S3:40 has all events in the array that came close together, under one signature', async () => {
    const organisation = await newOrganisation()
    const { client, app } = organisation
    const receiver = await startReceiver()
    await newWebhook(organisation, receiver.origin, { maxMessages: 3, maxWaitSeconds: 5 })
    for (const message of ['one', 'two', 'three'])
      await client.message.create({
        params: app,
        body: { eventType: 'room-entered', payload: { message, id: 'h7K2p9QwLx3Z', status: 'active' } },
      })
    await server.engine.idle()
    const { key } = await client.signingKey.get({ params: app })
    expect(receiver.arrivals.map(eventsOf)).toEqual([
      ['one', 'two', 'three'].map((message) => expect.objectContaining({ type: 'room-entered', message })),
    ])
    expect(receiver.arrivals.map((arrival) => signedWith(arrival, key))).toEqual([true])
    const { data } = await client.log.list({ params: app })
    expect(data.map(({ result }) => result)).toEqual(['success', 'success', 'success'])
    expect(new Set(data.map(({ batchId }) => batchId)).size).toBe(1)
  })

  it('S3:43 is text/plain, so that no framework parses the text before its signature was checked', async () => {
    const { arrival } = await arrivalAt('/')
    expect(arrival.headers['content-type']).toMatch(/^text\/plain(;|$)/)
  })

  it('S3:44 names its algorithm: x-signature-algo is sha256', async () => {
    const { arrival } = await arrivalAt('/')
    expect(arrival.headers['x-signature-algo']).toBe('sha256')
  })

  it('S3:45 has in x-signature what the key makes of the text in the body, and of no other text', async () => {
    const organisation = await newOrganisation()
    const { bearer, client, app } = organisation
    const receiver = await startReceiver()
    await newWebhook(organisation, receiver.origin)
    // Text that would be another one if it were parsed and printed.
    const members = '"message":"Zo\\u00eb \\/ 😀 joined",  "seconds": 1.50'
    await request(server.url, 'POST', `/api/v1/app/${app.app_id}/msg`, {
      token: bearer,
      body: `{"eventType":"room-entered","payload":{${members}}}`,
    })
    await server.engine.idle()
    const [arrival] = receiver.arrivals
    const { key } = await client.signingKey.get({ params: app })
    expect(arrival!.body.toString('utf8')).toContain(members)
    expect(signedWith(arrival!, key)).toBe(true)
    const printed = Buffer.from(JSON.stringify(eventsOf(arrival!)))
    expect(signedWith({ ...arrival!, body: printed }, key)).toBe(false)
    expect(signedWith(arrival!, `${key} `)).toBe(false)
  })
})
