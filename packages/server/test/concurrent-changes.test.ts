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
  const org = `org_changes${++count}`
  vendor = await token({ subject: org })
  app = (await made('/api/v1/app', { name: 'Acme' })).id
  customer = await token({ subject: app, org })
})

function call(method: string, path: string, body?: object | string, as = vendor): Promise<Answer> {
  return request(server.url, method, path, { token: as, ...(body !== undefined && { body }) })
}

async function made(path: string, body: object): Promise<{ id: string }> {
  const answer = await call('POST', path, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.json as { id: string }
}

const path = (endpoint = ''): string => `/api/v1/app/${app}${endpoint === '' ? '' : `/endpoint/${endpoint}`}`

async function endpoint(fields: object = {}): Promise<string> {
  return (await made(`${path()}/endpoint`, { url: 'https://example.com', ...fields })).id
}

async function eventTypes(...names: string[]): Promise<void> {
  for (const name of names) await made('/api/v1/event-type', { name })
}

const some = Array.from({ length: 12 }, (_, index) => `e${index}`)

describe('changes that come at once', () => {
  it('set twelve headers, and each of them is there', async () => {
    const id = await endpoint({ headers: { 'X-Old': 'old', 'X-Gone': 'gone' } })
    const changes = some.map((name) => ({ headers: { [`X-${name}`]: name } }))
    const answers = await Promise.all(
      [...changes, { headers: { 'x-gone': null } }].map((body) => call('PATCH', `${path(id)}/headers`, body)),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204))
    const { sensitive } = (await call('GET', `${path(id)}/headers`)).json as { sensitive: string[] }
    expect(sensitive.toSorted()).toEqual(['X-Old', ...some.map((name) => `X-${name}`)].toSorted())
  })

  it('subscribe to twelve event types, and the endpoint gets each of them', async () => {
    await eventTypes('first', ...some)
    const id = await endpoint({ eventTypes: ['first'] })
    await Promise.all(some.map((eventType) => call('POST', `${path(id)}/subscribe`, { eventType }, customer)))
    const shown = (await call('GET', path(id))).json as { eventTypes: string[] }
    expect(shown.eventTypes.toSorted()).toEqual(['first', ...some].toSorted())
    await Promise.all(
      some.slice(1).map((eventType) => call('POST', `${path(id)}/unsubscribe`, { eventType }, customer)),
    )
    expect((await call('GET', path(id))).json).toMatchObject({ eventTypes: ['first', 'e0'] })
  })

  it('set twelve facts, and each of them is there', async () => {
    await Promise.all(some.map((name) => call('PATCH', path(), { facts: { [name]: name } })))
    expect((await call('GET', path())).json).toMatchObject({
      facts: Object.fromEntries(some.map((name) => [name, name])),
    })
  })
})

describe('facts', () => {
  it('are merged by a PATCH, where null removes one, and replaced by a PUT', async () => {
    await call('PATCH', path(), { facts: { plan: 'a', seats: 3 } })
    expect((await call('PATCH', path(), { facts: { seats: 5 } })).json).toMatchObject({
      facts: { plan: 'a', seats: 5 },
    })
    expect((await call('PATCH', path(), { facts: {} })).json).toMatchObject({ facts: { plan: 'a', seats: 5 } })
    expect((await call('PATCH', path(), { facts: { plan: null, other: null } })).json).toMatchObject({
      facts: { seats: 5 },
    })
    expect((await call('PATCH', path(), { name: 'Other' })).json).toMatchObject({ facts: { seats: 5 } })
    expect((await call('PUT', path(), { name: 'Acme' })).json).toMatchObject({ facts: { seats: 5 } })
    expect((await call('PUT', path(), { name: 'Acme', facts: { plan: 'b' } })).json).toHaveProperty('facts', {
      plan: 'b',
    })
    expect(await call('PUT', path(), { name: 'Acme', facts: { plan: null } })).toMatchObject({ status: 422 })
    expect((await call('PATCH', path(), { facts: null })).json).toHaveProperty('facts', {})
  })

  it('are at most a hundred, also when they come one after another', async () => {
    const facts = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, index]))
    expect(await call('PATCH', path(), { facts })).toMatchObject({ status: 200 })
    expect(await call('PATCH', path(), { facts: { more: 1 } })).toMatchObject({
      status: 422,
      text: expect.stringContaining('at most 100 facts'),
    })
    expect(await call('PATCH', path(), { facts: { more: 1, f0: null } })).toMatchObject({ status: 200 })
  })

  it('are those that the preset names; another one is refused with the nearest', async () => {
    await call('PATCH', path(), { facts: { enroledDevices: 3 } })
    const early = await call('POST', `${path()}/preset`, { name: 'scalefusion' })
    expect(early).toMatchObject({ status: 422, text: expect.stringContaining('Did you mean enrolledDevices?') })
    await call('PATCH', path(), { facts: { enroledDevices: null, plan: 'Enterprise 2023' } })
    expect(await call('POST', `${path()}/preset`, { name: 'scalefusion' })).toMatchObject({ status: 200 })
    for (const name of ['enrolleddevices', 'enrolledDevice', 'Plan', 'region']) {
      const answer = await call('PATCH', path(), { facts: { [name]: 5 } })
      expect(answer, answer.text).toMatchObject({
        status: 422,
        json: { detail: [{ loc: ['body', 'facts', name], msg: expect.stringContaining('enrolledDevices') }] },
      })
      expect(await call('PUT', path(), { name: 'Acme', facts: { [name]: 5 } })).toMatchObject({ status: 422 })
      expect(await call('PATCH', path(), { facts: { [name]: null } })).toMatchObject({ status: 422 })
    }
    expect((await call('PATCH', path(), { facts: { enrolledDevices: 5 } })).json).toMatchObject({
      facts: { enrolledDevices: 5, plan: 'Enterprise 2023' },
    })
  })
})

describe('metadata and params', () => {
  it('are replaced by a PATCH that names them, as clients of Svix expect, and kept by another', async () => {
    const id = await endpoint({ metadata: { a: '1' } })
    expect((await call('PATCH', path(id), { metadata: { b: '2' } })).json).toHaveProperty('metadata', { b: '2' })
    expect((await call('PATCH', path(id), { description: 'x' })).json).toHaveProperty('metadata', { b: '2' })
  })
})

describe('a name that is given twice', () => {
  it('is stored once: event types, channels, platforms', async () => {
    await eventTypes('a', 'b')
    const twice = { eventTypes: ['b', 'a', 'b'], channels: ['x', 'y', 'x'], platforms: ['iOS', 'iOS'] }
    const once = { eventTypes: ['b', 'a'], channels: ['x', 'y'], platforms: ['iOS'] }
    const id = await endpoint(twice)
    expect((await call('GET', path(id))).json).toMatchObject(once)
    await call('PATCH', path(id), { eventTypes: null, channels: null, platforms: null })
    expect((await call('PATCH', path(id), twice)).json).toMatchObject(once)
    expect((await call('PUT', path(id), { url: 'https://example.com', filterTypes: ['a', 'a'] })).json).toMatchObject({
      eventTypes: ['a'],
    })
  })
})

describe('what a list has twice is stored once', () => {
  it('of an event type: its platforms and its feature flags', async () => {
    const twice = { platforms: ['iOS', 'iOS', 'Android'], featureFlags: ['beta', 'alpha', 'beta'] }
    const once = { platforms: ['iOS', 'Android'], featureFlags: ['beta', 'alpha'] }
    const type = '/api/v1/event-type/listed'
    expect((await call('POST', '/api/v1/event-type', { name: 'listed', ...twice })).json).toMatchObject(once)
    expect((await call('GET', type)).json).toMatchObject(once)
    await call('PATCH', type, { platforms: null, featureFlags: [] })
    expect((await call('GET', type)).json).toMatchObject({ platforms: null, featureFlags: [] })
    expect((await call('PATCH', type, twice)).json).toMatchObject(once)
    expect((await call('PUT', type, { description: 'x', ...twice })).json).toMatchObject(once)
  })

  it('of a message: its channels and its tags', async () => {
    const twice = { channels: ['b', 'a', 'b'], tags: ['x', 'x'] }
    const answer = await call('POST', `${path()}/msg`, { eventType: 'a', payload: {}, ...twice })
    expect(answer.json).toMatchObject({ channels: ['b', 'a'], tags: ['x'] })
    const { id } = answer.json as { id: string }
    expect((await call('GET', `${path()}/msg/${id}`)).json).toMatchObject({ channels: ['b', 'a'], tags: ['x'] })
  })
})

describe('subscribe and unsubscribe', () => {
  const subscribe = (id: string, eventType: string) => call('POST', `${path(id)}/subscribe`, { eventType }, customer)
  const unsubscribe = (id: string, eventType: string) =>
    call('POST', `${path(id)}/unsubscribe`, { eventType }, customer)

  it('change nothing where it is so already', async () => {
    await eventTypes('a', 'b')
    const id = await endpoint({ eventTypes: ['a'] })
    const before = (await call('GET', path(id))).json
    expect(await subscribe(id, 'a')).toMatchObject({ status: 200, json: before as object })
    expect(await unsubscribe(id, 'b')).toMatchObject({ status: 200, json: before as object })
    expect(await unsubscribe(id, 'never.was')).toMatchObject({ status: 200, json: before as object })
  })

  it('know the event types as a PATCH does', async () => {
    await eventTypes('invoice.paid')
    const id = await endpoint({ eventTypes: ['invoice.paid'] })
    for (const answer of [
      await subscribe(id, 'invoice.payd'),
      await call('PATCH', path(id), { eventTypes: ['invoice.payd'] }),
    ])
      expect(answer).toMatchObject({ status: 422, text: expect.stringContaining('Did you mean invoice.paid?') })
    const all = await endpoint()
    for (const name of ['invoice.payd', 'visitor.teleport']) {
      const { status, text } = await call('PATCH', path(all), { eventTypes: [name] })
      expect(status).toBe(422)
      expect(await subscribe(all, name)).toMatchObject({ status, text })
      expect(await call('POST', `${path(all)}/subscribe`, { eventType: name })).toMatchObject({ status, text })
    }
    expect(await call('POST', `${path(id)}/subscribe`, {}, customer)).toMatchObject({ status: 422 })
    expect(await subscribe('ep_0000000000000000', 'invoice.paid')).toMatchObject({ status: 404 })
  })

  it('do not turn some event types into all of them, nor all into some', async () => {
    await eventTypes('a', 'b')
    const id = await endpoint({ eventTypes: ['a'] })
    expect(await unsubscribe(id, 'a')).toMatchObject({ status: 409, text: expect.stringContaining('only event type') })
    expect((await call('GET', path(id))).json).toMatchObject({ eventTypes: ['a'] })
    const all = await endpoint()
    expect(await subscribe(all, 'a')).toMatchObject({ status: 200, json: { eventTypes: null } })
    expect(await unsubscribe(all, 'a')).toMatchObject({
      status: 409,
      text: expect.stringContaining('every event type'),
    })
  })

  it('do not know the event types of another preset, nor those behind a flag, also where every one is subscribed', async () => {
    await call('POST', '/api/v1/event-type', { name: 'secret.beta', featureFlags: ['beta'] })
    await call('POST', `${path()}/preset`, { name: 'signinapp' })
    const id = await endpoint({ url: 'https://example.com/hook' })
    await call('PATCH', path(id), { eventTypes: null })
    for (const name of ['device.enrolled', 'secret.beta'])
      expect(await subscribe(id, name)).toMatchObject({
        status: 422,
        text: expect.stringContaining('There is no event type') as string,
      })
  })

  it('keep the rules of the preset: activated first, a plan, and none is none', async () => {
    const ready = { plan: 'Enterprise 2023', enrolledDevices: 1 }
    await call('PATCH', path(), { facts: ready })
    await call('POST', `${path()}/preset`, { name: 'scalefusion' })
    const id = await endpoint()
    expect(await subscribe(id, 'device.enrolled')).toMatchObject({ status: 409, json: { code: 'activation_required' } })
    await call('POST', `${path(id)}/activate`)
    expect(await subscribe(id, 'device.enrolled')).toMatchObject({ json: { eventTypes: ['device.enrolled'] } })
    await call('PATCH', path(), { facts: { plan: 'Basic' } })
    expect(await subscribe(id, 'device.deleted')).toMatchObject({ status: 403, json: { code: 'plan_required' } })
    expect(await unsubscribe(id, 'device.enrolled')).toMatchObject({ status: 200, json: { eventTypes: [] } })
  })

  it('need the right to change endpoints', async () => {
    await eventTypes('a', 'b')
    const id = await endpoint({ eventTypes: ['a'] })
    const reader = await token({ subject: `org_changes${count}`, scopes: ['integrations:read'] })
    for (const step of ['subscribe', 'unsubscribe'])
      expect(await call('POST', `${path(id)}/${step}`, { eventType: 'b' }, reader)).toMatchObject({ status: 403 })
  })
})
