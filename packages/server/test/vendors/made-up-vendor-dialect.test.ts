import { readFileSync } from 'node:fs'
import { createClient, type Client } from '@posthorn/api'
import { idToBase62, verify, type Dialect } from '@posthorn/wire'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/index.ts'
import { startReceiver, startTestServer, token, type Receiver } from '../support.ts'
import { refusalOf } from './refusal.ts'

// The wire format of a vendor that does not exist, defined by an organisation through the API: no folder, no restart.

let server: RunningServer
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

interface Organisation {
  readonly client: Client
  readonly params: { readonly app_id: string }
}

async function organisation(): Promise<Organisation> {
  const client = createClient({ url: server.url, token: await token({ subject: `org_format${++count}` }) })
  const { id: app_id } = await client.application.create({ body: { name: 'Acme', params: { depot: 'GRL-1' } } })
  return { client, params: { app_id } }
}

/** The JSON of test/vendor/parcelbird, which this server knows nothing of. Under another name, it is another format. */
function definition(change: (json: Dialect) => object = (json) => json): Record<string, unknown> {
  const file = new URL('../../../../test/vendor/parcelbird/dialect.json', import.meta.url)
  const { name: _, version: __, ...json } = JSON.parse(readFileSync(file, 'utf8')) as Dialect
  return { ...change(json as Dialect) }
}

const dialect_name = 'parcel-mail'
const secret = `pbk_${Buffer.alloc(32, 'p').toString('base64')}`
const payload = { number: 'PB104417820', step: 1 }

/** An endpoint that speaks it, with a receiver. */
async function endpoint(
  { client, params }: Organisation,
  more: object = {},
): Promise<{ receiver: Receiver; params: { app_id: string; endpoint_id: string }; version: number | null }> {
  const receiver = await startReceiver()
  const body = { url: receiver.url, dialect: dialect_name, secret, ...more }
  const { id: endpoint_id, dialectVersion: version } = await client.endpoint.create({ params, body })
  return { receiver, params: { ...params, endpoint_id }, version }
}

async function send({ client, params }: Organisation): Promise<string> {
  const { id } = await client.message.create({ params, body: { eventType: 'parcel.collected', payload } })
  await server.engine.idle()
  return id
}

describe('a format that an organisation defines', () => {
  it('is used as soon as it is there, and verifies', async () => {
    const who = await organisation()
    expect(await who.client.dialect.put({ params: { dialect_name }, body: definition() })).toMatchObject({
      name: dialect_name,
      title: 'Parcelbird',
      version: 1,
      versions: [1],
      builtIn: false,
      params: { depot: { required: true }, trace: { required: false } },
    })
    const { receiver, version } = await endpoint(who)
    expect(version).toBe(1)
    const id = await send(who)
    const [one] = receiver.received
    expect(one?.headers).toMatchObject({
      'parcelbird-flight': idToBase62(id),
      'parcelbird-topic': 'parcel.collected',
      'content-type': 'application/vnd.parcelbird+json',
    })
    expect(JSON.parse(one!.body)).toMatchObject({ depot: 'GRL-1', parcel: payload })
    const shown = await who.client.dialect.get({ params: { dialect_name } })
    const dialect = shown.definition as unknown as Dialect
    expect(await verify(one!, { dialect, secret })).toMatchObject({ ok: true, messages: [{ id, payload }] })
    const changed = { ...one!, body: one!.body.replace('GRL-1', 'GRL-2') }
    expect(await verify(changed, { dialect, secret })).toMatchObject({ ok: false, code: 'signature_mismatch' })
    // It has a page of its own as well.
    const page = await who.client.dialect.document({ params: { dialect_name } })
    expect(page).toContain('| `Parcelbird-Flight` | id of the message')
  })

  it('is listed to its organisation, and unknown to any other', async () => {
    const [owner, other] = [await organisation(), await organisation()]
    await owner.client.dialect.put({ params: { dialect_name }, body: definition() })
    const names = async ({ client }: Organisation) =>
      (await client.dialect.list({ query: { limit: 250 } })).data.map(({ name }) => name)
    expect(await names(owner)).toContain(dialect_name)
    expect(await names(other)).not.toContain(dialect_name)
    expect(await refusalOf(other.client.dialect.get({ params: { dialect_name } }))).toMatchObject({ status: 404 })
    expect(await refusalOf(endpoint(other))).toMatchObject({
      status: 422,
      message: expect.stringContaining(`There is no dialect "${dialect_name}"`),
    })
  })

  it('has versions: an endpoint keeps to the one that it began with, and a new one has the newest', async () => {
    const who = await organisation()
    const { client } = who
    const params = { dialect_name }
    await client.dialect.put({ params, body: definition() })
    const old = await endpoint(who)
    const next = definition((json) => ({
      ...json,
      request: { ...json.request, headers: { ...json.request.headers, 'Parcelbird-Format': '2' } },
    }))
    expect(await client.dialect.put({ params, body: next })).toMatchObject({ version: 2, versions: [1, 2] })
    // The same again is no new version.
    expect(await client.dialect.put({ params, body: next })).toMatchObject({ version: 2, versions: [1, 2] })
    const young = await endpoint(who)
    const chosen = await endpoint(who, { dialectVersion: 1 })
    expect([old, young, chosen].map(({ version }) => version)).toEqual([1, 2, 1])

    await send(who)
    // To change something else of an endpoint does not move it to the newest version. To name the format again does.
    await client.endpoint.patch({ params: old.params, body: { description: 'The oldest' } })
    expect((await client.endpoint.get({ params: old.params })).dialectVersion).toBe(1)
    await client.endpoint.patch({ params: old.params, body: { dialect: dialect_name } })
    await send(who)
    const formats = [old, young, chosen].map(({ receiver }) =>
      receiver.received.map(({ headers }) => headers['parcelbird-format']),
    )
    expect(formats).toEqual([
      ['1', '2'],
      ['2', '2'],
      ['1', '1'],
    ])
    for (const { receiver } of [old, young, chosen])
      for (const one of receiver.received) {
        const query = { version: String(one.headers['parcelbird-format']) }
        const { definition: dialect } = await client.dialect.get({ params, query })
        expect(await verify(one, { dialect: dialect as unknown as Dialect, secret })).toMatchObject({ ok: true })
      }

    expect(await refusalOf(endpoint(who, { dialectVersion: 3 }))).toMatchObject({
      status: 422,
      message: expect.stringContaining('has no version 3; it has 1, 2.'),
    })
    expect(await refusalOf(client.dialect.delete({ params }))).toMatchObject({ status: 409, code: 'in_use' })
    for (const { params: gone } of [old, young, chosen]) await client.endpoint.delete({ params: gone })
    await client.dialect.delete({ params })
    expect(await refusalOf(client.dialect.get({ params }))).toMatchObject({ status: 404 })
  })

  it('is refused with every place that is wrong in its form, and the reason', async () => {
    const { client } = await organisation()
    const body = definition((json) => ({
      ...json,
      tittle: 'Parcelbird',
      request: { ...json.request, method: 'FETCH' },
      signatures: [{ ...json.signatures[0], algorithm: 'md5', encoding: 'rot13' }],
    }))
    const { status, body: answer } = await refusalOf(client.dialect.put({ params: { dialect_name }, body }))
    expect(status).toBe(422)
    const { detail } = answer as { detail: { loc: string[]; msg: string }[] }
    const reasons = Object.fromEntries(detail.map(({ loc, msg }) => [loc.join('/'), msg]))
    expect(reasons).toMatchObject({
      'body/tittle': expect.stringContaining('tittle'),
      'body/request.method': expect.stringContaining('POST'),
      'body/signatures[0].algorithm': expect.stringContaining('hmac-sha512'),
      'body/signatures[0].encoding': expect.stringContaining('base64'),
    })
    expect(detail).toHaveLength(4)
  })

  it('is refused with every law that it breaks, and the place', async () => {
    const { client } = await organisation()
    const body = definition((json) => ({
      ...json,
      body: {
        kind: 'json',
        shape: {
          depot: { $: 'param.deport' },
          at: { $: 'occurredAt' },
          try: { $: 'attempt' },
          parcel: { $: 'payload' },
        },
      },
      signatures: [{ ...json.signatures[0], over: [{ $: 'sentAt', as: 'unix' }] }],
    }))
    const { status, body: answer } = await refusalOf(client.dialect.put({ params: { dialect_name }, body }))
    expect(status).toBe(422)
    const { detail } = answer as { detail: { loc: string[]; msg: string }[] }
    const reasons = detail.map(({ loc, msg }) => `${loc.join('/')}: ${msg}`)
    for (const reason of [
      /^body\/body\.shape\.depot: .*param\.deport, which params does not declare/,
      /^body\/body\.shape\.at: .*must say as/,
      /^body\/body\.shape\.try: .*changes with each attempt/,
      /^body\/signatures\[0\]\.over: .*body/,
    ])
      expect(reasons).toContainEqual(expect.stringMatching(reason))
    // Nothing of it is there.
    expect(await refusalOf(client.dialect.get({ params: { dialect_name } }))).toMatchObject({ status: 404 })
  })
})

describe('a second format on the same request', () => {
  it('has the headers and signatures of both, and the official libraries of both take it', async () => {
    const who = await organisation()
    const { client } = who
    const receiver = await startReceiver()
    const body = { url: receiver.url, dialect: 'standard', secondary: { dialect: 'svix' } }
    const { id: endpoint_id, secondary } = await client.endpoint.create({ params: who.params, body })
    expect(secondary).toEqual({ dialect: 'svix', version: null })
    const params = { ...who.params, endpoint_id }
    const { key, secondaryKey } = await client.endpoint.getSecret({ params })
    expect(key).not.toBe(secondaryKey)
    const id = await send(who)
    const [one] = receiver.received
    expect(one?.headers).toMatchObject({ 'webhook-id': id, 'svix-id': id })
    const headers = one!.headers as Record<string, string>
    expect(() => new StandardWebhook(key!).verify(one!.body, headers)).not.toThrow()
    expect(() => new SvixWebhook(secondaryKey!).verify(one!.body, headers)).not.toThrow()
    expect(() => new SvixWebhook(key!).verify(one!.body, headers)).toThrow()
    expect(() => new StandardWebhook(key!).verify(`${one!.body} `, headers)).toThrow()

    // When everybody has moved, the second format goes.
    await client.endpoint.patch({ params, body: { secondary: null } })
    await send(who)
    expect(receiver.received[1]?.headers).toHaveProperty('webhook-id')
    expect(receiver.received[1]?.headers).not.toHaveProperty('svix-id')
  })

  it('is refused when it would need another body or method, with the reason', async () => {
    const { client, params } = await organisation()
    await client.dialect.put({ params: { dialect_name }, body: definition() })
    const url = 'https://hooks.example.com/in'
    for (const second of ['comapi', dialect_name])
      expect(
        await refusalOf(
          client.endpoint.create({ params, body: { url, dialect: 'standard', secondary: { dialect: second } } }),
        ),
      ).toMatchObject({ status: 422, message: expect.stringMatching(/write different bodies.*two endpoints/) })
  })
})

describe('a format with a public key', () => {
  const vector = new URL('../../../wire/vectors/standard-ed25519.json', import.meta.url)
  const { dialect: lighthouse } = JSON.parse(readFileSync(vector, 'utf8')) as { dialect: Dialect }

  it('is verified by who has the public key only', async () => {
    const who = await organisation()
    const { client, params } = who
    const { name, version: _, ...json } = lighthouse
    await client.dialect.put({ params: { dialect_name: name }, body: { ...json } })
    const receivers = [await startReceiver(), await startReceiver()]
    const keys: { key: string | null; publicKey: string | null }[] = []
    for (const { url } of receivers) {
      const { id: endpoint_id } = await client.endpoint.create({ params, body: { url, dialect: name } })
      keys.push(await client.endpoint.getSecret({ params: { ...params, endpoint_id } }))
    }
    const [own, other] = keys
    expect(own?.key).toMatch(/^whsk_[A-Za-z0-9+/]{86}==$/)
    expect(own?.publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/)
    const id = await send(who)
    const [one] = receivers[0]!.received
    expect(one?.headers['webhook-signature']).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/)
    const check = (request: { body: string }, key: string | null) =>
      verify({ headers: one!.headers, ...request }, { dialect: lighthouse, secret: key })
    expect(await check(one!, own!.publicKey)).toMatchObject({ ok: true, messages: [{ id, payload }] })
    const refused = { ok: false, code: 'signature_mismatch' }
    expect(await check({ body: one!.body.replace('PB1', 'PB2') }, own!.publicKey)).toMatchObject(refused)
    expect(await check(one!, other!.publicKey)).toMatchObject(refused)
  })

  it('signs with a key of its owner, and shows the public half of it', async () => {
    const who = await organisation()
    const { client, params } = who
    const { name, version: _, ...json } = lighthouse
    await client.dialect.put({ params: { dialect_name: name }, body: { ...json } })
    // The example key of the Standard Webhooks specification.
    const key = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=='
    const publicKey = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='
    const receiver = await startReceiver()
    const body = { url: receiver.url, dialect: name, secret: key }
    const { id: endpoint_id } = await client.endpoint.create({ params, body })
    expect(await client.endpoint.getSecret({ params: { ...params, endpoint_id } })).toMatchObject({ key, publicKey })
    await send(who)
    expect(await verify(receiver.received[0]!, { dialect: lighthouse, secret: publicKey })).toMatchObject({ ok: true })
  })
})
