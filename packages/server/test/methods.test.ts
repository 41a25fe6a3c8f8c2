/** Methods that a path has, and those that it has not. */
import { routes, type Route } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token } from './support.ts'

let server: RunningServer
let bearer: string

beforeAll(async () => {
  server = await startTestServer()
  bearer = await token({ subject: 'org_methods' })
  await request(server.url, 'POST', '/api/v1/app', { token: bearer, body: { name: 'Acme', uid: 'acme' } })
})
afterAll(() => server.close())

const gets = (routes as readonly Route[]).filter(({ method }) => method === 'GET')
const pathOf = ({ path }: Route) => path.replace('{app_id}', 'acme').replaceAll(/\{\w+\}/g, 'x')

describe('HEAD', () => {
  it.each(gets.filter(({ stream }) => !stream).map((route) => [route.operationId, route] as const))(
    'answers for %s what GET answers, without the body',
    async (_, route) => {
      const [got, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) => request(server.url, method, pathOf(route), { token: bearer })),
      )
      expect(head!.status).toBe(got!.status)
      expect(head!.text).toBe('')
      for (const name of ['content-type', 'content-length', 'cache-control'])
        expect([name, head!.headers.get(name)]).toEqual([name, got!.headers.get(name)])
    },
  )

  it('of the stream ends, and is a 401 without a token', async () => {
    const path = '/api/v1/log/stream'
    const answer = await request(server.url, 'HEAD', path, { token: bearer })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    expect((await request(server.url, 'HEAD', path)).status).toBe(401)
  })

  it.each(['/', '/app.js', '/api/v1/openapi.json', '/livez', '/readyz'])('answers for %s', async (path) => {
    expect(await request(server.url, 'HEAD', path)).toMatchObject({ status: 200, text: '' })
  })
})

describe('a method that a path does not have', () => {
  it.each([
    ['PUT', '/api/v1/app', 'GET, HEAD, POST'],
    ['DELETE', '/api/v1/app/', 'GET, HEAD, POST'],
    ['POST', '/api/v1/app/acme', 'DELETE, GET, HEAD, PATCH, PUT'],
    ['PATCH', '/api/v1/app/acme/msg', 'GET, HEAD, POST'],
    ['POST', '/livez', 'GET, HEAD'],
    ['QUERY', '/livez', 'GET, HEAD'],
    ['POST', '/', 'GET, HEAD'],
    ['PUT', '/files/x', 'GET, HEAD'],
    ['DELETE', '/api/v1/openapi.json?x=1', 'GET, HEAD'],
  ])('%s %s is a 405 that names the others', async (method, path, allow) => {
    const { status, headers, json } = await request(server.url, method, path, { token: bearer })
    expect([status, headers.get('allow'), json]).toEqual([
      405,
      allow,
      { code: 'method_not_allowed', detail: `This path has no ${method}; it has ${allow}.` },
    ])
  })

  it.each(['/api/v1/apps', '/api/v2/app', '/api/v1/app//msg', '/x'])('%s has no method at all: 404', async (path) => {
    expect((await request(server.url, 'PUT', path, { token: bearer })).status).toBe(404)
  })
})
