import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token } from './support.ts'

let server: RunningServer
let a: string
let b: string

beforeAll(async () => {
  server = await startTestServer()
  a = await token({ subject: 'org_a' })
  b = await token({ subject: 'org_b' })
  for (const bearer of [a, b])
    await request(server.url, 'POST', '/api/v1/app', { token: bearer, body: { name: 'Acme', uid: 'acme' } })
})
afterAll(() => server.close())

const post = (path: string, body: object | string, key: string, bearer = a) =>
  request(server.url, 'POST', path, { token: bearer, body, headers: { 'idempotency-key': key } })

describe('an Idempotency-Key', () => {
  it('answers a repeat with the same bytes and status, and does the work once', async () => {
    const body = '{"eventType":"a.b","payload":{"a": 1.0}}'
    const first = await post('/api/v1/app/acme/msg', body, 'k1')
    const again = await post('/api/v1/app/acme/msg/', body, 'k1')
    expect(first.status).toBe(202)
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    const list = await request(server.url, 'GET', '/api/v1/app/acme/msg', { token: a })
    expect(list.json).toMatchObject({ data: [{ id: (first.json as { id: string }).id }] })
  })

  it('does so when two arrive together', async () => {
    const body = { eventType: 'a.b', payload: {} }
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('/api/v1/app/acme/msg', body, 'together')))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  })

  it('keeps no payload: a repeat after it was erased answers without it', async () => {
    const body = { eventType: 'a.b', payload: { secret: 'a payload that is to be forgotten' } }
    const one = await post('/api/v1/app/acme/msg', body, 'erased')
    expect((await post('/api/v1/app/acme/msg', body, 'erased')).text).toBe(one.text)
    const { id } = one.json as { id: string }
    await request(server.url, 'DELETE', `/api/v1/app/acme/msg/${id}/content`, { token: a })
    const repeat = await post('/api/v1/app/acme/msg', body, 'erased')
    expect(repeat.json).toMatchObject({ id, payload: { expired: true } })
  })

  it('is refused for another body', async () => {
    await post('/api/v1/app', { name: 'One' }, 'k2')
    const other = await post('/api/v1/app', { name: 'Two' }, 'k2')
    expect(other.status).toBe(422)
    expect(other.json).toEqual({
      code: 'idempotency_key_reused',
      detail: 'This Idempotency-Key was used for another request within 24 hours. Take a new key for a new request.',
    })
  })

  it('belongs to its organisation and its path', async () => {
    const body = { eventType: 'a.b', payload: {} }
    const ofA = await post('/api/v1/app/acme/msg', body, 'shared')
    const ofB = await post('/api/v1/app/acme/msg', body, 'shared', b)
    expect(ofB.headers.get('idempotent-replayed')).toBeNull()
    expect((ofA.json as { id: string }).id).not.toBe((ofB.json as { id: string }).id)
    expect((await post('/api/v1/app', { name: 'Path' }, 'shared')).status).toBe(201)
  })

  it('works on every POST that writes', async () => {
    const ep = { url: 'https://hooks.example.com/x' }
    const one = await post('/api/v1/app/acme/endpoint', ep, 'e1')
    expect((await post('/api/v1/app/acme/endpoint', ep, 'e1')).text).toBe(one.text)
    const { id } = one.json as { id: string }

    const type = { name: 'once.only' }
    const created = await post('/api/v1/event-type', type, 't1')
    expect(created.status).toBe(201)
    expect(await post('/api/v1/event-type', type, 't1')).toMatchObject({ status: 201, text: created.text })

    const secretOf = async () =>
      (await request(server.url, 'GET', `/api/v1/app/acme/endpoint/${id}/secret`, { token: a })).text
    expect((await post(`/api/v1/app/acme/endpoint/${id}/secret/rotate`, {}, 'r1')).status).toBe(204)
    const rotated = await secretOf()
    expect(await post(`/api/v1/app/acme/endpoint/${id}/secret/rotate`, {}, 'r1')).toMatchObject({
      status: 204,
      text: '',
    })
    expect(await secretOf()).toBe(rotated)

    const since = { since: new Date(Date.now() - 3600_000).toISOString() }
    const task = await post(`/api/v1/app/acme/endpoint/${id}/recover`, since, 'c1')
    expect(task.status).toBe(202)
    expect((await post(`/api/v1/app/acme/endpoint/${id}/recover`, since, 'c1')).text).toBe(task.text)
  })

  it('is not spent by a refusal', async () => {
    expect((await post('/api/v1/app', { name: '' }, 'k3')).status).toBe(422)
    expect((await post('/api/v1/app', { name: 'Now' }, 'k3')).status).toBe(201)
  })

  it('has visible characters', async () => {
    expect((await post('/api/v1/app', { name: 'x' }, 'a b')).status).toBe(422)
    expect((await post('/api/v1/app', { name: 'x' }, 'a'.repeat(257))).status).toBe(422)
  })
})
