import { routes, takesCondition, type Route } from '@posthorn/api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { raw } from './raw-request.ts'
import { request, startReceiver, startTestServer, token, type Answer } from './support.ts'

let server: RunningServer
let bearer: string
let app: string
let endpoint: string
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  bearer = await token({ subject: `org_etag${++count}` })
  app = idOf(await call('POST', '/api/v1/app', { name: 'Acme', uid: 'acme' }))
  endpoint = idOf(await call('POST', `/api/v1/app/${app}/endpoint`, { url: 'https://example.com', uid: 'berlin' }))
  await call('POST', '/api/v1/event-type', { name: 'a.b' })
  await call('PUT', '/api/v1/dialect/mine', definition('Mine'))
})

const idOf = (answer: Answer): string => (answer.json as { id: string }).id

function call(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  return request(server.url, method, path, { token: bearer, headers, ...(body && { body }) })
}

/** A dialect that differs from others by its title. */
function definition(title: string): object {
  const { definition: given } = standard as { definition: Record<string, unknown> }
  const { name: _, version: _version, ...rest } = given
  return { ...rest, title }
}
let standard: unknown
beforeAll(async () => {
  const answer = await request(server.url, 'GET', '/api/v1/dialect/standard', {
    token: await token({ subject: 'org_first' }),
  })
  standard = answer.json
})

/** Each resource that has an ETag: where it is, what PUT and PATCH give, and a body that changes it. */
const resources: Record<string, { readonly path: () => string; put: object; patch: object | null; other: object }> = {
  application: {
    path: () => `/api/v1/app/${app}`,
    put: { name: 'Acme', uid: 'acme' },
    patch: { name: 'Patched' },
    other: { name: 'Other', uid: 'acme' },
  },
  endpoint: {
    path: () => `/api/v1/app/${app}/endpoint/${endpoint}`,
    put: { url: 'https://example.com/put', uid: 'berlin' },
    patch: { description: 'patched' },
    other: { url: 'https://example.com/other', uid: 'berlin' },
  },
  'event type': {
    path: () => '/api/v1/event-type/a.b',
    put: { description: 'put' },
    patch: { description: 'patched' },
    other: { description: 'other' },
  },
  dialect: { path: () => '/api/v1/dialect/mine', put: {}, patch: null, other: {} },
}
const putOf = (noun: string): object => (noun === 'dialect' ? definition('Put') : resources[noun]!.put)
const otherOf = (noun: string): object => (noun === 'dialect' ? definition('Other') : resources[noun]!.other)

async function etag(path: string): Promise<string> {
  const value = (await call('GET', path)).headers.get('etag')
  expect(value).toMatch(/^"[\w-]{22}"$/)
  return value!
}

describe.each(Object.keys(resources))('the ETag of the %s', (noun) => {
  const { path, patch } = resources[noun]!
  const changes = [
    ['PUT', () => putOf(noun)],
    ...(patch ? ([['PATCH', () => patch]] as const) : []),
    ['DELETE', () => undefined],
  ] as const

  it('is that of GET, HEAD and of the answers to changes', async () => {
    const before = await etag(path())
    expect((await call('HEAD', path())).headers.get('etag')).toBe(before)
    for (const [method, body] of changes.slice(0, -1)) {
      const changed = await call(method, path(), body())
      expect(changed.headers.get('etag')).toBe(await etag(path()))
    }
    expect(await etag(path())).not.toBe(before)
  })

  it.each(changes.map(([method, body]) => [method, body] as const))(
    'is asked by a %s with If-Match: what is stale changes nothing',
    async (method, body) => {
      const stale = await etag(path())
      await call('PUT', path(), otherOf(noun))
      const current = await etag(path())
      const shown = (await call('GET', path())).text
      const never = [
        stale,
        `W/${current}`,
        `${stale}, W/${current}`,
        current.slice(1, -1),
        '',
        '"", "x"',
        'x"',
        `${current}, *`,
      ]
      for (const ifMatch of never) {
        const answer = await call(method, path(), body(), { 'if-match': ifMatch })
        expect(answer, `${ifMatch}: ${answer.text}`).toMatchObject({
          status: 412,
          json: { code: 'precondition_failed' },
        })
      }
      expect((await call('GET', path())).text).toBe(shown)
      const done = await call(method, path(), body(), { 'if-match': `${stale} ,, "a,b",${current}` })
      expect(done.status, done.text).toBe(method === 'DELETE' ? 204 : 200)
    },
  )

  it.each(changes.map(([method, body]) => [method, body] as const))(
    'does not matter to a %s with If-Match: *',
    async (method, body) => {
      const done = await call(method, path(), body(), { 'if-match': '*' })
      expect(done.status, done.text).toBe(method === 'DELETE' ? 204 : 200)
    },
  )

  it('saves a GET its body with If-None-Match, where weak tags count too', async () => {
    const current = await etag(path())
    for (const seen of [current, `"x", ${current}`, `W/${current}`, '*'])
      for (const method of ['GET', 'HEAD']) {
        const answer = await call(method, path(), undefined, { 'if-none-match': seen })
        expect(answer, seen).toMatchObject({ status: 304, text: '' })
        expect(answer.headers.get('etag')).toBe(current)
      }
    for (const seen of ['"x"', '', current.slice(1, -1)])
      expect((await call('GET', path(), undefined, { 'if-none-match': seen })).status, seen).toBe(200)
  })

  it('lets one of eight changes through that have seen the same', async () => {
    const current = await etag(path())
    const bodies = Array.from({ length: 8 }, (_, index) =>
      noun === 'dialect'
        ? definition(`Title ${index}`)
        : { ...putOf(noun), [noun === 'application' ? 'name' : 'description']: `${index}` },
    )
    const answers = await Promise.all(bodies.map((body) => call('PUT', path(), body, { 'if-match': current })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 412, 412, 412, 412, 412, 412, 412,
    ])
  })

  it('lets a PUT with If-None-Match: * only create', async () => {
    expect(await call('PUT', path(), putOf(noun), { 'if-none-match': '*' })).toMatchObject({ status: 412 })
  })
})

describe('what is not there', () => {
  it.each(['/api/v1/app/new', '/api/v1/app/acme/endpoint/new', '/api/v1/event-type/new', '/api/v1/dialect/new'])(
    'is created by a PUT of %s with If-None-Match: *, and not with If-Match',
    async (path) => {
      const body = path.includes('dialect')
        ? definition('New')
        : path.includes('endpoint')
          ? { url: 'https://example.com' }
          : path.includes('/app/')
            ? { name: 'New' }
            : { description: 'new' }
      for (const ifMatch of ['*', '"x"'])
        expect(await call('PUT', path, body, { 'if-match': ifMatch })).toMatchObject({ status: 412 })
      expect(await call('GET', path)).toMatchObject({ status: 404 })
      const made = await call('PUT', path, body, { 'if-none-match': '*' })
      expect(made.status, made.text).toBe(201)
      expect(made.headers.get('etag')).toBe(await etag(path))
      expect(await call('DELETE', path.replace(/new$/, 'gone'), undefined, { 'if-match': '"x"' })).toMatchObject({
        status: 404,
      })
    },
  )
})

describe('a condition', () => {
  it('may come in several lines, which are one list', async () => {
    const path = `/api/v1/app/${app}/endpoint/${endpoint}`
    const current = await etag(path)
    const change = (...lines: string[]): Promise<string> =>
      raw(
        server.url,
        [
          `PATCH ${path} HTTP/1.1`,
          'host: localhost',
          `authorization: Bearer ${bearer}`,
          'content-type: application/json',
          'content-length: 2',
          'connection: close',
          ...lines,
          '',
          '{}',
        ].join('\r\n'),
      )
    expect(await change('if-match: "x"', 'if-match: "y"')).toMatch(/^HTTP\/1.1 412 /)
    expect(await change('if-match: "x"', `if-match: ${current}`)).toMatch(/^HTTP\/1.1 200 /)
  })

  it('of a POST that finds what is there is a 412, and what it creates is created', async () => {
    const post = (uid: string, ifNoneMatch: string): Promise<Answer> =>
      call('POST', '/api/v1/app?get_if_exists=true', { name: 'Found', uid }, { 'if-none-match': ifNoneMatch })
    expect(await post('acme', '*')).toMatchObject({ status: 412 })
    expect(await post('acme', await etag(`/api/v1/app/${app}`))).toMatchObject({ status: 412 })
    expect(await post('acme', '"x"')).toMatchObject({ status: 200, json: { id: app } })
    expect(await post('fresh', '*')).toMatchObject({ status: 201 })
  })
})

describe('a change of one field', () => {
  it('is seen by the ETag of its endpoint, in whatever way it comes', async () => {
    await call('POST', '/api/v1/event-type', { name: 'c.d' })
    const path = `/api/v1/app/${app}/endpoint/${endpoint}`
    await call('PATCH', path, { eventTypes: ['a.b'] })
    for (const step of ['subscribe', 'unsubscribe', 'deactivate', 'activate']) {
      const before = await etag(path)
      const body = step.endsWith('scribe') ? { eventType: 'c.d' } : {}
      const answer = await call('POST', `${path}/${step}`, body)
      expect(answer.headers.get('etag'), step).toBe(await etag(path))
      expect(answer.headers.get('etag'), step).not.toBe(before)
    }
  })
})

/** Each operation of an endpoint that is no PUT, PATCH or DELETE of it, with a body that changes something. */
const actions: Record<
  string,
  { readonly method?: string; readonly path: string; readonly body?: object; readonly status: number }
> = {
  subscribe: { path: 'subscribe', body: { eventType: 'c.d' }, status: 200 },
  unsubscribe: { path: 'unsubscribe', body: { eventType: 'a.b' }, status: 200 },
  activate: { path: 'activate', status: 200 },
  deactivate: { path: 'deactivate', status: 200 },
  'the rotation of a secret': { path: 'secret/rotate', body: {}, status: 204 },
  'a recovery': { path: 'recover', body: { since: new Date(Date.now() - 60_000) }, status: 202 },
  'a PUT of headers': { method: 'PUT', path: 'headers', body: { headers: { 'X-B': '1' } }, status: 204 },
  'a PATCH of headers': { method: 'PATCH', path: 'headers', body: { headers: { 'X-C': '1' } }, status: 204 },
}

describe.each(Object.entries(actions))('%s with a condition', (name, { method = 'POST', path, body, status }) => {
  const endpointPath = (): string => `/api/v1/app/${app}/endpoint/${endpoint}`
  const act = (headers: Record<string, string>): Promise<Answer> =>
    call(method, `${endpointPath()}/${path}`, body ?? {}, headers)

  beforeEach(async () => {
    await call('POST', '/api/v1/event-type', { name: 'c.d' })
    await call('POST', '/api/v1/event-type', { name: 'e.f' })
    await call('PATCH', endpointPath(), { eventTypes: ['a.b', 'e.f'], disabled: name === 'activate' })
  })

  it('is made with the ETag of the endpoint, one of a list, or *', async () => {
    for (const around of [(tag: string) => tag, (tag: string) => `"x" ,, ${tag}`, () => '*']) {
      const answer = await act({ 'if-match': around(await etag(endpointPath())) })
      expect(answer.status, answer.text).toBe(status)
      if (status === 200) expect(answer.headers.get('etag')).toBe(await etag(endpointPath()))
    }
    expect((await act({ 'if-none-match': '"x", W/"y"' })).status).toBe(status)
  })

  it('is a 412 with another one, a weak one, or what is none, and changes nothing', async () => {
    const stale = await etag(endpointPath())
    await call('PATCH', `${endpointPath()}/headers`, { headers: { 'X-Other': 'other' } })
    const current = await etag(endpointPath())
    expect(current).not.toBe(stale)
    for (const headers of [
      ...[stale, `W/${current}`, current.slice(1, -1), '', `${current}, *`].map((ifMatch) => ({ 'if-match': ifMatch })),
      ...['*', current, `W/${current}`].map((ifNoneMatch) => ({ 'if-none-match': ifNoneMatch })),
      { 'if-match': current, 'if-none-match': '*' },
    ]) {
      const answer = await act(headers)
      expect(answer, JSON.stringify(headers)).toMatchObject({ status: 412, json: { code: 'precondition_failed' } })
    }
    expect(await etag(endpointPath())).toBe(current)
  })

  it('is a 404 where there is no such endpoint, whatever the condition', async () => {
    const answer = await call(method, `/api/v1/app/${app}/endpoint/none/${path}`, body ?? {}, { 'if-match': '"x"' })
    expect(answer).toMatchObject({ status: 404 })
  })
})

describe('changes of one endpoint that have seen the same', () => {
  it('are made by one of eight, whatever they change', async () => {
    const path = `/api/v1/app/${app}/endpoint/${endpoint}`
    for (let round = 0; round < 5; round++) {
      const headers = { 'if-match': await etag(path) }
      const answers = await Promise.all([
        call('POST', `${path}/secret/rotate`, { gracePeriodSeconds: 0 }, headers),
        call('PATCH', `${path}/headers`, { headers: { 'X-A': `${round}` } }, headers),
        call('PUT', `${path}/headers`, { headers: { 'X-B': `${round}` } }, headers),
        call('PATCH', path, { description: `${round}` }, headers),
        call('PUT', path, { url: 'https://example.com', uid: 'berlin' }, headers),
        call('PATCH', `${path}/headers`, { headers: { 'X-A': `${round}` } }, headers),
        call('POST', `${path}/secret/rotate`, {}, headers),
        call('PATCH', path, { metadata: { round: `${round}` } }, headers),
      ])
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status === 412)).toHaveLength(7)
    }
  })
})

describe('headers', () => {
  it('have the ETag of their endpoint, which changes with a value that no answer shows', async () => {
    const path = `/api/v1/app/${app}/endpoint/${endpoint}`
    const seen = new Set<string>()
    for (let round = 0; round < 20; round++) {
      await call('PATCH', `${path}/headers`, { headers: { Authorization: `Bearer ${round % 2}` } })
      const answer = await call('GET', `${path}/headers`)
      const tag = answer.headers.get('etag')!
      expect(tag).toBe(await etag(path))
      expect(await call('GET', `${path}/headers`, undefined, { 'if-none-match': tag })).toMatchObject({ status: 304 })
      seen.add(tag)
    }
    expect(seen.size).toBe(20)
  })
})

describe('a preset and a signing key', () => {
  it('are changed with the ETag of the application, and not with another one', async () => {
    const path = `/api/v1/app/${app}`
    const stale = await etag(path)
    await call('PATCH', path, { metadata: { a: '1' } })
    const apply = (ifMatch: string): Promise<Answer> =>
      call('POST', `${path}/preset`, { name: 'screenmeet' }, { 'if-match': ifMatch })
    expect(await apply(stale)).toMatchObject({ status: 412 })
    const applied = await apply(await etag(path))
    expect(applied).toMatchObject({ status: 200, json: { preset: 'screenmeet' } })
    expect(applied.headers.get('etag')).toBe(await etag(path))
    const reset = (ifMatch: string): Promise<Answer> =>
      call('POST', `${path}/signing-key/reset`, {}, { 'if-match': ifMatch })
    expect(await reset(stale)).toMatchObject({ status: 412 })
    const before = await etag(path)
    expect(await reset(before)).toMatchObject({ status: 200 })
    expect(await reset(before)).toMatchObject({ status: 412 })
    expect(await reset('*')).toMatchObject({ status: 200 })
  })
})

describe('a message, its attempts, and an operation', () => {
  async function message(): Promise<string> {
    return `/api/v1/app/${app}/msg/${idOf(await call('POST', `/api/v1/app/${app}/msg`, { eventType: 'a.b', payload: { n: 1 } }))}`
  }

  it('have an ETag: a message that is read again is a 304 until its payload is erased', async () => {
    const path = await message()
    const seen = { 'if-none-match': await etag(path) }
    expect(await call('GET', path, undefined, seen)).toMatchObject({ status: 304, text: '' })
    expect(await call('HEAD', path, undefined, seen)).toMatchObject({ status: 304 })
    expect(await call('GET', `${path}?with_content=false`, undefined, seen)).toMatchObject({ status: 200 })
    const erase = (ifMatch: string): Promise<Answer> =>
      call('DELETE', `${path}/content`, undefined, { 'if-match': ifMatch })
    expect(await erase('"x"')).toMatchObject({ status: 412 })
    expect(await call('GET', path, undefined, seen)).toMatchObject({ status: 304 })
    expect(await erase(seen['if-none-match'])).toMatchObject({ status: 204 })
    expect(await call('GET', path, undefined, seen)).toMatchObject({ status: 200 })
    expect(await erase(seen['if-none-match'])).toMatchObject({ status: 412 })
    expect(await erase('*')).toMatchObject({ status: 204 })
  })

  it('of an attempt: it is a 304 until its content is erased', async () => {
    const receiver = await startReceiver()
    await call('PATCH', `/api/v1/app/${app}/endpoint/${endpoint}`, { url: receiver.url })
    const parent = await message()
    await server.engine.idle()
    const { data } = (await call('GET', `${parent.replace('/msg/', '/attempt/msg/')}`)).json as {
      data: { id: string }[]
    }
    const path = `${parent}/attempt/${data[0]!.id}`
    const seen = await etag(path)
    expect(await call('GET', path, undefined, { 'if-none-match': seen })).toMatchObject({ status: 304 })
    expect(await call('DELETE', `${path}/content`, undefined, { 'if-match': '"x"' })).toMatchObject({ status: 412 })
    expect(await call('DELETE', `${path}/content`, undefined, { 'if-match': seen })).toMatchObject({ status: 204 })
    expect(await etag(path)).not.toBe(seen)
  })

  it('of an operation: it is a 304 while it runs, and ends once with the ETag that was seen', async () => {
    const made = await call('POST', `/api/v1/app/${app}/operation`, { callbackUrl: 'https://example.com/back' })
    const path = `/api/v1/app/${app}/operation/${idOf(made)}`
    const seen = await etag(path)
    expect(made.headers.get('etag')).toBe(seen)
    expect(await call('GET', path, undefined, { 'if-none-match': seen })).toMatchObject({ status: 304 })
    const complete = (headers: Record<string, string>): Promise<Answer> =>
      call('POST', `${path}/complete`, { payload: { n: 1 } }, headers)
    expect(await complete({ 'if-match': '"x"' })).toMatchObject({ status: 412 })
    expect(await call('POST', `${path}/fail`, { reason: 'no' }, { 'if-match': '"x"' })).toMatchObject({ status: 412 })
    const key = { 'idempotency-key': `complete${count}` }
    const done = await complete({ 'if-match': seen, ...key })
    expect(done.status, done.text).toBe(202)
    expect(done.headers.get('etag')).toBe(await etag(path))
    expect(await call('GET', path, undefined, { 'if-none-match': seen })).toMatchObject({ status: 200 })
    expect(await complete({ 'if-match': seen })).toMatchObject({ status: 409 })
    expect(await complete({ 'if-match': seen, ...key })).toMatchObject({ status: 202 })
  })
})

describe('a request that is sent again with its Idempotency-Key', () => {
  it('is answered as the first one was, although its own change has changed the ETag that it names', async () => {
    const path = `/api/v1/app/${app}/endpoint/${endpoint}`
    const headers = { 'if-match': await etag(path), 'idempotency-key': `rotate${count}` }
    const rotate = (): Promise<Answer> => call('POST', `${path}/secret/rotate`, {}, headers)
    expect((await rotate()).status).toBe(204)
    const again = await rotate()
    expect(again.status).toBe(204)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(await call('POST', `${path}/secret/rotate`, {}, { 'if-match': headers['if-match'] })).toMatchObject({
      status: 412,
    })
    expect(await call('POST', `${path}/secret/rotate`, { gracePeriodSeconds: 1 }, headers)).toMatchObject({
      status: 422,
      json: { code: 'idempotency_key_reused' },
    })
  })

  it('is answered as the first one was, although its endpoint is the last one that the preset allows', async () => {
    const { id } = (await call('POST', '/api/v1/app', { name: 'One' })).json as { id: string }
    await call('PATCH', `/api/v1/app/${id}`, { facts: { plan: 'Enterprise 2023', enrolledDevices: 1 } })
    await call('POST', `/api/v1/app/${id}/preset`, { name: 'scalefusion' })
    const post = (key: string): Promise<Answer> =>
      call('POST', `/api/v1/app/${id}/endpoint`, { url: 'https://example.com' }, { 'idempotency-key': key })
    const [first, again] = [await post(`one${count}`), await post(`one${count}`)]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.json).toEqual(first.json)
    expect(await post(`two${count}`)).toMatchObject({ status: 409, json: { code: 'endpoint_limit' } })
  })

  it('and get_if_exists is answered as the first one was', async () => {
    const post = (): Promise<Answer> =>
      call(
        'POST',
        '/api/v1/app?get_if_exists=true',
        { name: 'Found', uid: 'found' },
        { 'idempotency-key': `f${count}` },
      )
    expect([(await post()).status, (await post()).status]).toEqual([201, 201])
  })
})

describe('If-Match of a read', () => {
  it('is a 412 where what is there has another ETag, and is asked before If-None-Match', async () => {
    for (const path of [`/api/v1/app/${app}`, `/api/v1/app/${app}/endpoint/${endpoint}`, '/api/v1/dialect/mine']) {
      const current = await etag(path)
      for (const ifMatch of [current, `"x", ${current}`, '*'])
        expect(await call('GET', path, undefined, { 'if-match': ifMatch })).toMatchObject({ status: 200 })
      for (const ifMatch of ['"x"', `W/${current}`, ''])
        expect(await call('GET', path, undefined, { 'if-match': ifMatch, 'if-none-match': current })).toMatchObject({
          status: 412,
          json: { code: 'precondition_failed' },
        })
      expect(await call('GET', path, undefined, { 'if-match': current, 'if-none-match': current })).toMatchObject({
        status: 304,
      })
    }
  })
})

describe('an operation that changes nothing with an ETag', () => {
  const other = (routes as readonly Route[]).filter(
    (route) => route.method !== 'GET' && route.access !== 'public' && !route.file && !takesCondition(route),
  )

  it.each(other.map((route) => [route.operationId, route] as const))(
    'does not ignore If-Match: %s',
    async (_, { method, path }) => {
      const filled = path
        .replace('{app_id}', app)
        .replace('{endpoint_id}', endpoint)
        .replaceAll(/\{\w+\}/g, 'x')
      const answer = await call(method, filled, {}, { 'if-match': '"x"' })
      expect(answer, answer.text).toMatchObject({ status: 412, json: { code: 'precondition_failed' } })
    },
  )
})

describe('every operation that takes a condition', () => {
  const taking = (routes as readonly Route[]).filter(takesCondition)

  it('is one of those that are tried here', () => {
    const tried = ['upsert', 'patch', 'put', 'delete', 'subscribe', 'unsubscribe', 'activate', 'deactivate', 'recover']
    const others = [
      'setHeaders',
      'patchHeaders',
      'rotateSecret',
      'apply',
      'reset',
      'expungeContent',
      'complete',
      'fail',
    ]
    const names = new Set(taking.map(({ operationId }) => operationId.split('.')[1]!))
    expect([...names].toSorted()).toEqual([...tried, ...others].toSorted())
  })
})
