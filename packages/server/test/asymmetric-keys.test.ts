import { createPublicKey, generateKeyPairSync, verify as verifyWith } from 'node:crypto'
import { createClient, type Client, type Scope } from '@posthorn/api'
import { verify } from '@posthorn/wire'
import { Svix, Webhook } from 'svix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { startReceiver, startTestServer, token, type Received, type Receiver } from './support.ts'

// Endpoints with an Ed25519 key (`whsk_`, signature `v1a`), as Standard Webhooks defines it. What arrives is verified by node:crypto.

let server: RunningServer
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

interface Desk {
  readonly org: string
  readonly bearer: string
  readonly client: Client
  readonly params: { readonly app_id: string }
}

async function desk(): Promise<Desk> {
  const org = `org_asymmetric${++count}`
  const bearer = await token({ subject: org })
  const client = createClient({ url: server.url, token: bearer })
  const { id: app_id } = await client.application.create({ body: { name: 'Acme' } })
  return { org, bearer, client, params: { app_id } }
}

/** A pair that node:crypto made, in the form of Standard Webhooks. */
function newPair(): { readonly secret: string; readonly publicKey: string } {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { d, x } = privateKey.export({ format: 'jwk' })
  const [seed, half] = [Buffer.from(d!, 'base64url'), Buffer.from(x!, 'base64url')]
  return {
    secret: `whsk_${Buffer.concat([seed, half]).toString('base64')}`,
    publicKey: `whpk_${half.toString('base64')}`,
  }
}

/** How the specification says that it is verified. */
function isSigned({ headers, body }: Received, publicKey: string, prefix = 'webhook'): boolean {
  const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const text = Buffer.from(`${String(headers[`${prefix}-id`])}.${String(headers[`${prefix}-timestamp`])}.${body}`)
  return entriesOf(headers[`${prefix}-signature`], 'v1a').some((signature) => verifyWith(null, text, key, signature))
}

function entriesOf(header: unknown, version: string): Buffer[] {
  const entries = String(header).split(' ')
  return entries.flatMap((entry) =>
    entry.startsWith(`${version},`) ? [Buffer.from(entry.slice(version.length + 1), 'base64')] : [],
  )
}

async function endpoint(
  one: Desk,
  body: object,
): Promise<{ receiver: Receiver; params: Desk['params'] & { endpoint_id: string } }> {
  const receiver = await startReceiver()
  const { id: endpoint_id } = await one.client.endpoint.create({
    params: one.params,
    body: { url: receiver.url, ...body },
  })
  return { receiver, params: { ...one.params, endpoint_id } }
}

async function send({ client, params }: Desk): Promise<void> {
  await client.message.create({ params, body: { eventType: 'a.b', payload: { name: 'Zoë' } } })
  await server.engine.idle()
}

describe.each([
  ['standard', 'webhook'],
  ['svix', 'svix'],
] as const)('an endpoint of %s', (dialect, prefix) => {
  it('with a whsk_ key signs with v1a, and its public key verifies', async () => {
    const one = await desk()
    const { secret, publicKey } = newPair()
    const { receiver, params } = await endpoint(one, { dialect, secret })
    expect(await one.client.endpoint.getSecret({ params })).toMatchObject({ key: secret, publicKey, next: null })
    await send(one)
    const [arrived] = receiver.received
    expect(isSigned(arrived!, publicKey, prefix)).toBe(true)
    expect(isSigned(arrived!, newPair().publicKey, prefix)).toBe(false)
    expect(await verify(arrived!, { dialect, secret: publicKey })).toMatchObject({ ok: true })
    // A mock and the test of an address sign as messages do.
    await one.client.endpoint.test({ params })
    expect(isSigned(receiver.received.at(-1)!, publicKey, prefix)).toBe(true)
  })

  it('is moved from whsec_ to whsk_ and back, with both signatures in each overlap', async () => {
    const one = await desk()
    const { secret, publicKey } = newPair()
    const { receiver, params } = await endpoint(one, { dialect })
    const { key: before, publicKey: none } = await one.client.endpoint.getSecret({ params })
    expect(none).toBeNull()
    await one.client.endpoint.rotateSecret({ params, body: { key: secret } })
    expect(await one.client.endpoint.getSecret({ params })).toMatchObject({
      key: secret,
      publicKey,
      previousUntil: expect.any(String),
    })
    await send(one)
    const both = receiver.received.at(-1)!
    expect(isSigned(both, publicKey, prefix)).toBe(true)
    expect(() => new Webhook(before!).verify(both.body, renamed(both, prefix))).not.toThrow()

    await one.client.endpoint.rotateSecret({ params, body: { key: secret, gracePeriodSeconds: 0 } })
    await send(one)
    const alone = receiver.received.at(-1)!
    expect(isSigned(alone, publicKey, prefix)).toBe(true)
    expect(entriesOf(alone.headers[`${prefix}-signature`], 'v1')).toHaveLength(0)

    const back = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    await one.client.endpoint.rotateSecret({ params, body: { key: back } })
    expect(await one.client.endpoint.getSecret({ params })).toMatchObject({ key: back, publicKey: null })
    await send(one)
    const again = receiver.received.at(-1)!
    expect(isSigned(again, publicKey, prefix)).toBe(true)
    expect(() => new Webhook(back).verify(again.body, renamed(again, prefix))).not.toThrow()
  })
})

/** The official library of Svix reads `svix-` headers, and those of Standard Webhooks as well. */
function renamed({ headers }: Received, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name, String(value)]] : [])),
  )
}

it('a rotation without a key makes one of the same kind', async () => {
  const one = await desk()
  const { secret } = newPair()
  const { receiver, params } = await endpoint(one, { dialect: 'standard', secret })
  await one.client.endpoint.rotateSecret({ params })
  const { key, publicKey } = await one.client.endpoint.getSecret({ params })
  expect(key).toMatch(/^whsk_/)
  expect(key).not.toBe(secret)
  await send(one)
  expect(isSigned(receiver.received[0]!, publicKey!)).toBe(true)
  expect(entriesOf(receiver.received[0]!.headers['webhook-signature'], 'v1a')).toHaveLength(2)
})

it('the second format may have one, and shows its public key', async () => {
  const one = await desk()
  const { secret, publicKey } = newPair()
  const { receiver, params } = await endpoint(one, { dialect: 'standard', secondary: { dialect: 'svix', secret } })
  expect(await one.client.endpoint.getSecret({ params })).toMatchObject({
    publicKey: null,
    secondaryKey: secret,
    secondaryPublicKey: publicKey,
  })
  await send(one)
  expect(isSigned(receiver.received[0]!, publicKey, 'svix')).toBe(true)
  expect(entriesOf(receiver.received[0]!.headers['webhook-signature'], 'v1')).toHaveLength(1)
})

it('the official client of Svix creates, reads and rotates such an endpoint', async () => {
  const one = await desk()
  const svix = new Svix(one.bearer, { serverUrl: server.url })
  const { secret } = newPair()
  const receiver = await startReceiver()
  const { id } = await svix.endpoint.create(one.params.app_id, { url: receiver.url, secret })
  expect((await svix.endpoint.getSecret(one.params.app_id, id)).key).toBe(secret)
  const next = newPair()
  await svix.endpoint.rotateSecret(one.params.app_id, id, { key: next.secret })
  expect((await svix.endpoint.getSecret(one.params.app_id, id)).key).toBe(next.secret)
})

it('only who may read secrets sees it, and that is audited', async () => {
  const one = await desk()
  const { params } = await endpoint(one, { secret: newPair().secret })
  const scopes: Scope[] = ['integrations:read']
  const reader = createClient({
    url: server.url,
    token: await token({ subject: one.params.app_id, org: one.org, scopes }),
  })
  await expect(reader.endpoint.getSecret({ params })).rejects.toMatchObject({ status: 403 })
  await one.client.endpoint.getSecret({ params })
  const { data } = await one.client.audit.list({ query: {} })
  expect(data.map(({ action }) => action)).toContain('endpoint.secret_shown')
})

it.each([
  ['a public key', newPair().publicKey, /public: it verifies, and cannot sign/],
  ['a seed without its public half', `whsk_${Buffer.alloc(32, 3).toString('base64')}`, /64 bytes/],
  ['a public half that belongs to another seed', `whsk_${Buffer.alloc(64, 3).toString('base64')}`, /public half/],
  ['no base64', 'whsk_???', /base64/],
])('%s is refused wherever a secret is given', async (_, secret, reason) => {
  const one = await desk()
  const { client } = one
  const { params } = await endpoint(one, {})
  const url = 'https://example.com/in'
  const calls = [
    client.endpoint.create({ params: one.params, body: { url, secret } }),
    client.endpoint.patch({ params, body: { secret } }),
    client.endpoint.patch({ params, body: { secondary: { dialect: 'svix', secret } } }),
    client.endpoint.rotateSecret({ params, body: { key: secret } }),
  ]
  for (const call of calls)
    await expect(call).rejects.toMatchObject({ status: 422, message: expect.stringMatching(reason) })
})
