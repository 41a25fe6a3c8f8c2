import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Client, type Scope } from '@posthorn/api'
import { verify, type Dialect } from '@posthorn/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { startReceiver, startTestServer, token, type Received, type Receiver } from './support.ts'

// Secrets that leave on every request: who sees them in what the API shows, and what the data folder has of them.

const org = 'org_secrets'
const eventType = 'parcel.collected'
const sharedSecret = 'canary-shared-secret'
const bearer = 'Bearer canary-credential'
const headers = { Authorization: bearer, 'X-Region': 'eu' }

/** A vendor whose receivers compare a header with what they were told. The name says nothing. */
const stamp: Omit<Dialect, 'name' | 'version'> = {
  title: 'Stamp',
  absent: ['type', 'id'],
  request: { method: 'POST', contentType: 'application/json' },
  body: { kind: 'payload' },
  signatures: [
    {
      algorithm: 'shared-secret',
      key: { encoding: 'utf8', scope: 'endpoint' },
      over: [],
      encoding: 'hex',
      header: 'X-Stamp',
      format: { bare: {} },
    },
  ],
}

let folder: string
let server: RunningServer
let owner: Client
let app_id: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  server = await startTestServer({ POSTHORN_DATABASE_URL: `sqlite:${folder}` })
  owner = await as({ subject: org })
  app_id = (await owner.application.create({ body: { name: 'Acme' } })).id
  await owner.eventType.create({ body: { name: eventType, description: '', sample: { step: 1 } } })
  await owner.dialect.put({ params: { dialect_name: 'stamp' }, body: { ...stamp } })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function as(input: Parameters<typeof token>[0]): Promise<Client> {
  return createClient({ url: server.url, token: await token(input) })
}

/** Both that may have these scopes; `undefined`: everything. */
async function holders(...scopes: Scope[]): Promise<Client[]> {
  const limit = scopes.length > 0 && { scopes }
  return [await as({ subject: org, ...limit }), await as({ subject: app_id, org, ...limit })]
}

/** Where the secret stands in a header: as the format of the endpoint, or as its second one. */
const formats = [
  ['first', { dialect: 'stamp', secret: sharedSecret }],
  ['second', { dialect: 'standard', secondary: { dialect: 'stamp', secret: sharedSecret } }],
] as const

interface Configured {
  readonly receiver: Receiver
  readonly params: { readonly app_id: string; readonly endpoint_id: string }
}

async function endpoint(more: object): Promise<Configured> {
  const receiver = await startReceiver()
  const body = { url: receiver.url, headers, ...more }
  const { id: endpoint_id } = await owner.endpoint.create({ params: { app_id }, body })
  return { receiver, params: { app_id, endpoint_id } }
}

/** By lower-case name. */
function byName(list: readonly (readonly string[])[] | undefined): Record<string, string> {
  return Object.fromEntries((list ?? []).map(([name, value]) => [name!.toLowerCase(), value!]))
}

/** What `mock` and `test` show of the request that they sent. */
async function tried(client: Client, params: Configured['params']): Promise<Record<string, string>[]> {
  const mock = await client.endpoint.mock({ params, body: { eventType } })
  const test = await client.endpoint.test({ params })
  expect([mock.response?.status, test.message?.response?.status]).toEqual([200, 200])
  return [byName(mock.request.headers), byName(test.message?.request.headers)]
}

/** Without what a test looks at the address with. */
function messagesAt({ received }: Receiver): Received[] {
  return received.filter(({ body }) => body !== '')
}

describe.each(formats)('K1: a secret that is sent as it is, by the %s format of an endpoint', (_, more) => {
  it('is hidden from who tries the endpoint without the scope secrets:read, and so are its credentials', async () => {
    const { receiver, params } = await endpoint(more)
    for (const client of await holders('integrations:read', 'integrations:write'))
      for (const shown of await tried(client, params))
        expect(shown).toMatchObject({ 'x-stamp': '***', authorization: '***', 'x-region': 'eu' })
    // It was sent.
    expect(messagesAt(receiver)).toHaveLength(4)
    for (const one of messagesAt(receiver))
      expect(one.headers).toMatchObject({ 'x-stamp': sharedSecret, authorization: bearer })
  })

  it('is shown to who may read secrets anyway', async () => {
    const { params } = await endpoint(more)
    const clients = [...(await holders('integrations:write', 'secrets:read')), ...(await holders())]
    for (const client of clients)
      for (const shown of await tried(client, params))
        expect(shown).toMatchObject({ 'x-stamp': sharedSecret, authorization: bearer, 'x-region': 'eu' })
  })

  it('is in no log, whoever reads it, and in no file', async () => {
    const { receiver, params } = await endpoint(more)
    await owner.message.create({ params: { app_id }, body: { eventType, payload: { visible: 'payload-canary' } } })
    await server.engine.idle()
    expect(receiver.received.map((one) => one.headers['x-stamp'])).toEqual([sharedSecret])
    const readers = [...(await holders('integrations:read')), ...(await holders())]
    for (const client of readers) {
      const { data } = await client.log.list({ params: { app_id } })
      const { id: attempt_id, msgId: msg_id } = data.find(({ endpointId }) => endpointId === params.endpoint_id)!
      const attempt = await client.attempt.get({ params: { app_id, msg_id, attempt_id } })
      expect(byName(attempt.request?.headers)).toMatchObject({
        'x-stamp': '***',
        authorization: '***',
        'x-region': 'eu',
      })
      expect(JSON.stringify([data, attempt])).not.toMatch(/canary-(shared|credential)/)
    }
    // What is not secret is found, so what is would be too.
    expect(filesWith('payload-canary')).not.toEqual([])
    expect(filesWith(sharedSecret)).toEqual([])
    expect(filesWith('canary-credential')).toEqual([])
  })
})

describe('a signature that is made with the secret', () => {
  it('is shown to everybody who may try the endpoint, and verifies', async () => {
    const secret = `whsec_${Buffer.alloc(24, 's').toString('base64')}`
    const { receiver, params } = await endpoint({ dialect: 'standard', secret })
    for (const client of [...(await holders('integrations:write')), ...(await holders())]) {
      const shown = await tried(client, params)
      const sent = messagesAt(receiver).slice(-2)
      for (const [index, one] of sent.entries()) {
        expect(shown[index]?.['webhook-signature']).toBe(one.headers['webhook-signature'])
        const request = { headers: shown[index]!, body: one.body }
        expect(await verify(request, { dialect: 'standard', secret })).toMatchObject({ ok: true })
      }
    }
  })
})

describe('K2: the data folder, once the server has ended', () => {
  it('has neither the secret nor the credential', async () => {
    await server.close()
    expect(filesWith('payload-canary')).not.toEqual([])
    for (const canary of [sharedSecret, 'canary-credential', 'canary-shared']) expect(filesWith(canary)).toEqual([])
  })
})

/** Files of the folder, write-ahead logs among them, that hold this text, as it is or in base64 (at any of its offsets). */
function filesWith(text: string): string[] {
  const forms = [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('\0'.repeat(offset) + text).toString('base64')
    return encoded.slice(offset === 0 ? 0 : 4, -4)
  })
  return readdirSync(folder).filter((name) => {
    const bytes = readFileSync(join(folder, name))
    return [text, ...forms].some((form) => bytes.includes(form))
  })
}
