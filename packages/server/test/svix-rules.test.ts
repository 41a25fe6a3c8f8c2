import type { RunningServer } from '../src/index.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { request, startReceiver, startTestServer, token, type Answer } from './support.ts'

// Rules that the Svix API has and that its clients rely on.

const org = 'org_1'
const receiverUrl = 'https://hooks.acme.io/in'
let server: RunningServer
let bearer: string
let appId: string
let count = 0

const send = (method: string, path: string, body?: object, as: string = bearer): Promise<Answer> =>
  request(server.url, method, `/api/v1${path}`, { token: as, ...(body && { body }) })

/** The same, where it has to succeed. */
async function done(method: string, path: string, body?: object, as?: string): Promise<{ readonly id: string }> {
  const answer = await send(method, path, body, as)
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300)
  return (answer.json ?? {}) as { readonly id: string }
}

/** Place and sentence of each problem of a 422. */
function problems({ status, json, text }: Answer): { at: string; msg: string }[] {
  expect(status, text).toBe(422)
  const { detail } = json as { detail: readonly { loc: readonly string[]; msg: string }[] }
  return detail.map(({ loc, msg }) => ({ at: loc.join('.'), msg }))
}

const newEndpoint = (body: object = {}) => done('POST', `/app/${appId}/endpoint`, { url: receiverUrl, ...body })
const next = (name: string) => `${name}-${++count}`

beforeAll(async () => {
  server = await startTestServer()
  bearer = await token({ subject: org })
  appId = (await done('POST', '/app', { name: 'Stage', uid: 'stage' })).id
})
afterAll(() => server.close())

describe('a PUT that leaves out the uid', () => {
  it('takes it away from an application that the address names by its id', async () => {
    const uid = next('uid')
    const { id } = await done('POST', '/app', { name: 'One', uid })
    expect(await done('PUT', `/app/${id}`, { name: 'Two' })).toMatchObject({ id, name: 'Two', uid: null })
    expect((await send('GET', `/app/${uid}`)).status).toBe(404)
    expect(await done('POST', '/app', { name: 'Another', uid })).toMatchObject({ uid })
  })

  it('takes it away from an endpoint that the address names by its id', async () => {
    const uid = next('uid')
    const { id } = await newEndpoint({ uid })
    expect(await done('PUT', `/app/${appId}/endpoint/${id}`, { url: receiverUrl })).toMatchObject({ id, uid: null })
    expect((await send('GET', `/app/${appId}/endpoint/${uid}`)).status).toBe(404)
  })

  it('keeps it where the address is the uid: the same PUT twice gives one resource', async () => {
    const uid = next('uid')
    for (const [collection, body] of [
      ['/app', { name: 'Put' }],
      [`/app/${appId}/endpoint`, { url: receiverUrl }],
    ] as const) {
      const first = await done('PUT', `${collection}/${uid}`, body)
      expect(await done('PUT', `${collection}/${uid}`, body)).toMatchObject({ id: first.id, uid })
      expect(await done('PUT', `${collection}/${uid}`, { ...body, uid: null })).toMatchObject({
        id: first.id,
        uid: null,
      })
    }
  })
})

describe('the application of a message', () => {
  const message = { eventType: 'a.b', payload: {} }

  it.each([{ name: 'New' }, { name: 'New', uid: null }, { name: 'New', uid: 'another' }])(
    '%j is refused, and neither is created',
    async (application) => {
      const uid = next('new')
      const answer = await send('POST', `/app/${uid}/msg`, { ...message, application })
      expect(problems(answer)[0]!.at).toBe('body.application.uid')
      expect((await send('GET', `/app/${uid}`)).status).toBe(404)
    },
  )

  it('is created when its uid is that of the address, and ignored when it exists', async () => {
    const uid = next('new')
    await done('POST', `/app/${uid}/msg`, { ...message, application: { name: 'New', uid } })
    await done('POST', `/app/${uid}/msg`, { ...message, application: { name: 'Other', uid } })
    await done('POST', `/app/${uid}/msg`, { ...message, application: { name: 'Other' } })
    expect(await done('GET', `/app/${uid}`)).toMatchObject({ name: 'New' })
  })
})

describe('schemas of an event type', () => {
  const draft07 = 'http://json-schema.org/draft-07/schema#'

  it.each<[says: string, schema: unknown]>([
    ['readOnly of the schema must be', { readOnly: 15 }],
    ['properties.a.type of the schema must be', { properties: { a: { type: 'text' } } }],
    ['properties.a.type of the schema must be', { $schema: draft07, properties: { a: { type: 'text' } } }],
    ['refers to #/$defs/b, which is not in it', { $ref: '#/$defs/b' }],
    ['refers to https://acme.io/x, which is not in it', { $ref: 'https://acme.io/x' }],
    ['its $schema is none that can be used', { $schema: 'https://acme.io/my-draft' }],
    ['its $schema is none that can be used', { $schema: 'http://json-schema.org/draft-04/schema#' }],
    ['the pattern (a)\\1 cannot be used', { pattern: '(a)\\1' }],
    ['has to be a JSON object', 'object'],
    ['has to be a JSON object', [{}]],
    ['has to be a JSON object', null],
  ])('%s: refused by POST, PUT, PATCH and the library', async (says, schema) => {
    const name = next('type')
    const schemas = { 1: { type: 'object' }, 2: schema }
    const refused = async (answer: Answer) => {
      expect(problems(answer)).toEqual([{ at: 'body.schemas.2', msg: expect.stringContaining(says) }])
    }
    await refused(await send('POST', '/event-type', { name, description: '', schemas }))
    await refused(await send('PUT', `/event-type/${name}`, { description: '', schemas }))
    expect((await send('GET', `/event-type/${name}`)).status).toBe(404)
    await done('POST', '/event-type', { name })
    await refused(await send('PATCH', `/event-type/${name}`, { schemas }))
    await expect(server.engine.eventTypes.update(org, name, { schemas })).rejects.toMatchObject({
      code: 'invalid',
      field: 'schemas.2',
    })
    expect(await done('GET', `/event-type/${name}`)).toMatchObject({ schemas: null })
  })

  it.each([
    { prefixItems: [{ type: 'string' }], items: false },
    { $schema: draft07, items: [{ type: 'string' }] },
    { $schema: 'https://json-schema.org/draft/2019-09/schema', unevaluatedProperties: false },
    { $schema: 'http://json-schema.org/draft-06/schema#', type: 'object' },
    { type: 'object', 'x-own': 1 },
    true,
  ])('%j is taken', async (schema) => {
    const name = next('type')
    expect(await done('POST', '/event-type', { name, schemas: { 1: schema } })).toMatchObject({
      schemas: { 1: schema },
    })
  })

  it('that an older version stored can be sent back', async () => {
    const name = next('type')
    await done('POST', '/event-type', { name })
    const broken = { 1: { type: 'text' } }
    const stored = server.engine.eventTypes as unknown as { get: (org: string, name: string) => Promise<object> }
    Object.assign(await stored.get(org, name), { schemas: broken })
    await done('PUT', `/event-type/${name}`, { description: 'Changed', schemas: broken })
    const both = { ...broken, 2: { type: 'text' } }
    expect(problems(await send('PATCH', `/event-type/${name}`, { schemas: both }))[0]!.at).toBe('body.schemas.2')
  })
})

describe('event types with feature flags', () => {
  let types: readonly [plain: string, beta: string, either: string]
  const visible = async (as: string) => {
    const { data } = (await done('GET', '/event-type?limit=250', undefined, as)) as unknown as {
      data: { name: string }[]
    }
    const listed = types.filter((name) => data.some((type) => type.name === name))
    for (const name of types)
      expect((await send('GET', `/event-type/${name}`, undefined, as)).status).toBe(listed.includes(name) ? 200 : 404)
    return listed
  }
  const customer = (featureFlags?: readonly string[]) =>
    token({ subject: appId, org, ...(featureFlags && { featureFlags }) })

  beforeAll(async () => {
    types = [next('plain'), next('beta'), next('either')]
    await done('POST', '/event-type', { name: types[0], sample: {} })
    await done('POST', '/event-type', { name: types[1], featureFlags: ['beta'], sample: {} })
    await done('POST', '/event-type', { name: types[2], featureFlags: ['alpha', 'beta'], sample: {} })
  })

  it('are listed and shown to a customer whose token has one of the flags', async () => {
    const [plain, beta, either] = types
    expect(await visible(await customer())).toEqual([plain])
    expect(await visible(await customer([]))).toEqual([plain])
    expect(await visible(await customer(['other']))).toEqual([plain])
    expect(await visible(await customer(['alpha']))).toEqual([plain, either])
    expect(await visible(await customer(['beta', 'other']))).toEqual([plain, beta, either])
  })

  it('are all shown to the organisation, whatever its token says', async () => {
    expect(await visible(bearer)).toEqual(types)
    expect(await visible(await token({ subject: org, featureFlags: [] }))).toEqual(types)
  })

  it('can be subscribed to and tried only by who sees them', async () => {
    const [plain, beta] = types
    const [without, withFlag] = [await customer(), await customer(['beta'])]
    const endpoints = `/app/${appId}/endpoint`
    const body = { url: receiverUrl, eventTypes: [plain, beta] }
    expect(problems(await send('POST', endpoints, body, without))).toEqual([
      { at: 'body.eventTypes', msg: expect.stringContaining(`There is no event type "${beta}"`) },
    ])
    const uid = next('uid')
    expect(problems(await send('PUT', `${endpoints}/${uid}`, body, without))[0]!.at).toBe('body.eventTypes')
    const filterTypes = { url: receiverUrl, filterTypes: [beta] }
    expect(problems(await send('POST', endpoints, filterTypes, without))[0]!.at).toBe('body.eventTypes')
    const { id } = await done('POST', endpoints, { url: receiverUrl, eventTypes: [plain] }, without)
    expect(problems(await send('PATCH', `${endpoints}/${id}`, { eventTypes: [beta] }, without))[0]!.at).toBe(
      'body.eventTypes',
    )
    const mocked = await send('POST', `${endpoints}/${id}/mock`, { eventType: beta }, without)
    expect(problems(mocked)[0]!.at).toBe('body.payload')
    await done('PATCH', `${endpoints}/${id}`, { eventTypes: [plain, beta] }, withFlag)
    // What the endpoint has may be sent back, and dropped.
    await done('PUT', `${endpoints}/${id}`, body, without)
    await done('PATCH', `${endpoints}/${id}`, { eventTypes: [plain] }, without)
  })

  it('a hidden type is refused in the same words as one that does not exist', async () => {
    const without = await customer()
    const [hidden, absent] = await Promise.all(
      [types[1], 'no.such.type'].map((name) =>
        send('POST', `/app/${appId}/endpoint`, { url: receiverUrl, eventTypes: [name] }, without),
      ),
    )
    expect(hidden!.text.replaceAll(types[1], 'X')).toBe(absent!.text.replaceAll('no.such.type', 'X'))
  })

  it('a claim that is no list of texts is a 401', async () => {
    const bad = await token({ subject: appId, org, featureFlags: [1] as unknown as string[] })
    expect((await send('GET', '/event-type', undefined, bad)).status).toBe(401)
  })
})

describe('headers of an endpoint', () => {
  it.each(['x-svix-id', 'X-Svix-Anything', 'x-amz-date', 'X-Amzn-Trace-Id', 'x-google-apps', 'X-GOOGLE-'])(
    '%s is refused by every way to set it',
    async (name) => {
      const headers = { [name]: '1' }
      const { id } = await newEndpoint()
      const endpoint = `/app/${appId}/endpoint/${id}`
      for (const answer of [
        await send('POST', `/app/${appId}/endpoint`, { url: receiverUrl, headers }),
        await send('PUT', `${endpoint}/headers`, { headers }),
        await send('PATCH', `${endpoint}/headers`, { headers }),
      ])
        expect(problems(answer)).toEqual([{ at: `body.headers.${name}`, msg: expect.stringMatching(/is reserved/) }])
      await expect(server.engine.endpoints.update(org, appId, id, { headers })).rejects.toMatchObject({
        code: 'header_refused',
      })
    },
  )

  it('that an older version took stay, and the rest of the endpoint can be changed', async () => {
    const receiver = await startReceiver()
    const { id: app } = await done('POST', '/app', { name: 'Old headers' })
    const { id } = await done('POST', `/app/${app}/endpoint`, { url: receiver.url })
    const endpoint = `/app/${app}/endpoint/${id}`
    Object.assign((await server.engine.endpoints.get(org, app, id)).headers, { 'X-Amz-Old': 'kept' })
    await done('PATCH', `${endpoint}/headers`, { headers: { 'X-New': '1' } })
    await done('PATCH', endpoint, { dialect: 'svix' })
    await done('PATCH', endpoint, { secondary: { dialect: 'standard' } })
    await done('PUT', endpoint, { url: receiver.url })
    await done('POST', `/app/${app}/msg`, { eventType: 'a.b', payload: {} })
    await server.engine.idle()
    expect(receiver.received[0]!.headers).toMatchObject({ 'x-amz-old': 'kept', 'x-new': '1' })
    const other = await send('PATCH', `${endpoint}/headers`, { headers: { 'X-Amz-Old': 'other' } })
    expect(problems(other)[0]!.at).toBe('body.headers.X-Amz-Old')
  })

  it.each(['x-amazon', 'x-svixen', 'x-googled', 'amz-date'])('%s is taken', async (name) => {
    await newEndpoint({ headers: { [name]: '1' } })
  })
})

describe('secrets of Standard Webhooks', () => {
  const secretOf = (bytes: number, prefix = 'whsec_') => prefix + Buffer.alloc(bytes, 7).toString('base64')

  it.each([24, 32, 75])('%i bytes are taken', async (bytes) => {
    const { id } = await newEndpoint({ secret: secretOf(bytes) })
    expect(await done('GET', `/app/${appId}/endpoint/${id}/secret`)).toMatchObject({ key: secretOf(bytes) })
  })

  it.each([
    [23, 'whsec_'],
    [76, 'whsec_'],
    [76, ''],
    [1000, 'whsec_'],
  ])('%i bytes after %j are refused wherever a secret is given', async (bytes, prefix) => {
    const secret = secretOf(bytes, prefix)
    const { id } = await newEndpoint()
    const endpoint = `/app/${appId}/endpoint/${id}`
    for (const dialect of ['standard', 'svix'])
      expect(problems(await send('POST', `/app/${appId}/endpoint`, { url: receiverUrl, dialect, secret }))[0]!.at).toBe(
        'body.secret',
      )
    expect(problems(await send('PATCH', endpoint, { secret }))[0]!.at).toBe('body.secret')
    expect((await send('POST', `${endpoint}/secret/rotate`, { key: secret })).status).toBe(422)
    const secondary = { dialect: 'svix', secret }
    expect(problems(await send('PATCH', endpoint, { secondary }))[0]!.at).toBe('body.secondary.secret')
  })

  it('the bound of a vendor is its own: a text of 300 characters signs in Scalefusion', async () => {
    await newEndpoint({ dialect: 'scalefusion', secret: 'x'.repeat(300) })
  })
})

describe('rotations', () => {
  it('of the key of an application have the same bound', async () => {
    const { id: app } = await done('POST', '/app', { name: 'Shared key', dialect: 'screenmeet' })
    const reset = () => send('POST', `/app/${app}/signing-key/reset`, {})
    const statuses: number[] = []
    // One signature a request: the next key waits, and one that waits is replaced, so there is never an old one too many.
    for (let turn = 0; turn < 12; turn++) statuses.push((await reset()).status)
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  it('an eleventh old secret is a 400 with a code, and changes nothing', async () => {
    const { id } = await newEndpoint()
    const endpoint = `/app/${appId}/endpoint/${id}`
    for (let turn = 0; turn < 10; turn++) await done('POST', `${endpoint}/secret/rotate`, {})
    const { key } = (await done('GET', `${endpoint}/secret`)) as unknown as { key: string }
    const refused = await send('POST', `${endpoint}/secret/rotate`, {})
    expect(refused.status).toBe(400)
    expect(refused.json).toMatchObject({ code: 'limit_reached', detail: expect.stringContaining('10 old secrets') })
    expect(await done('GET', `${endpoint}/secret`)).toMatchObject({ key })
    // Without an overlap nothing old signs any more.
    await done('POST', `${endpoint}/secret/rotate`, { gracePeriodSeconds: 0 })
    await done('POST', `${endpoint}/secret/rotate`, {})
  })
})
