/** Who may set what: the fields of the vendor in the hands of a customer, from the definitions of the nouns. */
import { applicationFields, endpointFields, type Field } from '@posthorn/model'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token, type Answer } from './support.ts'

let server: RunningServer
let vendor: string
let customer: string
let app: string
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

beforeEach(async () => {
  const org = `org_customer_fields${++count}`
  vendor = await token({ subject: org })
  app = await made('/api/v1/app', {
    name: 'Acme',
    uid: 'acme',
    metadata: { a: 'b' },
    throttleRate: 50,
    facts: { x: 1 },
  })
  customer = await token({ subject: app, org })
  await made('/api/v1/event-type', { name: 'device.enrolled' })
  await made('/api/v1/event-type', { name: 'device.removed' })
})

async function call(bearer: string, method: string, path: string, body?: object): Promise<Answer> {
  return request(server.url, method, path, { token: bearer, ...(body && { body }) })
}

async function made(path: string, body: object): Promise<string> {
  const answer = await call(vendor, 'POST', path, body)
  expect(answer.status, answer.text).toBe(201)
  return (answer.json as { id: string }).id
}

const url = 'https://hooks.example.com/in'
const endpoints = () => `/api/v1/app/${app}/endpoint`
const nameOf = ([name, { api }]: [string, Field]): string => api?.name ?? name

/** What the API takes for the first example of a field that the vendor sets. */
const vendors = Object.entries(endpointFields as Record<string, Field>).filter(([, { setBy }]) => setBy === 'vendor')
const inBody: Record<string, unknown> = {
  dialect: 'svix',
  dialectVersion: 1,
  secondary: { dialect: 'svix' },
  params: { accountId: '4567' },
  retrySchedule: [5, 300, 1800],
  timeoutSeconds: 10,
}

function forbidden(answer: Answer, name: string): void {
  expect(answer).toMatchObject({
    status: 403,
    json: { code: 'forbidden', detail: expect.stringContaining(`\`${name}\``) },
  })
}

describe('a field of an endpoint that the vendor sets', () => {
  it.each(vendors.map((entry) => [nameOf(entry)]))(
    '%s is refused by its name in every body of a customer',
    async (name) => {
      const id = await made(endpoints(), { url })
      const body = { [name]: inBody[name] }
      expect(inBody[name]).toBeDefined()
      const before = (await call(vendor, 'GET', `${endpoints()}/${id}`)).text
      forbidden(await call(customer, 'POST', endpoints(), { url, ...body }), name)
      forbidden(await call(customer, 'PUT', `${endpoints()}/${id}`, { url, ...body }), name)
      forbidden(await call(customer, 'PUT', `${endpoints()}/new-one`, { url, ...body }), name)
      forbidden(await call(customer, 'PATCH', `${endpoints()}/${id}`, { description: 'x', ...body }), name)
      expect((await call(vendor, 'GET', `${endpoints()}/${id}`)).text).toBe(before)
      expect((await call(vendor, 'GET', endpoints())).json).toMatchObject({ data: [{ id }] })
    },
  )

  it.each(vendors.map((entry) => [nameOf(entry)]).filter(([name]) => name !== 'dialectVersion'))(
    '%s is taken as it is, and kept by a PUT without it',
    async (name) => {
      const id = await made(endpoints(), { url, [name]: inBody[name] })
      const path = `${endpoints()}/${id}`
      const shown = (await call(vendor, 'GET', path)).json as Record<string, unknown>
      expect(shown[name]).toMatchObject(inBody[name] as object)
      const next = { url: 'https://hooks.example.com/v2', description: 'ours' }
      for (const [method, body] of [
        ['PUT', next],
        ['PUT', { ...next, [name]: shown[name] }],
        ['PATCH', { [name]: shown[name] }],
      ] as const) {
        const answer = await call(customer, method, path, body)
        expect(answer, answer.text).toMatchObject({ status: 200, json: { ...next, [name]: shown[name] } })
      }
      forbidden(await call(customer, 'PATCH', path, { [name]: name === 'params' ? {} : null }), name)
    },
  )

  it('is named with the others, and everything that a customer may set is taken beside their defaults', async () => {
    const wrong = await call(customer, 'POST', endpoints(), {
      url,
      dialect: 'comapi',
      retrySchedule: [1],
      timeoutSeconds: null,
    })
    expect(wrong.json).toEqual({
      code: 'forbidden',
      detail:
        '`dialect`, `retrySchedule` are set by the vendor, not with the token of a customer. Leave them out, or send them unchanged.',
    })
    const own = {
      url,
      description: 'ours',
      uid: 'mine',
      metadata: { a: 'b' },
      filterTypes: ['device.enrolled'],
      channels: ['site-1'],
      filter: { a: 1 },
      disabled: true,
      headers: { 'x-tenant': '7' },
      throttleRate: 20,
      dialect: null,
      params: {},
      retrySchedule: null,
    }
    const answer = await call(customer, 'POST', endpoints(), own)
    expect(answer.status, answer.text).toBe(201)
    const id = (answer.json as { id: string }).id
    // What a GET answers can be sent back with a change.
    const shown = (await call(customer, 'GET', `${endpoints()}/${id}`)).json as object
    const back = await call(customer, 'PUT', `${endpoints()}/${id}`, { ...shown, description: 'new' })
    expect(back, back.text).toMatchObject({ status: 200, json: { description: 'new', uid: 'mine' } })
    for (const [method, path, body] of [
      ['PATCH', '', { disabled: false }],
      ['PUT', '/headers', { headers: { 'x-tenant': '8' } }],
      ['POST', '/secret/rotate', {}],
      ['POST', '/deactivate', {}],
      ['POST', '/activate', {}],
    ] as const)
      expect((await call(customer, method, `${endpoints()}/${id}${path}`, body)).status).toBeLessThan(300)
  })
})

describe('the rate of an endpoint', () => {
  it('is at most that of the vendor, at the endpoint and at the application', async () => {
    const id = await made(endpoints(), { url, throttleRate: 10 })
    const path = `${endpoints()}/${id}`
    const rate = async (body: object, method = 'PATCH') => {
      const answer = await call(customer, method, path, body)
      return answer.status === 200 ? (answer.json as { throttleRate: number }).throttleRate : answer
    }
    expect(await rate({ throttleRate: 5 })).toBe(5)
    expect(await rate({ throttleRate: 10 })).toBe(10)
    for (const name of ['throttleRate', 'rateLimit']) forbidden((await rate({ [name]: 11 })) as Answer, 'throttleRate')
    // Without one of its own it has the vendor's.
    expect(await rate({ throttleRate: null })).toBe(10)
    expect(await rate({ throttleRate: 3 })).toBe(3)
    expect(await rate({ url }, 'PUT')).toBe(10)
    await call(vendor, 'PATCH', path, { throttleRate: null })
    expect(await rate({ throttleRate: 50 })).toBe(50)
    forbidden((await rate({ throttleRate: 51 })) as Answer, 'throttleRate')
    forbidden(await call(customer, 'POST', endpoints(), { url, throttleRate: 51 }), 'throttleRate')
  })
})

describe('an application', () => {
  const changes: Record<string, unknown> = {
    uid: 'taken',
    name: 'Other',
    metadata: {},
    throttleRate: 1000,
    dialect: 'comapi',
    params: { accountId: '7' },
    facts: { plan: 'Enterprise 2023' },
  }

  it.each(
    Object.entries(applicationFields as Record<string, Field>)
      .filter(([, { setBy }]) => setBy === 'vendor')
      .map((entry) => [nameOf(entry)]),
  )('takes no %s of its customer but the one that it has', async (name) => {
    const path = `/api/v1/app/${app}`
    const shown = (await call(vendor, 'GET', path)).json as Record<string, unknown>
    expect(changes[name]).toBeDefined()
    forbidden(await call(customer, 'PATCH', path, { [name]: changes[name] }), name)
    forbidden(await call(customer, 'PUT', path, { name: shown['name'], [name]: changes[name] }), name)
    for (const method of ['PATCH', 'PUT']) {
      const answer = await call(customer, method, path, { name: shown['name'], [name]: shown[name] })
      expect(answer, answer.text).toMatchObject({ status: 200, json: { ...shown, updatedAt: expect.any(String) } })
    }
  })

  it('keeps its preset, its event types and its dialects from its customer', async () => {
    for (const [method, path, body] of [
      ['POST', `/api/v1/app/${app}/preset`, { name: 'signinapp' }],
      ['PATCH', '/api/v1/event-type/device.enrolled', { description: 'x' }],
      ['PUT', '/api/v1/dialect/mine', { title: 'x' }],
      ['DELETE', `/api/v1/app/${app}`, undefined],
      ['PUT', '/api/v1/app/new-one', { name: 'New' }],
    ] as const)
      expect([403, 404]).toContain((await call(customer, method, path, body)).status)
    expect((await call(vendor, 'GET', '/api/v1/app')).json).toMatchObject({ data: [{ id: app, preset: null }] })
  })
})
