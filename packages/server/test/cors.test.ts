/** Pages of origins that the operator names call the API; other pages cannot. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token } from './support.ts'

const page = 'https://console.example.com'
let server: RunningServer
let bearer: string

beforeAll(async () => {
  server = await startTestServer({ POSTHORN_ALLOWED_ORIGINS: `${page}, http://localhost:5173` })
  bearer = await token({ subject: 'org_cors' })
})
afterAll(() => server.close())

const allow = (headers: Headers): (string | null)[] =>
  ['access-control-allow-origin', 'vary', 'access-control-allow-credentials'].map((name) => headers.get(name))

const preflight = (origin: string, path = '/api/v1/app', names = 'authorization,content-type,idempotency-key') =>
  request(server.url, 'OPTIONS', path, {
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': names,
    },
  })

describe('a page of a named origin', () => {
  it('has its preflight answered, with the headers that it asks for', async () => {
    const { status, headers, text } = await preflight(page)
    expect([status, text, ...allow(headers)]).toEqual([204, '', page, 'Origin', null])
    expect(headers.get('access-control-allow-methods')).toContain('PATCH')
    expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type,idempotency-key')
    expect(headers.get('access-control-max-age')).toBe('600')
  })

  it('reads answers and refusals, and the headers that say more', async () => {
    for (const [path, options, status] of [
      ['/api/v1/app', { token: bearer }, 200],
      ['/api/v1/app', {}, 401],
      ['/api/v1/app/none', { token: bearer }, 404],
      ['/api/v1/nothing', { token: bearer }, 404],
      ['/readyz', {}, 200],
    ] as const) {
      const answer = await request(server.url, 'GET', path, { ...options, headers: { origin: page } })
      expect([path, answer.status, ...allow(answer.headers)]).toEqual([path, status, page, 'Origin', null])
      expect(answer.headers.get('access-control-expose-headers')).toContain('retry-after')
    }
    const wrongMethod = await request(server.url, 'PUT', '/api/v1/app', { token: bearer, headers: { origin: page } })
    expect([wrongMethod.status, ...allow(wrongMethod.headers)]).toEqual([405, page, 'Origin', null])
  })

  it('reads the live log', async () => {
    const ending = new AbortController()
    const response = await fetch(`${server.url}/api/v1/log/stream`, {
      headers: { authorization: `Bearer ${bearer}`, origin: 'http://localhost:5173' },
      signal: ending.signal,
    })
    expect([response.status, ...allow(response.headers)]).toEqual([200, 'http://localhost:5173', 'Origin', null])
    ending.abort()
  })
})

describe('any other page', () => {
  it.each([
    'https://evil.example',
    `${page}.evil.example`,
    'https://CONSOLE.example.com',
    'http://console.example.com',
    'null',
    '',
  ])('such as one of %j is not answered', async (origin) => {
    const asked = await preflight(origin)
    expect([asked.status, ...allow(asked.headers)]).toEqual([405, null, 'Origin', null])
    const called = await request(server.url, 'GET', '/api/v1/app', { token: bearer, headers: { origin } })
    expect([called.status, ...allow(called.headers)]).toEqual([200, null, 'Origin', null])
  })

  it('gets no list of headers that is no list', async () => {
    const { headers } = await preflight(page, '/api/v1/app', 'a;b="c"')
    expect(headers.get('access-control-allow-headers')).toBeNull()
  })
})

describe('the setting', () => {
  it('is off when it is not set', async () => {
    const closed = await startTestServer()
    try {
      const answer = await request(closed.url, 'GET', '/readyz', { headers: { origin: page } })
      expect([answer.status, ...allow(answer.headers)]).toEqual([200, null, null, null])
    } finally {
      await closed.close()
    }
  })

  it('* is every origin, without credentials', async () => {
    const open = await startTestServer({ POSTHORN_ALLOWED_ORIGINS: '*' })
    try {
      const answer = await request(open.url, 'GET', '/readyz', { headers: { origin: 'https://any.example' } })
      expect([answer.status, ...allow(answer.headers)]).toEqual([200, '*', null, null])
    } finally {
      await open.close()
    }
  })

  it.each([
    'https://a.example/',
    'a.example',
    'https://a.example:443',
    'null',
    'ftp://a.example',
    '*, https://a.example',
    'https://*.a.example/x',
  ])('%s is refused', async (value) => {
    await expect(startTestServer({ POSTHORN_ALLOWED_ORIGINS: value })).rejects.toThrow(/POSTHORN_ALLOWED_ORIGINS/)
  })
})
