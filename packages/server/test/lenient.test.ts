import { listParameters, openApiDocument, querySchema, routes, type Route } from '@posthorn/api'
import { applicationFields, endpointFields, eventTypeFields, type Field, type Fields } from '@posthorn/model'
import { ApiException, Ordering, Svix } from 'svix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startReceiver, startTestServer, token, type Answer } from './support.ts'

// What official clients of the Svix API send is taken. Everywhere else a name that is not known is refused.

const org = 'org_1'
const url = 'https://hooks.acme.io/in'
let server: RunningServer
let bearer: string
let appId: string
let endpointId: string
let count = 0

type Body = Readonly<Record<string, unknown>>

const send = (method: string, path: string, body?: object | string): Promise<Answer> =>
  request(server.url, method, `/api/v1${path}`, { token: bearer, ...(body !== undefined && { body }) })

async function done(method: string, path: string, body?: object | string): Promise<Body> {
  const answer = await send(method, path, body)
  expect(answer.status, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`).toBeLessThan(300)
  return (answer.json ?? {}) as Body
}

/** Place and sentence of the first problem of a 422. */
function problem({ status, json, text }: Answer): { at: string; msg: string } {
  expect(status, text).toBe(422)
  const [first] = (json as { detail: readonly { loc: readonly string[]; msg: string }[] }).detail
  return { at: first!.loc.join('.'), msg: first!.msg }
}

const next = (name: string) => `${name}-${++count}`
const idsOf = ({ data }: Body) => (data as readonly { id: string }[]).map(({ id }) => id)

beforeAll(async () => {
  server = await startTestServer()
  bearer = await token({ subject: org })
  appId = String((await done('POST', '/app', { name: 'Stage', uid: 'stage' }))['id'])
  endpointId = String((await done('POST', `/app/${appId}/endpoint`, { url, uid: 'ep' }))['id'])
  for (const name of ['a.b', 'c.d']) await done('POST', '/event-type', { name, sample: { a: 1 } })
})
afterAll(() => server.close())

describe('parameters that are not known', () => {
  const rows = (routes as readonly Route[]).filter(({ access, stream }) => access !== 'public' && !stream)
  const gets = rows.filter(({ method }) => method === 'GET')
  const address = ({ path }: Route): string =>
    path
      .slice('/api/v1'.length)
      .replace('{app_id}', appId)
      .replace('{endpoint_id}', endpointId)
      .replace('{event_type_name}', 'a.b')
      .replace('{dialect_name}', 'standard')
      .replace('{preset_name}', 'comapi')
      .replace(/\{\w+\}/g, 'none')

  it.each(gets.filter(({ svix }) => svix).map((row) => [row.operationId, row] as const))(
    '%s ignores them',
    async (_, row) => {
      const [plain, more] = await Promise.all(
        ['', '?with_content=true&no_such=1&other[]=2'].map((query) => send('GET', address(row) + query)),
      )
      expect(more!.status).toBe(plain!.status)
      expect([200, 404]).toContain(more!.status)
    },
  )

  it.each(rows.filter(({ svix }) => !svix).map((row) => [row.operationId, row] as const))(
    '%s refuses them, and says which it has',
    async (_, row) => {
      const names = Object.keys(row.query?.shape ?? {})
      const near = names[0] === undefined ? 'no_such' : `${names[0]}x`
      const body = row.method === 'GET' || row.method === 'DELETE' ? undefined : {}
      const { status, json, text } = await send(row.method, `${address(row)}?${near}=1`, body)
      expect(status, text).toBe(422)
      const { detail } = json as { detail: readonly { loc: readonly string[]; msg: string }[] }
      expect(detail.find(({ loc }) => loc.join('.') === `query.${near}`)?.msg).toContain(
        names[0] === undefined ? 'There is no field "no_such" here' : `"${names[0]}"`,
      )
    },
  )

  it('what Svix adds to every request is no reason to refuse one', async () => {
    const answer = await request(server.url, 'GET', '/api/v1/app?with_content=true', {
      token: bearer,
      headers: { 'svix-req-id': '1', 'svix-retry-count': '1', accept: 'application/json, */*;q=0.8' },
    })
    expect(answer.status).toBe(200)
  })
})

describe('lists in a query', () => {
  let sent: readonly string[]
  beforeAll(async () => {
    const types = ['a.b', 'c.d', 'e.f']
    const ids: string[] = []
    for (const eventType of types)
      ids.push(String((await done('POST', `/app/${appId}/msg`, { eventType, payload: {} }))['id']))
    sent = ids
  })

  it.each([
    'event_types=a.b,c.d',
    'event_types=a.b&event_types=c.d',
    'event_types[]=a.b&event_types[]=c.d',
    'event_types%5B%5D=a.b&event_types%5B%5D=c.d',
    'event_types[0]=a.b&event_types[1]=c.d',
    'event_types[]=a.b,c.d',
    'event_types=a.b&event_types[]=c.d',
  ])('%s', async (query) => {
    const found = await done('GET', `/app/${appId}/msg?order=ascending&${query}`)
    expect(idsOf(found)).toEqual(sent.slice(0, 2))
  })

  it('of one name, and of a name that is refused', async () => {
    expect(idsOf(await done('GET', `/app/${appId}/msg?event_types[0]=c.d`))).toEqual(sent.slice(1, 2))
    expect(problem(await send('GET', `/app/${appId}/msg?event_types[]=a%20b`)).at).toBe('query.event_types.0')
  })

  it('in our own operations too', async () => {
    await done('GET', `/app/${appId}/log?event_type[]=a.b&event_type[1]=c.d`)
    expect(problem(await send('GET', `/app/${appId}/log?limit[]=1`)).at).toBe('query.limit[]')
    expect(problem(await send('GET', `/app/${appId}/log?__proto__[]=1`)).at).toBe('query.__proto__[]')
  })
})

describe('times', () => {
  const shown = '2026-11-28T00:01:06.150Z'
  it.each([
    '2026-11-28 00:01:06.15 UTC',
    '2026-11-28T00:01:06.15Z',
    '2026-11-28t00:01:06.150z',
    '2026-11-28T00:01:06.150000+00:00',
    '2026-11-28 00:01:06.150000+00:00',
    '2026-11-28T02:01:06.1500000+02:00',
    '2026-11-27T16:01:06.150999999-0800',
    '2026-11-28 00:01:06.15 +0000 UTC',
    '2026-11-28T00:01:06.150 00:00',
  ])('%s is taken in a body and in a query', async (text) => {
    const message = { eventType: 'a.b', payload: {}, occurredAt: text }
    expect(await done('POST', `/app/${appId}/msg`, message)).toMatchObject({ occurredAt: shown })
    for (const name of ['before', 'after'])
      await done('GET', `/app/${appId}/msg?${name}=${encodeURIComponent(text)}&limit=1`)
    await done('POST', `/app/${appId}/endpoint/${endpointId}/recover`, { since: text })
  })

  it('a + that a client did not encode is read as one', async () => {
    await done('GET', `/app/${appId}/msg?before=2026-11-28T00:01:06.150000+00:00`)
  })

  it.each(['2026-11-28T00:01Z', '2026-11-28 00:01:06 UTC', '2026-11-28 00:01:06 +0000', '2028-02-29T23:59:60Z'])(
    '%s is taken',
    async (text) => {
      await done('GET', `/app/${appId}/msg?before=${encodeURIComponent(text)}`)
    },
  )

  it.each([
    '2026-11-28',
    '2026-11-28T00:01:06',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-28T24:00:00Z',
    '2026-11-28T00:00:00+24:00',
    '1764288066',
    'yesterday',
    '',
  ])('%j is none', async (text) => {
    expect(problem(await send('GET', `/app/${appId}/msg?before=${encodeURIComponent(text)}`))).toEqual({
      at: 'query.before',
      msg: expect.stringContaining('A time looks like'),
    })
  })
})

interface Noun {
  readonly name: string
  readonly fields: Fields
  readonly collection: () => string
  readonly key: string
  readonly least: () => Body
}

const nouns: readonly Noun[] = [
  { name: 'application', fields: applicationFields, collection: () => '/app', key: 'id', least: () => ({ name: 'x' }) },
  {
    name: 'endpoint',
    fields: endpointFields,
    collection: () => `/app/${appId}/endpoint`,
    key: 'id',
    least: () => ({ url }),
  },
  {
    name: 'event type',
    fields: eventTypeFields,
    collection: () => '/event-type',
    key: 'name',
    least: () => ({ name: next('type') }),
  },
]

describe.each(nouns)('null in the body of one $name', ({ fields, collection, key, least }) => {
  const left = Object.entries(fields).filter(
    ([, definition]) => definition.setBy !== 'engine' && ('default' in definition || definition.optional),
  )
  const names = ([name, { api }]: readonly [string, Field]) => [
    api?.name ?? name,
    ...(api?.aliases ?? []).map((alias) => alias.name),
  ]
  const has = (method: 'POST' | 'PUT' | 'PATCH', { api }: Field) => api?.bodies?.includes(method) ?? true
  const withoutFixed = (body: Body): Body =>
    Object.fromEntries(Object.entries(body).filter(([name]) => !fields[name]?.fixed))

  it.each(left.flatMap((one) => names(one).map((name) => [name, one[1]] as const)))(
    '%s: is its default',
    async (name, definition) => {
      const body = least()
      const plain = await done('POST', collection(), body)
      const one = `${collection()}/${plain[key] as string}`
      const shows = Object.hasOwn(plain, name)
      if (has('POST', definition)) {
        const made = await done('POST', collection(), { ...least(), [name]: null })
        if (shows) expect(made[name]).toEqual(plain[name])
      }
      for (const method of ['PUT', 'PATCH'] as const) {
        if (!has(method, definition)) continue
        const changed = await done(method, one, { ...(method === 'PUT' && withoutFixed(body)), [name]: null })
        if (shows) expect(changed[name]).toEqual(plain[name])
      }
    },
  )

  it('all of them at once', async () => {
    const nulls = (method: 'POST' | 'PUT' | 'PATCH') =>
      Object.fromEntries(
        left.filter(([, one]) => has(method, one)).flatMap((one) => names(one).map((name) => [name, null])),
      )
    const body = least()
    const made = await done('POST', collection(), { ...nulls('POST'), ...body })
    const one = `${collection()}/${made[key] as string}`
    await done('PUT', one, { ...nulls('PUT'), ...withoutFixed(body) })
    await done('PATCH', one, nulls('PATCH'))
  })

  it('of a member that is required is refused', async () => {
    const required = Object.keys(withoutFixed(least()))
    for (const name of required) {
      expect(problem(await send('POST', collection(), { ...least(), [name]: null })).at).toBe(`body.${name}`)
      const made = await done('POST', collection(), least())
      expect(problem(await send('PATCH', `${collection()}/${made[key] as string}`, { [name]: null })).at).toBe(
        `body.${name}`,
      )
    }
  })

  it('an answer can be sent back with PUT: nothing changes', async () => {
    const body = { ...least(), metadata: undefined, featureFlags: undefined }
    const made = await done('POST', collection(), body)
    const one = `${collection()}/${made[key] as string}`
    const { updatedAt: _, ...before } = await done('GET', one)
    const { updatedAt: __, ...after } = await done('PUT', one, await done('GET', one))
    expect(after).toEqual(before)
  })
})

describe('a PATCH with null', () => {
  it('sets back what had a value', async () => {
    const endpoint = `/app/${appId}/endpoint/${String((await done('POST', `/app/${appId}/endpoint`, { url, metadata: { a: '1' }, version: 3 }))['id'])}`
    expect(await done('PATCH', endpoint, { metadata: null, version: null })).toMatchObject({ metadata: {}, version: 1 })
  })
})

describe('members that are sent back', () => {
  it('the name of an event type, also another one, is ignored by PUT', async () => {
    const name = next('type')
    const made = await done('PUT', `/event-type/${name}`, { name: 'other.name', description: 'd' })
    expect(made).toMatchObject({ name, description: 'd' })
    expect((await send('GET', '/event-type/other.name')).status).toBe(404)
  })

  it('a second format keeps its secret', async () => {
    const secondary = { dialect: 'svix', secret: `whsec_${Buffer.alloc(24, 3).toString('base64')}` }
    const { id } = await done('POST', `/app/${appId}/endpoint`, { url, secondary })
    const endpoint = `/app/${appId}/endpoint/${id as string}`
    const before = await done('GET', `${endpoint}/secret`)
    await done('PUT', endpoint, await done('GET', endpoint))
    expect(await done('GET', `${endpoint}/secret`)).toEqual(before)
    expect(before).toMatchObject({ secondaryKey: secondary.secret })
  })

  it('what nobody sets is refused by POST and PATCH', async () => {
    expect(problem(await send('PATCH', `/app/${appId}`, { createdAt: '2026-11-28T00:00:00Z' })).at).toBe(
      'body.createdAt',
    )
    expect(problem(await send('POST', '/app', { name: 'x', id: 'app_1' })).at).toBe('body.id')
  })
})

describe('the payload of a message under the name data', () => {
  it('is delivered byte for byte', async () => {
    const receiver = await startReceiver()
    const { id } = await done('POST', '/app', { name: 'Data' })
    await done('POST', `/app/${id as string}/endpoint`, { url: receiver.url })
    const messages = `/app/${id as string}/msg`
    const answer = await send('POST', messages, '{"eventType":"a.b","data":{ "n": 1.0, "é": "\\u00e9" }}')
    expect(answer.status).toBe(202)
    expect(answer.text).toContain('"payload":{ "n": 1.0, "é": "\\u00e9" }')
    expect(answer.json).not.toHaveProperty('data')
    await done('POST', messages, '{"data":{"n": 2},"eventType":"a.b","payload":{ "n":2 }}')
    await done('POST', messages, '{"data":{"n":3.0},"eventType":"a.b","payload":null}')
    await server.engine.idle()
    expect(receiver.received.map(({ body }) => body)).toEqual([
      '{ "n": 1.0, "é": "\\u00e9" }',
      '{ "n":2 }',
      '{"n":3.0}',
    ])
  })

  it.each([
    [{ eventType: 'a.b' }, 'body.payload'],
    [{ eventType: 'a.b', data: null }, 'body.payload'],
    [{ eventType: 'a.b', data: [1] }, 'body.payload'],
    [{ eventType: 'a.b', dta: {} }, 'body.dta'],
    [{ eventType: 'a.b', payload: { a: 1 }, data: { a: 2 } }, 'body.data'],
    [{ eventType: 'a.b', payload: {}, data: [] }, 'body.data'],
    [{ eventType: 'a.b', payload: null, data: null }, 'body.payload'],
  ])('%j is refused', async (body, at) => {
    expect(problem(await send('POST', `/app/${appId}/msg`, body)).at).toBe(at)
  })

  it('is no name of our own operations', async () => {
    const mock = `/app/${appId}/endpoint/${endpointId}/mock`
    expect(problem(await send('POST', mock, { eventType: 'a.b', data: {} })).at).toBe('body.data')
  })
})

describe('a field under two names', () => {
  it.each<[method: string, path: string, body: Body, at: string, other: string]>([
    ['POST', '/app', { name: 'x', throttleRate: 1, rateLimit: 2 }, 'rateLimit', 'throttleRate'],
    ['PATCH', '/app/stage', { throttleRate: null, rateLimit: 2 }, 'rateLimit', 'throttleRate'],
    ['PUT', '/app/stage', { name: 'x', throttleRate: 3, rateLimit: null }, 'rateLimit', 'throttleRate'],
    ['POST', '/app/stage/endpoint', { url, eventTypes: ['a.b'], filterTypes: ['c.d'] }, 'filterTypes', 'eventTypes'],
    ['PATCH', '/app/stage/endpoint/ep', { eventTypes: ['a.b'], filterTypes: ['c.d'] }, 'filterTypes', 'eventTypes'],
    ['PATCH', '/app/stage/endpoint/ep', { eventTypes: null, filterTypes: ['c.d'] }, 'filterTypes', 'eventTypes'],
    ['PATCH', '/app/stage/endpoint/ep', { throttleRate: 1, rateLimit: 2 }, 'rateLimit', 'throttleRate'],
    ['PATCH', '/event-type/a.b', { featureFlags: ['x'], featureFlag: 'y' }, 'featureFlag', 'featureFlags'],
    ['PATCH', '/event-type/a.b', { featureFlags: [], featureFlag: 'y' }, 'featureFlag', 'featureFlags'],
    ['PATCH', '/event-type/a.b', { featureFlags: ['x', 'y'], featureFlag: null }, 'featureFlag', 'featureFlags'],
  ])('%s %s %j is refused, because one value would be lost', async (method, path, body, at, other) => {
    const { at: place, msg } = problem(await send(method, path, body))
    expect(place).toBe(`body.${at}`)
    expect(msg).toContain(`\`${at}\``)
    expect(msg).toContain(`\`${other}\``)
  })

  it('of an application that is made with a message', async () => {
    const application = { name: 'x', uid: 'two-names', throttleRate: 1, rateLimit: 2 }
    const answer = await send('POST', '/app/two-names/msg', { eventType: 'a.b', payload: {}, application })
    expect(problem(answer).at).toBe('body.application.rateLimit')
  })

  it.each<[path: string, body: Body, taken: Body]>([
    ['/app', { name: 'x', throttleRate: 5, rateLimit: null }, { throttleRate: 5 }],
    ['/app', { name: 'x', throttleRate: null, rateLimit: 5 }, { throttleRate: 5 }],
    ['/app/stage/endpoint', { url, eventTypes: null, filterTypes: ['a.b'] }, { eventTypes: ['a.b'] }],
    ['/app/stage/endpoint', { url, eventTypes: ['a.b'], filterTypes: null }, { eventTypes: ['a.b'] }],
    ['/event-type', { name: 'two.names', featureFlags: null, featureFlag: 'x' }, { featureFlags: ['x'] }],
    ['/event-type', { name: 'two.lists', featureFlags: ['x'], featureFlag: null }, { featureFlags: ['x'] }],
  ])('in a POST %s %j is the one that is not null', async (path, body, taken) => {
    expect(await done('POST', path, body)).toMatchObject(taken)
  })

  it('with one value is taken', async () => {
    await done('PATCH', '/app/stage', { throttleRate: 5, rateLimit: 5 })
    const both = { eventTypes: ['a.b', 'c.d'], filterTypes: ['c.d', 'a.b', 'a.b'] }
    expect(await done('PATCH', '/app/stage/endpoint/ep', both)).toMatchObject({ eventTypes: ['a.b', 'c.d'] })
    const flags = { featureFlags: ['x', 'y'], featureFlag: 'x' }
    expect(await done('PATCH', '/event-type/c.d', flags)).toMatchObject(flags)
    await done('PATCH', '/event-type/c.d', { featureFlags: [], featureFlag: null })
  })

  it('of an answer that is sent back with one of them changed is refused, and nothing changes', async () => {
    await done('PATCH', '/app/stage/endpoint/ep', { eventTypes: null })
    const answer = await done('GET', '/app/stage/endpoint/ep')
    const changed = { ...answer, filterTypes: ['a.b'] }
    expect(problem(await send('PUT', '/app/stage/endpoint/ep', changed)).at).toBe('body.filterTypes')
    expect(await done('GET', '/app/stage/endpoint/ep')).toEqual(answer)
    await done('PUT', '/app/stage/endpoint/ep', answer)
  })
})

describe('a member `__proto__`', () => {
  const proto = '"__proto__":{"x":1}'
  it.each([
    ['PATCH', '/app/stage/endpoint/ep', `{"filter":{${proto}}}`, 'filter.__proto__'],
    ['PATCH', '/app/stage/endpoint/ep', '{"filter":{"\\u005f_prot\\u006F__":{"x":1}}}', 'filter.__proto__'],
    ['PATCH', '/app/stage/endpoint/ep', `{"filter":{"a":[{"b":1},{${proto}}]}}`, 'filter.a.1.__proto__'],
    ['PATCH', '/app/stage/endpoint/ep', `{"metadata":{${proto}}}`, 'metadata.__proto__'],
    ['PATCH', '/app/stage/endpoint/ep', `{"params":{${proto}}}`, 'params.__proto__'],
    ['PUT', '/app/stage/endpoint/ep/headers', `{"headers":{"__proto__":"x"}}`, 'headers.__proto__'],
    ['PATCH', '/app/stage/endpoint/ep/headers', `{"headers":{"__proto__":null}}`, 'headers.__proto__'],
    ['PATCH', '/app/stage', `{"facts":{"__proto__":1}}`, 'facts.__proto__'],
    ['PATCH', '/app/stage', `{"metadata":{"__proto__":"x"}}`, 'metadata.__proto__'],
    ['PATCH', '/event-type/a.b', `{"schemas":{${proto}}}`, 'schemas.__proto__'],
    ['PATCH', '/event-type/a.b', `{"sample":{"a":{${proto}}}}`, 'sample.a.__proto__'],
    ['POST', '/app/stage/filter/dry-run', `{"filter":{${proto}}}`, 'filter.__proto__'],
    ['POST', '/app/stage/msg', `{"eventType":"a.b","payload":{},"params":{${proto}}}`, 'params.__proto__'],
    ['POST', '/app', `{"name":"x",${proto}}`, '__proto__'],
  ])('%s %s %s is refused', async (method, path, body, at) => {
    expect(problem(await send(method, path, body))).toEqual({
      at: `body.${at}`,
      msg: expect.stringContaining('`__proto__`'),
    })
  })

  it('of a payload is delivered as it is, and the same text as a value is no such member', async () => {
    const receiver = await startReceiver()
    const { id } = await done('POST', '/app', { name: '__proto__', metadata: { a: '__proto__ \u00e9' } })
    await done('POST', `/app/${id as string}/endpoint`, { url: receiver.url })
    const payload = `{"a":{${proto}}, ${proto}}`
    for (const name of ['payload', 'data'])
      await done('POST', `/app/${id as string}/msg`, `{"eventType":"a.b","${name}":${payload}}`)
    await server.engine.idle()
    expect(receiver.received.map(({ body }) => body)).toEqual([payload, payload])
  })
})

describe('a member that is not known is refused with the nearest name', () => {
  it.each<[path: string, body: Body, at: string, nearest: string]>([
    ['/app', { name: 'x', metdata: {} }, 'body.metdata', 'metadata'],
    ['/app/stage/endpoint', { url, evenTypes: [] }, 'body.evenTypes', 'eventTypes'],
    ['/app/stage/endpoint', { url, batch: { maxMesages: 1 } }, 'body.batch.maxMesages', 'maxMessages'],
    [
      '/app/stage/msg',
      { eventType: 'a.b', payload: {}, application: { name: 'x', udi: 'y' } },
      'body.application.udi',
      'uid',
    ],
    ['/app/stage/filter/dry-run', { filter: null, limt: 1 }, 'body.limt', 'limit'],
  ])('%s %j', async (path, body, at, nearest) => {
    expect(problem(await send('POST', path, body))).toEqual({
      at,
      msg: expect.stringContaining(`Did you mean "${nearest}"?`),
    })
  })
})

describe('the contract declares it', () => {
  const document = openApiDocument() as unknown as {
    paths: Record<string, Record<string, Record<string, unknown> & { parameters: readonly Record<string, unknown>[] }>>
    components: { schemas: Record<string, { properties: Record<string, unknown>; required?: readonly string[] }> }
  }

  it.each(routes.map((row) => [row.operationId, row as Route] as const))('%s', (_, row) => {
    const operation = document.paths[row.path]![row.method.toLowerCase()]!
    const refuses = !querySchema(row).safeParse({ no_such: '1' }).success
    expect(operation['x-unknown-parameters']).toBe(refuses ? 'refused' : 'ignored')
    for (const name of listParameters(row))
      expect(operation.parameters).toContainEqual(
        expect.objectContaining({ name, 'x-also-taken-as': [`${name}[]`, `${name}[0]`] }),
      )
  })

  it('members that may be null, the name data, and times', () => {
    const { EndpointIn, EventTypeUpsertIn, MessageIn } = document.components.schemas
    expect(JSON.stringify(EndpointIn!.properties['version'])).toContain('"null"')
    expect(JSON.stringify(EndpointIn!.properties['metadata'])).toContain('"null"')
    expect(EventTypeUpsertIn!.properties).toHaveProperty('name')
    expect(MessageIn).toMatchObject({
      required: ['eventType'],
      anyOf: [{ required: ['payload'] }, { required: ['data'] }],
    })
    expect(JSON.stringify(MessageIn!.properties['occurredAt'])).toMatch(/"format":"date-time".*"pattern":"/)
  })
})

describe('the official client', () => {
  it('may give every option of every list', async () => {
    const svix = new Svix(bearer, { serverUrl: server.url })
    const when = new Date()
    const page = { limit: 5, iterator: null }
    const filter = {
      ...page,
      channel: 'c',
      tag: 't',
      before: when,
      after: new Date(0),
      withContent: true,
      eventTypes: ['a.b', 'c.d'],
      expandedStatuses: true,
    }
    const message = await svix.message.create(appId, {
      eventType: 'a.b',
      payload: {},
      deliverAt: null,
      application: null,
    })
    const calls = [
      svix.application.list({ ...page, order: Ordering.Ascending }),
      svix.eventType.list({ ...page, includeArchived: true, withContent: true }),
      svix.endpoint.list(appId, { ...page, order: Ordering.Descending }),
      svix.endpoint.getStats(appId, endpointId, { since: new Date(0), until: when }),
      svix.message.list(appId, filter),
      svix.messageAttempt.listByEndpoint(appId, endpointId, { ...filter, withMsg: true }),
      svix.messageAttempt.listByMsg(appId, message.id, { ...filter, endpointId }),
      svix.messageAttempt.listAttemptedMessages(appId, endpointId, filter),
      svix.messageAttempt.listAttemptedDestinations(appId, message.id, page),
    ]
    for (const call of calls)
      await call.catch((error: unknown) => {
        throw error instanceof ApiException ? new Error(JSON.stringify(error.body)) : error
      })
  })
})
