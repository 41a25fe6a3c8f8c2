import { routes, type Route } from '@posthorn/api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token, type Answer } from './support.ts'

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

describe('an operation without an ETag', () => {
  const other = (routes as readonly Route[]).filter(
    ({ method, etag: has, access, file }) =>
      method !== 'GET' && access !== 'public' && !file && (!has || method === 'POST'),
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
