import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiError, createClient, etagOf, type Client, type EndpointOut } from '@posthorn/api'
import type { RunningServer } from '../src/index.ts'
import { startTestServer, token } from './support.ts'

let server: RunningServer
let bearer: string
let client: Client
let params: { readonly app_id: string; readonly endpoint_id: string }
let endpoint: EndpointOut
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  bearer = await token({ subject: `org_client${++count}` })
  client = createClient({ url: server.url, token: bearer })
  const { id } = await client.application.create({ body: { name: 'Acme', uid: 'acme' } })
  params = { app_id: id, endpoint_id: 'berlin' }
  endpoint = await client.endpoint.create({ params, body: { url: 'https://example.com', uid: 'berlin' } })
})

const isStale = expect.objectContaining({ name: 'ApiError', status: 412, code: 'precondition_failed' }) as ApiError

describe('a change', () => {
  test('names what was read, and is made once; what it returns can be named by the next one', async () => {
    const first = await client.endpoint.patch({ params, body: { description: 'one' }, ifMatch: endpoint })
    const second = await client.endpoint.patch({ params, body: { description: 'two' }, ifMatch: first })
    expect(second).toMatchObject({ description: 'two' })
    for (const stale of [endpoint, first, etagOf(first)!])
      await expect(client.endpoint.patch({ params, body: { description: 'x' }, ifMatch: stale })).rejects.toEqual(
        isStale,
      )
    await client.endpoint.setHeaders({ params, body: { headers: { 'X-A': '1' } }, ifMatch: second })
    await expect(client.endpoint.rotateSecret({ params, ifMatch: second })).rejects.toEqual(isStale)
    const now = await client.endpoint.get({ params })
    const off = await client.endpoint.deactivate({ params, ifMatch: now })
    await client.endpoint.rotateSecret({ params, ifMatch: off })
    await client.endpoint.delete({ params, ifMatch: '*' })
    await expect(client.endpoint.delete({ params, ifMatch: '*' })).rejects.toMatchObject({ status: 404 })
  })

  test('of eight readers that all add to what they read is made by all, when those that were stale read again', async () => {
    const add = async (name: string): Promise<void> => {
      const read = await client.endpoint.get({ params })
      const body = { metadata: { ...read.metadata, [name]: name } }
      await client.endpoint.patch({ params, body, ifMatch: read }).catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.code !== 'precondition_failed') throw error
        return add(name)
      })
    }
    const names = Array.from({ length: 8 }, (_, index) => `m${index}`)
    await Promise.all(names.map(add))
    const { metadata } = await client.endpoint.get({ params })
    expect(Object.keys(metadata).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(names)
  })

  test('that only creates is a 412 where it is there', async () => {
    const body = { url: 'https://example.com' }
    const there = { ...params, endpoint_id: 'paris' }
    expect(await client.endpoint.upsert({ params: there, body, ifNoneMatch: '*' })).toMatchObject({ uid: 'paris' })
    await expect(client.endpoint.upsert({ params: there, body, ifNoneMatch: '*' })).rejects.toEqual(isStale)
    await expect(
      client.eventType.upsert({ params: { event_type_name: 'a.b' }, body: { description: '' }, ifMatch: '*' }),
    ).rejects.toEqual(isStale)
  })

  test('that names a copy, a list, or what came from elsewhere is not sent', async () => {
    const list = await client.endpoint.list({ params })
    for (const seen of [{ ...endpoint }, list, list.data[0]!, {}, structuredClone(endpoint)]) {
      expect(etagOf(seen)).toBeNull()
      const change = client.endpoint.patch({ params, body: { description: 'x' }, ifMatch: seen })
      await expect(change).rejects.toThrow(TypeError)
    }
    expect(await client.endpoint.get({ params })).toEqual(endpoint)
  })
})

describe('a read', () => {
  test('of what was seen is null, until it is changed', async () => {
    const { app_id } = params
    expect(await client.endpoint.get({ params, ifNoneMatch: endpoint })).toBeNull()
    const changed = await client.endpoint.patch({ params, body: { description: 'new' } })
    expect(await client.endpoint.get({ params, ifNoneMatch: endpoint })).toEqual(changed)
    const message = await client.message.create({ params, body: { eventType: 'a.b', payload: { n: 1 } } })
    const of = { app_id, msg_id: message.id }
    const read = await client.message.get({ params: of })
    expect(await client.message.get({ params: of, ifNoneMatch: read })).toBeNull()
    await client.message.expungeContent({ params: of, ifMatch: read })
    expect(await client.message.get({ params: of, ifNoneMatch: read })).toMatchObject({ payload: { expired: true } })
    const job = await client.operation.create({ params, body: { callbackUrl: 'https://example.com/back' } })
    const poll = { params: { app_id, operation_id: job.id }, ifNoneMatch: job }
    expect(await client.operation.get(poll)).toBeNull()
    await client.operation.fail({ params: poll.params, body: { reason: 'no' }, ifMatch: job })
    expect(await client.operation.get(poll)).toMatchObject({ state: 'failed' })
    await expect(client.endpoint.get({ params, ifMatch: endpoint })).rejects.toEqual(isStale)
  })

  test('has the ETag that the server sent, also where a proxy made it weak on the way', async () => {
    const weakening: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      const etag = response.headers.get('etag')
      if (etag === null) return response
      return new Response(response.body, { status: response.status, headers: { etag: `W/${etag}` } })
    }
    const behind = createClient({ url: server.url, token: bearer, fetch: weakening })
    const read = await behind.endpoint.get({ params })
    expect(etagOf(read)).toBe(`W/${etagOf(endpoint)}`)
    expect(await behind.endpoint.patch({ params, body: { description: 'x' }, ifMatch: read })).toMatchObject({
      description: 'x',
    })
    await expect(behind.endpoint.patch({ params, body: {}, ifMatch: etagOf(read)! })).rejects.toEqual(isStale)
  })

  test('shows no ETag in what is printed', () => {
    expect(JSON.stringify(endpoint)).not.toContain(etagOf(endpoint)!.slice(1, -1))
    expect(Object.getOwnPropertySymbols(endpoint)).toEqual([])
  })
})

test('conditions are taken where there is an ETag, and nowhere else', () => {
  // @ts-expect-error a message that is sent names nothing that was seen
  const send = () => client.message.create({ params, body: { eventType: 'a', payload: {} }, ifMatch: '*' })
  // @ts-expect-error neither does what creates
  const create = () => client.application.create({ body: { name: 'x' }, ifMatch: '*' })
  // @ts-expect-error nor a list
  const list = () => client.endpoint.list({ params, ifNoneMatch: '"x"' })
  expect([send, create, list]).toHaveLength(3)
})
