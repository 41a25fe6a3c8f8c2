import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token, type Answer } from './support.ts'

// A PUT decides whether it creates or replaces, and which uid is left, in the turn in which it is written.

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
  const org = `org_put${++count}`
  vendor = await token({ subject: org })
  app = idOf(await call('POST', '/api/v1/app', { name: 'Acme', uid: 'acme' }))
  customer = await token({ subject: app, org })
})

const idOf = (answer: Answer): string => (answer.json as { id: string }).id
const locOf = ({ json }: Answer) => (json as { detail: readonly { loc?: unknown }[] }).detail[0]?.loc
const rounds = Array.from({ length: 10 }, (_, index) => index)

function call(
  method: string,
  path: string,
  body?: object,
  { as = vendor, headers = {} }: { as?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return request(server.url, method, path, { token: as, headers, ...(body && { body }) })
}

/** How often each status came. */
function counted(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const nouns = {
  application: { path: (name: string) => `/api/v1/app/${name}`, body: { name: 'New' } },
  endpoint: { path: (name: string) => `/api/v1/app/${app}/endpoint/${name}`, body: { url: 'https://example.com' } },
  'event type': { path: (name: string) => `/api/v1/event-type/${name}`, body: { description: 'new' } },
  dialect: { path: (name: string) => `/api/v1/dialect/${name}`, body: {} },
}

/** A dialect has to be all there, so it is made of one that is. */
beforeAll(async () => {
  const answer = await request(server.url, 'GET', '/api/v1/dialect/standard', {
    token: await token({ subject: 'org_first' }),
  })
  const { definition } = answer.json as { definition: Record<string, unknown> }
  const { name: _, version: _version, ...rest } = definition
  Object.assign(nouns.dialect.body, rest)
})

describe.each(['application', 'endpoint'] as const)('a PUT that creates one %s', (noun) => {
  it.each([
    'a%2Fb',
    '%20',
    'app_x',
    'ep_0KNXlppVudDXX7Kx',
    'msg_x',
    'a%3Fb',
    'a%23b',
    '%252e%252e',
    '%E2%80%AE',
    '%EF%BC%8E%EF%BC%8E',
    'caf%C3%A9',
    '%F0%9F%98%80',
    'a%5Cb',
    'a%20b',
  ])('refuses the name %s as a POST refuses it as the uid', async (name) => {
    const { path, body } = nouns[noun]
    const put = await call('PUT', path(name), body)
    if (noun === 'endpoint' && name === 'ep_0KNXlppVudDXX7Kx') return expect(put.status).toBe(404)
    const post = await call('POST', path(''), { ...body, uid: decodeURIComponent(name) })
    expect(post.status, post.text).toBe(422)
    expect({ status: put.status, loc: locOf(put) }).toEqual({ status: 422, loc: ['body', 'uid'] })
    expect((await call('GET', path(name))).status).toBe(404)
  })
})

describe.each(Object.entries(nouns))('PUTs of one %s that come at once', (noun, { path, body }) => {
  it('with If-None-Match: * create it once: one is a 201, and every other one a 412', async () => {
    for (const round of rounds) {
      const headers = { 'if-none-match': '*' }
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => call('PUT', path(`new${round}`), body, { headers })),
      )
      expect(counted(answers)).toEqual({ 201: 1, 412: 5 })
    }
  })

  it('without a condition create it once and replace it, and none is a conflict', async () => {
    for (const round of rounds) {
      const answers = await Promise.all(Array.from({ length: 6 }, () => call('PUT', path(`new${round}`), body)))
      expect(counted(answers)).toEqual({ 200: 5, 201: 1 })
      if ('id' in (answers[0]!.json as object)) expect(new Set(answers.map(idOf)).size).toBe(1)
    }
  })

  it('with If-Match: * beside a DELETE are made while it is there, and never create it again', async () => {
    for (const round of rounds) {
      await call('PUT', path(`new${round}`), body)
      const put = (): Promise<Answer> => call('PUT', path(`new${round}`), body, { headers: { 'if-match': '*' } })
      const remove = `${path(`new${round}`)}${noun === 'event type' ? '?expunge=true' : ''}`
      const answers = await Promise.all([put(), put(), call('DELETE', remove), put(), put()])
      expect(answers[2]).toMatchObject({ status: 204 })
      for (const index of [0, 1, 3, 4]) expect([200, 412]).toContain(answers[index]!.status)
      expect(await call('GET', path(`new${round}`))).toMatchObject({ status: 404 })
    }
  })
})

describe.each(Object.entries(nouns))('DELETEs of one %s that come at once', (noun, { path, body }) => {
  it('delete it once, and the others find nothing', async () => {
    for (const round of rounds) {
      await call('PUT', path(`gone${round}`), body)
      const remove = `${path(`gone${round}`)}${noun === 'event type' ? '?expunge=true' : ''}`
      const answers = await Promise.all(Array.from({ length: 6 }, () => call('DELETE', remove)))
      expect(counted(answers)).toEqual({ 204: 1, 404: 5 })
    }
  })
})

describe('the uid', () => {
  it('of an application that the vendor changes is the one that the vendor gave, whatever PUTs of its customer come beside', async () => {
    for (const round of rounds) {
      const uid = round % 3 === 2 ? null : `uid${round}`
      const change =
        round % 2 === 0
          ? call('PATCH', `/api/v1/app/${app}`, { uid })
          : call('PUT', `/api/v1/app/${app}`, { name: 'Acme', ...(uid && { uid }) })
      const puts = rounds.map(() => call('PUT', `/api/v1/app/${app}`, { name: 'Acme' }, { as: customer }))
      const answers = await Promise.all([...puts.slice(0, 3), change, ...puts.slice(3)])
      expect(counted(answers)).toEqual({ 200: 11 })
      expect((await call('GET', `/api/v1/app/${app}`)).json, `round ${round}`).toMatchObject({ uid })
    }
  })

  it('that a PUT names is still a name of it afterwards, or is not, by what is stored then', async () => {
    const path = (name: string): string => `/api/v1/app/${app}/endpoint/${name}`
    for (const round of rounds) {
      const { id } = (await call('PUT', path(`one${round}`), { url: 'https://example.com' })).json as { id: string }
      const [put, patch] = await Promise.all([
        call('PUT', path(`one${round}`), { url: 'https://example.com/put' }),
        call('PATCH', path(id), { uid: `two${round}` }),
      ])
      expect(patch).toMatchObject({ status: 200 })
      // Either it came first, and was renamed; or the name was free again, and is that of a new endpoint.
      const names = ((await call('GET', path(id))).json as { uid: string }).uid
      expect(names).toBe(`two${round}`)
      expect(put.status === 200 ? idOf(put) === id : put.status === 201 && idOf(put) !== id).toBe(true)
    }
  })

  it('is not taken twice by applications that are created, renamed and put at once', async () => {
    for (const round of rounds) {
      const uid = `name${round}`
      const other = idOf(await call('POST', '/api/v1/app', { name: 'Other' }))
      const answers = await Promise.all([
        call('PATCH', `/api/v1/app/${other}`, { uid }),
        call('PUT', `/api/v1/app/${uid}`, { name: 'Put' }),
        call('POST', '/api/v1/app', { name: 'Posted', uid }),
        call('POST', '/api/v1/app?get_if_exists=true', { name: 'Found', uid }),
      ])
      expect([200, 201]).toContain(answers[1].status)
      expect([200, 201]).toContain(answers[3].status)
      const { data } = (await call('GET', '/api/v1/app?limit=250')).json as { data: { uid: string | null }[] }
      expect(data.filter((row) => row.uid === uid)).toHaveLength(1)
    }
  })

  it('in the form of an id never creates', async () => {
    for (const path of ['/api/v1/app/app_0000000000000000', `/api/v1/app/${app}/endpoint/ep_0000000000000000`])
      expect(await call('PUT', path, { name: 'x', url: 'https://example.com' })).not.toMatchObject({ status: 201 })
  })
})

describe('a POST', () => {
  it('with get_if_exists finds or creates one application, also beside its deletion', async () => {
    for (const round of rounds) {
      const uid = `found${round}`
      const find = (): Promise<Answer> => call('POST', '/api/v1/app?get_if_exists=true', { name: 'Found', uid })
      const found = await Promise.all([find(), find(), find()])
      expect(counted(found)).toEqual({ 200: 2, 201: 1 })
      const beside = await Promise.all([find(), call('DELETE', `/api/v1/app/${uid}`), find()])
      expect(beside.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 201, 204])
    }
  })

  it('of an archived event type restores it once: of six, one is a 201', async () => {
    const path = '/api/v1/event-type/a.b'
    const post = (description: string): Promise<Answer> =>
      call('POST', '/api/v1/event-type', { name: 'a.b', description })
    const first = (await post('first')).json as { createdAt: string }
    for (const round of rounds) {
      await call('DELETE', path)
      const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => post(`${round} ${index}`)))
      expect(counted(answers)).toEqual({ 201: 1, 409: 5 })
      const made = answers.find(({ status }) => status === 201)!.json as { description: string }
      expect((await call('GET', path)).json).toMatchObject({
        archived: false,
        description: made.description,
        createdAt: first.createdAt,
      })
    }
  })

  it('that restores an archived event type is the same when its Idempotency-Key comes again', async () => {
    await call('POST', '/api/v1/event-type', { name: 'c.d' })
    await call('DELETE', '/api/v1/event-type/c.d')
    const post = (): Promise<Answer> =>
      call('POST', '/api/v1/event-type', { name: 'c.d' }, { headers: { 'idempotency-key': `restore${count}` } })
    const [first, again] = [await post(), await post()]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
  })

  it('of a message creates its application once, and every message is accepted', async () => {
    for (const round of rounds.slice(0, 5)) {
      const uid = `sent${round}`
      const body = { eventType: 'a.b', payload: {}, application: { name: 'Sent', uid } }
      const answers = await Promise.all(Array.from({ length: 5 }, () => call('POST', `/api/v1/app/${uid}/msg`, body)))
      expect(counted(answers)).toEqual({ 202: 5 })
    }
  })
})
