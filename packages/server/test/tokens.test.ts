import { createHmac } from 'node:crypto'
import { routes, type Route } from '@posthorn/api'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { jwtSecret, request, startTestServer } from './support.ts'

let server: RunningServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

function tokenOf(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${head}.${createHmac('sha256', jwtSecret).update(head).digest('base64url')}`
}

it.each<object>([
  { sub: ['org_1'] },
  { sub: { org: 'org_1' } },
  { sub: 1 },
  { sub: '' },
  { sub: ['app_1'], org: 'org_1' },
  { sub: 'app_1', org: ['org_1'] },
  { sub: 'org_1', exp: '4000000000' },
  { sub: 'org_1', scopes: 7 },
  { sub: 'org_1', act: 'x' },
])('a token with the claims %j is refused on every operation with the same 401', async (claims) => {
  const token = tokenOf(claims)
  const bodies = new Set<string>()
  for (const route of (routes as readonly Route[]).filter(({ access }) => access !== 'public')) {
    const path = route.path.replaceAll(/\{\w+\}/g, 'x')
    const answer = await request(server.url, route.method, path, { token })
    expect(answer.status, route.operationId).toBe(401)
    bodies.add(answer.text)
  }
  expect(bodies.size).toBe(1)
})
