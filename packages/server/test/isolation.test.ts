import { routes, scopeNames, type ApiRoute, type OperationId } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token, type Answer } from './support.ts'

// The tables of who may do what, generated from the contract: a new row is tested without an edit here.

let server: RunningServer
let ids: Record<string, string>
let tokens: { a: string; b: string; appOfB: string; otherAppOfA: string; appOfA: string }
let otherAppOfA: string

beforeAll(async () => {
  server = await startTestServer()
  const a = await token({ subject: 'org_a' })
  const b = await token({ subject: 'org_b' })
  const made = async (bearer: string, path: string, body: object) =>
    ((await request(server.url, 'POST', path, { token: bearer, body })).json as { id: string }).id
  const app = await made(a, '/api/v1/app', { name: 'A', uid: 'shared-uid' })
  const appOfB = await made(b, '/api/v1/app', { name: 'B' })
  otherAppOfA = await made(a, '/api/v1/app', { name: 'Other' })
  await request(server.url, 'POST', '/api/v1/event-type', { token: a, body: { name: 'only.a' } })
  ids = {
    app_id: app,
    endpoint_id: await made(a, `/api/v1/app/${app}/endpoint`, {
      url: 'http://127.0.0.1:9/',
      uid: 'ep-uid',
      retrySchedule: [],
    }),
    msg_id: await made(a, `/api/v1/app/${app}/msg`, { eventType: 'only.a', payload: { canary: 1 } }),
    event_type_name: 'only.a',
    operation_id: await made(a, `/api/v1/app/${app}/operation`, { callbackUrl: 'https://example.com' }),
  }
  await server.engine.idle()
  ids['attempt_id'] = (await server.engine.attempts.list('org_a', app)).data[0]!.id
  tokens = {
    a,
    b,
    appOfA: await token({ subject: app, org: 'org_a' }),
    otherAppOfA: await token({ subject: otherAppOfA, org: 'org_a' }),
    appOfB: await token({ subject: appOfB, org: 'org_b' }),
  }
})
afterAll(() => server.close())

/** Ids of the right form that do not exist. */
const nowhere: Record<string, string> = {
  app_id: 'app_0KAAAAAAAAAAAAAA',
  endpoint_id: 'ep_0KAAAAAAAAAAAAAA',
  msg_id: 'msg_0KAAAAAAAAAAAAAA',
  attempt_id: 'atmpt_0KAAAAAAAAAAAAAA',
  event_type_name: 'not.there',
  operation_id: 'op_0KAAAAAAAAAAAAAA',
}

/** A body that each operation accepts. */
const bodies: Partial<Record<OperationId, object>> = {
  'application.upsert': { name: 'Taken over' },
  'application.patch': { name: 'Taken over' },
  'endpoint.create': { url: 'https://example.com' },
  'endpoint.upsert': { url: 'https://example.com' },
  'endpoint.patch': { disabled: true },
  'endpoint.setHeaders': { headers: {} },
  'endpoint.patchHeaders': { headers: {} },
  'endpoint.rotateSecret': {},
  'endpoint.recover': { since: '2026-11-01T00:00:00Z' },
  'endpoint.sendExample': { eventType: 'a.b' },
  'endpoint.mock': { eventType: 'only.a', payload: {} },
  'endpoint.test': {},
  'endpoint.subscribe': { eventType: 'invoice.paid' },
  'endpoint.unsubscribe': { eventType: 'invoice.paid' },
  'endpoint.activate': {},
  'endpoint.deactivate': {},
  'filter.dryRun': { filter: {} },
  'signingKey.reset': {},
  'operation.create': { callbackUrl: 'https://example.com' },
  'operation.complete': { payload: {} },
  'operation.fail': { reason: 'Taken over' },
  'preset.apply': { name: 'scalefusion' },
  'dialect.put': { title: 'Taken over' },
  'eventType.patch': { description: 'Taken over' },
  'eventType.upsert': { description: 'Taken over' },
  'message.create': { eventType: 'only.a', payload: {} },
}

/** What each operation needs in its query. */
const queries: Partial<Record<OperationId, string>> = { 'operation.claim': '?id=f47ac10b-58cc-4372-a567-0e02b2c3d479' }

function call(route: ApiRoute, bearer: string, names: Record<string, string>): Promise<Answer> {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'standard')
  const body = bodies[route.operationId]
  const query = queries[route.operationId] ?? ''
  return request(server.url, route.method, path + query, { token: bearer, ...(body ? { body } : {}) })
}

function withoutNoise(answer: Answer): object {
  const headers = [...answer.headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
  return { status: answer.status, text: answer.text, headers }
}

const inApplication = routes.filter((route) => route.path.includes('{app_id}'))

describe('another organisation', () => {
  it.each(inApplication.map((route) => [route.operationId, route] as const))(
    'gets a 404 from %s, as if nothing was there',
    async (_, route) => {
      const before = await snapshot()
      for (const bearer of [tokens.b, tokens.appOfB]) {
        const answer = await call(route, bearer, ids)
        const missing = await call(route, bearer, nowhere)
        const mayNot = route.access === 'organization' && bearer === tokens.appOfB
        expect(answer.status, answer.text).toBe(mayNot ? 403 : 404)
        expect(withoutNoise(answer)).toEqual(withoutNoise(missing))
      }
      expect(await snapshot()).toEqual(before)
    },
  )

  it('has event types of its own', async () => {
    for (const id of ['eventType.get', 'eventType.patch', 'eventType.delete'] as const) {
      const route = routes.find(({ operationId }) => operationId === id)!
      const answer = await call(route, tokens.b, ids)
      expect(answer.status).toBe(404)
      expect(withoutNoise(answer)).toEqual(withoutNoise(await call(route, tokens.b, nowhere)))
    }
    const list = await request(server.url, 'GET', '/api/v1/event-type', { token: tokens.b })
    expect(list.json).toMatchObject({ data: [] })
  })

  it('sees none of the other’s applications in its list, and can use the same uid', async () => {
    const list = await request(server.url, 'GET', '/api/v1/app', { token: tokens.b })
    expect(list.text).not.toContain(ids['app_id'])
    expect((await request(server.url, 'GET', '/api/v1/app/shared-uid', { token: tokens.b })).status).toBe(404)
  })
})

describe('an application’s token', () => {
  it.each(inApplication.map((route) => [route.operationId, route] as const))(
    'of another application gets a 404 from %s',
    async (_, route) => {
      if (route.access === 'organization') return
      for (const app_id of [ids['app_id']!, 'shared-uid']) {
        const answer = await call(route, tokens.otherAppOfA, { ...ids, app_id })
        const missing = await call(route, tokens.otherAppOfA, { ...ids, app_id: nowhere['app_id']! })
        expect(answer.status, answer.text).toBe(404)
        expect(withoutNoise(answer)).toEqual(withoutNoise(missing))
      }
    },
  )

  it('sees its own application by id and by uid', async () => {
    for (const name of [ids['app_id'], 'shared-uid']) {
      const answer = await request(server.url, 'GET', `/api/v1/app/${name}/endpoint`, { token: tokens.appOfA })
      expect(answer.status).toBe(200)
      expect(answer.text).toContain(ids['endpoint_id'])
    }
  })

  it('cannot write event types or applications', async () => {
    for (const route of routes.filter(({ access }) => access === 'organization')) {
      const answer = await call(route, tokens.appOfA, ids)
      expect(answer.status, route.operationId).toBe(403)
      expect(answer.json).toEqual({
        code: 'forbidden',
        detail: 'This needs a token of the organisation; this one is for an application.',
      })
    }
  })

  it('that claims another organisation sees nothing there', async () => {
    const forged = await token({ subject: ids['app_id']!, org: 'org_b' })
    expect((await request(server.url, 'GET', `/api/v1/app/${ids['app_id']}`, { token: forged })).status).toBe(404)
  })
})

describe('scopes', () => {
  const protectedRoutes = routes.filter((route) => route.scope !== null)

  it.each(scopeNames)('%s opens its operations and no other', async (scope) => {
    const bearer = await token({ subject: 'org_scopes', scopes: [scope] })
    for (const route of protectedRoutes) {
      if (route.operationId === 'log.stream' && route.scope === scope) continue // does not end
      const { status, json } = await call(route, bearer, nowhere)
      if (route.scope === scope) expect(status, route.operationId).not.toBe(403)
      else {
        expect(status, route.operationId).toBe(403)
        expect(json).toEqual({ code: 'forbidden', detail: `This token lacks the scope \`${route.scope}\`.` })
      }
    }
  })

  it('none open nothing', async () => {
    const bearer = await token({ subject: 'org_scopes', scopes: [] })
    for (const route of protectedRoutes) expect((await call(route, bearer, nowhere)).status).toBe(403)
  })

  it('to send does not make applications on the side', async () => {
    const bearer = await token({ subject: 'org_scopes', scopes: ['messages:send'] })
    const body = { eventType: 'a', payload: {}, application: { name: 'x' } }
    expect((await request(server.url, 'POST', '/api/v1/app/aside/msg', { token: bearer, body })).status).toBe(403)
  })
})

describe('without a token', () => {
  it('every operation but health is a 401', async () => {
    for (const route of routes) {
      const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'standard')
      const { status } = await request(server.url, route.method, path)
      expect(status === 401, route.operationId).toBe(route.access !== 'public')
    }
  })
})

/** What belongs to the first organisation, to check that it has not changed. */
async function snapshot(): Promise<string> {
  const parts = [
    '',
    '/endpoint',
    `/endpoint/${ids['endpoint_id']}/secret`,
    '/operation',
    '/msg',
    `/attempt/msg/${ids['msg_id']}`,
  ]
  const texts = await Promise.all(
    parts.map((part) => request(server.url, 'GET', `/api/v1/app/${ids['app_id']}${part}`, { token: tokens.a })),
  )
  return texts.map(({ text }) => text).join('\n')
}

it('the table is not empty', () => {
  expect(inApplication.length).toBeGreaterThan(25)
})
