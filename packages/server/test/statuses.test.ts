import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type Client } from '@posthorn/api'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token } from './support.ts'

// Svix's numbers: 0 success, 1 pending (not attempted yet), 2 fail, 3 sending (waits for a retry), 4 canceled.

let server: RunningServer
let bearer: string
let client: Client
let app_id: string
const endpointIds: Record<string, string> = {}
let sent: string
let later: string

beforeAll(async () => {
  const receiver = createServer((incoming, outgoing) => {
    incoming.resume()
    outgoing.writeHead(Number(incoming.url?.slice(1))).end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  server = await startTestServer()
  bearer = await token({ subject: 'org_statuses' })
  client = createClient({ url: server.url, token: bearer })
  ;({ id: app_id } = await client.application.create({ body: { name: 'Acme' } }))
  const params = { app_id }
  const made = async (uid: string, status: number, retrySchedule: number[]) => {
    const body = { uid, url: `http://127.0.0.1:${port}/${status}`, retrySchedule }
    endpointIds[uid] = (await client.endpoint.create({ params, body })).id
  }
  await made('good', 200, [])
  await made('waits', 503, [3600])
  await made('failed', 503, [])
  await made('off', 503, [3600])
  await made('deleted', 503, [3600])
  const message = { eventType: 'a.b', payload: {} }
  ;({ id: sent } = await client.message.create({ params, body: message }))
  await server.engine.idle()
  await client.endpoint.delete({ params: { app_id, endpoint_id: 'deleted' } })
  await client.endpoint.patch({ params: { app_id, endpoint_id: 'off' }, body: { disabled: true } })
  await server.engine.idle()
  const deliverAt = new Date(Date.now() + 3_600_000).toISOString()
  ;({ id: later } = await client.message.create({ params, body: { ...message, deliverAt } }))
  return async () => {
    await server.close()
    receiver.close()
  }
})

interface Row {
  readonly id: string
  readonly status: number
  readonly statusText: string
}

async function rowsOf(path: string, query = ''): Promise<Row[]> {
  const answer = await request(server.url, 'GET', `/api/v1/app/${app_id}${path}?${query}`, { token: bearer })
  expect(answer.status, answer.text).toBe(200)
  return (answer.json as { data: Row[] }).data
}

describe('the status of a delivery', () => {
  it('is 3 (sending) while it waits for a retry, and 1 (pending) before its first attempt', async () => {
    const statusAt = async (message: string, uid: string) => {
      const row = (await rowsOf(`/msg/${message}/endpoint`)).find(({ id }) => id === endpointIds[uid])
      return row && [row.status, row.statusText]
    }
    expect(await statusAt(sent, 'waits')).toEqual([3, 'sending'])
    expect(await statusAt(later, 'waits')).toEqual([1, 'pending'])
    expect(await statusAt(sent, 'good')).toEqual([0, 'success'])
    expect(await statusAt(sent, 'failed')).toEqual([2, 'fail'])
  })

  it('is found by status=3 while it waits for a retry', async () => {
    expect(await rowsOf('/endpoint/waits/msg', 'status=3')).toMatchObject([{ id: sent, status: 3 }])
  })
})

describe.each(['', 'expanded_statuses=true&'])('a filter by status with "%s"', (expanded) => {
  const lists = () => [
    `/attempt/msg/${sent}`,
    ...['good', 'waits', 'failed', 'off'].flatMap((uid) => [`/attempt/endpoint/${uid}`, `/endpoint/${uid}/msg`]),
  ]

  it('finds what the list shows with that status, and nothing else', async () => {
    for (const path of lists()) {
      const all = await rowsOf(path, expanded)
      expect(all, path).not.toEqual([])
      for (const status of [0, 1, 2, 3, 4]) {
        const found = await rowsOf(path, `${expanded}status=${status}`)
        expect(
          found.map(({ id }) => id),
          `${path} ${status}`,
        ).toEqual(all.filter((row) => row.status === status).map(({ id }) => id))
      }
    }
  })
})

it('a page of what a filter left goes on, forwards and backwards, in the list without it', async () => {
  const path = '/attempt/endpoint/waits'
  const params = { app_id, endpoint_id: 'waits' }
  for (let nth = 0; nth < 2; nth++) {
    await client.message.create({ params, body: { eventType: 'a.b', payload: {} } })
    await server.engine.idle()
  }
  const all = await rowsOf(path)
  const attempt = (await client.attempt.listByEndpoint({ params })).data[1]!
  const between = { after: attempt.timestamp, before: new Date(Date.parse(attempt.timestamp) + 1).toISOString() }
  const page = await client.attempt.listByEndpoint({ params, query: between })
  expect(page).toMatchObject({ data: [{ id: attempt.id }], done: true })
  const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)
  expect(ids(await rowsOf(path, `iterator=${page.prevIterator}`))).toEqual(ids(all.slice(0, 1)))
  expect(ids(await rowsOf(path, `iterator=${page.iterator}`))).toEqual(ids(all.slice(2)))
})
