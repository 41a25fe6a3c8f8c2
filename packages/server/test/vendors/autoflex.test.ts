import { randomUUID } from 'node:crypto'
import { createClient, type Client } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/index.ts'
import { token } from '../support.ts'
import { refusalOf } from './refusal.ts'
import { startTrustingServer, type TrustingServer } from './trusting-server.ts'
import { startWireReceiver } from './wire-receiver.ts'

// What Autoflex10's document says of the callback (seed 004; S4:14 is its line 14), through the API. The operation that it is the
// callback of is not there yet. docs/vendors/autoflex.md is the table.

let server: RunningServer
let certificate: TrustingServer['certificate']
let count = 0

beforeAll(async () => {
  ;({ server, certificate } = await startTrustingServer())
})
afterAll(() => server.close())

interface Caller {
  readonly client: Client
  readonly app: { readonly app_id: string }
}

async function newCaller(): Promise<Caller> {
  const client = createClient({ url: server.url, token: await token({ subject: `org_autoflex${++count}` }) })
  const { id: app_id } = await client.application.create({ body: { name: 'Acme Garage' } })
  await client.preset.apply({ params: { app_id }, body: { name: 'autoflex' } })
  return { client, app: { app_id } }
}

/** What the backup is, which never travels with the callback. */
const payload = { url: 'https://downloads.example.com/backups/owner-2026-03-02.zip' }

/** A long process is ready: the callback goes out, with a new secret id. */
async function finish({ client, app }: Caller): Promise<string> {
  const claim = randomUUID()
  await client.message.create({ params: app, body: { eventType: 'backup.owner', payload, params: { claim } } })
  await server.engine.idle()
  return claim
}

/** A caller whose `webhook_url` is a receiver with this path. */
async function called(path: string) {
  const caller = await newCaller()
  const receiver = await startWireReceiver(certificate)
  await caller.client.endpoint.create({ params: caller.app, body: { url: receiver.origin + path } })
  return { caller, receiver }
}

describe('the webhook_url', () => {
  it('S4:11 must be public', async () => {
    const { client, app } = await newCaller()
    for (const url of [
      'https://10.1.2.3/hook',
      'https://192.168.0.7/',
      'https://169.254.169.254/',
      'https://[fd00::1]/',
    ])
      expect(await refusalOf(client.endpoint.create({ params: app, body: { url } })), url).toMatchObject({
        status: 422,
        message: expect.stringMatching(/^url: /),
      })
  })
})

describe('the callback', () => {
  it('S4:14 is a GET without a body, and the result is not in it', async () => {
    const { caller, receiver } = await called('/callback')
    await finish(caller)
    const [arrival] = receiver.arrivals
    expect(receiver.arrivals).toHaveLength(1)
    expect(arrival!.method).toBe('GET')
    expect(arrival!.body).toHaveLength(0)
    expect(arrival!.headers).not.toHaveProperty('content-type')
    expect(arrival!.headers['content-length'] ?? '0').toBe('0')
    expect(JSON.stringify(arrival)).not.toContain('downloads.example.com')
  })

  it('S4:15 has id=<secret uuid> as its only parameter where the URL has none', async () => {
    const { caller, receiver } = await called('/callback')
    const claim = await finish(caller)
    const { target } = receiver.arrivals[0]!
    expect(target).toBe(`/callback?id=${claim}`)
    // What the vendor's sample does with it (S4:90).
    expect(target.split('=')[1]).toBe(claim)
  })

  it('S4:15 has it behind the parameters that the URL has', async () => {
    const { caller, receiver } = await called('/callback?tenant=7&x=a%20b')
    const claim = await finish(caller)
    expect(receiver.arrivals.map(({ target }) => target)).toEqual([`/callback?tenant=7&x=a%20b&id=${claim}`])
  })

  it('S4:15 has another id each time, and never the id of the message', async () => {
    const { caller, receiver } = await called('/')
    const claims = [await finish(caller), await finish(caller)]
    expect(receiver.arrivals.map(({ target }) => target)).toEqual(claims.map((claim) => `/?id=${claim}`))
    const { data } = await caller.client.message.list({ params: caller.app })
    for (const { id } of data) expect(JSON.stringify(receiver.arrivals)).not.toContain(id)
  })

  it('S4:15 is not sent without an id', async () => {
    const { caller, receiver } = await called('/')
    const body = { eventType: 'backup.owner', payload }
    expect(await refusalOf(caller.client.message.create({ params: caller.app, body }))).toMatchObject({
      status: 422,
      message: expect.stringContaining('claim'),
    })
    await server.engine.idle()
    expect(receiver.arrivals).toEqual([])
  })

  it('S4:14 is not signed: only the id and https protect it', async () => {
    const { caller, receiver } = await called('/')
    await finish(caller)
    const { data } = await caller.client.endpoint.list({ params: caller.app })
    expect(data.map(({ signed }) => signed)).toEqual([false])
    expect(Object.keys(receiver.arrivals[0]!.headers).filter((name) => /sign|hmac|webhook|secret/.test(name))).toEqual(
      [],
    )
  })

  it('S4:89 has arrived when the receiver answers, with nothing in it', async () => {
    const { caller, receiver } = await called('/')
    await finish(caller)
    expect(receiver.arrivals).toHaveLength(1)
    const { data } = await caller.client.log.list({ params: caller.app })
    expect(data).toEqual([expect.objectContaining({ result: 'success', code: 200, eventType: 'backup.owner' })])
  })
})
