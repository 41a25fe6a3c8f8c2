import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type Client, type LogEntry } from '@posthorn/api'
import { idToBase62, idToUuid } from '@posthorn/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token } from './support.ts'

// Every filter of the log, and every pair of filters, compared with the simplest implementation: read all rows and keep those
// that match.

let server: RunningServer
let client: Client
let bearer: string
let app_id: string
let rows: LogEntry[]
const endpointIds = new Map<string, string>()
const receiver = createServer((request, response) => {
  request.resume()
  response.writeHead(Number(request.url?.slice(1))).end()
})

const closing = createServer((request) => request.socket.destroy())

const eventTypes = ['device.enrolled', 'device.locked', 'visitor.signin']
const endpoints = [
  { uid: 'good', path: '/200', dialect: 'standard', retrySchedule: [] },
  { uid: 'missing', path: '/404', dialect: 'scalefusion', retrySchedule: [] },
  { uid: 'busy', path: '/503', dialect: 'signinapp', retrySchedule: [3600] },
  { uid: 'closed', path: '/closed', dialect: 'standard', retrySchedule: [3600] },
] as const
const deleted = { uid: 'deleted', path: '/503', dialect: 'standard', retrySchedule: [3600] } as const
const messages = 15

beforeAll(async () => {
  server = await startTestServer()
  bearer = await token({ subject: 'org_filters' })
  client = createClient({ url: server.url, token: bearer })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  // A receiver of its own: a connection that was used before and ends is tried again at once, which is not the subject here.
  await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve))
  const closingPort = (closing.address() as AddressInfo).port
  ;({ id: app_id } = await client.application.create({ body: { name: 'Acme' } }))
  const params = { app_id }
  for (const { path, ...endpoint } of [...endpoints, deleted]) {
    const { id } = await client.endpoint.create({
      params,
      body: {
        ...endpoint,
        retrySchedule: [...endpoint.retrySchedule],
        url: `http://127.0.0.1:${path === '/closed' ? closingPort : port}${path}`,
      },
    })
    endpointIds.set(endpoint.uid, id)
  }
  // Another application, so that a filter which forgets whose log it is would be seen.
  const other = await client.application.create({ body: { name: 'Other' } })
  await client.endpoint.create({ params: { app_id: other.id }, body: { url: `http://127.0.0.1:${port}/200` } })
  for (let number = 0; number < messages; number++) {
    const body = { eventType: eventTypes[number % eventTypes.length]!, payload: { number } }
    await client.message.create({ params, body })
    await client.message.create({ params: { app_id: other.id }, body })
    await server.engine.idle()
  }
  // What still waits for it is cancelled, and logged as such.
  await client.endpoint.delete({ params: { app_id, endpoint_id: 'deleted' } })
  await server.engine.idle()
  do rows = await everything()
  while (rows.length < messages * 6)
  expect(rows).toHaveLength(messages * 6)
})
afterAll(async () => {
  await server.close()
  receiver.closeAllConnections()
  receiver.close()
  closing.close()
})

const idsOf = (entries: readonly LogEntry[]) => entries.map(({ id }) => id)

type Query = Record<string, string>

async function everything(): Promise<LogEntry[]> {
  const { data, done } = await client.log.list({ params: { app_id }, query: { limit: 250 } })
  expect(done).toBe(true)
  return data
}

/** One value of a filter, and what it means. */
interface Choice {
  readonly name: string
  readonly query: Query
  readonly wanted: (row: LogEntry) => boolean
}

const choice = (name: string, value: string, wanted: Choice['wanted']): Choice => ({
  name: `${name}=${value}`,
  query: { [name]: value },
  wanted,
})

/** The values to try of each filter. */
function filters(): Choice[][] {
  const [early, late] = [rows.at(Math.floor(rows.length * 0.7))!, rows.at(Math.floor(rows.length * 0.3))!]
  const [one, two, three] = [early.msgId, late.msgId, rows[0]!.msgId]
  // Whole hours are counted in another way than a range that cuts one.
  const hour = `${rows.at(-1)!.timestamp.slice(0, 13)}:00:00.000Z`
  const times = [early.timestamp, late.timestamp, hour]
  return [
    times.map((time) => choice('after', time, ({ timestamp }) => timestamp >= time)),
    times.map((time) => choice('before', time, ({ timestamp }) => timestamp < time)),
    [
      choice('code', '200', ({ code }) => code === 200),
      choice('code', '404', ({ code }) => code === 404),
      choice('code', '0', ({ code }) => code === 0),
      choice('code', '5xx', ({ code }) => code >= 500 && code <= 599),
      choice('code', '2xx', ({ code }) => code >= 200 && code <= 299),
      choice('code', '418', () => false),
    ],
    [
      choice('request_id', one, ({ msgId }) => msgId === one),
      choice('request_id', idToUuid(two), ({ msgId }) => msgId === two),
      choice('request_id', idToUuid(two).toUpperCase(), ({ msgId }) => msgId === two),
      choice('request_id', idToBase62(three), ({ msgId }) => msgId === three),
      choice('request_id', 'nobody-knows-this', () => false),
    ],
    [
      choice('event_type', 'device.locked', ({ eventType }) => eventType === 'device.locked'),
      choice('event_type', 'device.locked,visitor.signin', ({ eventType }) => eventType !== 'device.enrolled'),
      choice('event_type', 'unheard.of', () => false),
    ],
    [
      choice('status', 'success', ({ result }) => result === 'success'),
      choice('status', 'failed', ({ result }) => result !== 'success'),
      choice('status', 'exhausted', ({ result }) => result === 'exhausted'),
      choice('status', 'cancelled', ({ result }) => result === 'cancelled'),
      choice('status', 'interrupted', () => false),
      choice('status', 'quarantined', () => false),
    ],
    [...endpointIds].flatMap(([uid, endpointId]) => {
      // A uid can be given to another endpoint; the id of a deleted one still names what it left.
      const names = uid === deleted.uid ? [endpointId] : [uid, endpointId]
      return names.map((id) => choice('endpoint_id', id, (row) => row.endpointId === endpointId))
    }),
  ]
}

/** Lines and totals of the API with these filters, and those that the plainest reading gives. */
async function agrees(choices: readonly Choice[]): Promise<void> {
  const name = choices.map((one) => one.name).join(' ')
  const query: Query = Object.assign({}, ...choices.map((one) => one.query))
  const expected = rows.filter((row) => choices.every(({ wanted }) => wanted(row)))
  const [list, summary] = await Promise.all([
    client.log.list({ params: { app_id }, query: { ...query, limit: '250' } }),
    client.log.summary({ params: { app_id }, query }),
  ])
  expect(idsOf(list.data), name).toEqual(idsOf(expected))
  expect(list.data, name).toEqual(expected)
  const success = expected.filter(({ result }) => result === 'success').length
  expect(summary, name).toEqual({ total: expected.length, success, failed: expected.length - success })
}

describe('the filters of the log', () => {
  it('has rows of every kind to tell apart', () => {
    expect(new Set(rows.map(({ result }) => result))).toEqual(new Set(['success', 'failed', 'exhausted', 'cancelled']))
    expect(new Set(rows.map(({ code }) => code))).toEqual(new Set([200, 404, 503, 0]))
    expect(new Set(rows.map(({ requestId }) => requestId.length))).toEqual(new Set([16, 20, 36]))
    expect(rows.map(({ id }) => id)).toEqual(
      rows
        .map(({ id }) => id)
        .toSorted()
        .toReversed(),
    )
  })

  it('each means what it says', async () => {
    await agrees([])
    for (const one of filters().flat()) await agrees([one])
  })

  it('any two mean both', async () => {
    const kinds = filters()
    let pairs = 0
    for (const [index, kind] of kinds.entries()) {
      for (const other of kinds.slice(index + 1).flat()) {
        for (const one of kind) {
          await agrees([one, other])
          pairs++
        }
      }
    }
    expect(pairs).toBeGreaterThan(300)
  })

  it('any number of them mean all of them', async () => {
    let seed = 11
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
    const kinds = filters()
    for (let count = 0; count < 250; count++) {
      const left = [...kinds]
      const some = Array.from({ length: 3 + (count % (kinds.length - 2)) }, () => {
        const [kind = []] = left.splice(random(left.length), 1)
        return kind[random(kind.length)]!
      })
      await agrees(some)
    }
  })

  it('finds a message by the id that each receiver saw, and by no other', async () => {
    for (const row of rows.slice(0, 12)) {
      const { data } = await client.log.list({ params: { app_id }, query: { request_id: row.requestId } })
      expect(data).toEqual(rows.filter(({ msgId }) => msgId === row.msgId))
    }
    const { msgId } = rows[0]!
    const uuid = idToUuid(msgId)
    const near = [msgId.toLowerCase(), `${msgId.slice(0, -1)}!`, idToBase62(msgId).slice(1), uuid.replaceAll('-', '')]
    const wrongChecksum = `${uuid.slice(0, -1)}${uuid.endsWith('0') ? '1' : '0'}`
    for (const request_id of [...near, wrongChecksum]) {
      expect((await client.log.list({ params: { app_id }, query: { request_id } })).data, request_id).toEqual([])
    }
  })
})

describe('the log of an endpoint', () => {
  /** What the API says to an endpoint_id of this application or of another one, with a token or another one. */
  const asked = async (endpoint_id: string, app = app_id, given = bearer) => {
    const path = (name: string) => `/api/v1/app/${app}/${name}?endpoint_id=${endpoint_id}`
    const [list, summary] = [
      await request(server.url, 'GET', path('log'), { token: given }),
      await request(server.url, 'GET', path('log/summary'), { token: given }),
    ]
    expect(summary.status).toBe(list.status)
    return { status: list.status, text: list.text, summary: summary.text }
  }

  it('that was deleted is found by its id', async () => {
    const id = endpointIds.get(deleted.uid)!
    const { status, text } = await asked(id)
    expect(status).toBe(200)
    expect((JSON.parse(text) as { data: LogEntry[] }).data.map(({ endpointId }) => endpointId)).toContain(id)
    await expect(client.endpoint.get({ params: { app_id, endpoint_id: id } })).rejects.toMatchObject({ status: 404 })
  })

  it('that was never there is a 404, with the same bytes for one of somebody else', async () => {
    const never = await asked('ep_0000000000000000')
    expect(never.status).toBe(404)
    const id = endpointIds.get(deleted.uid)!
    const { data: others } = await client.application.list()
    const other = others.find(({ name }) => name === 'Other')!.id
    const stranger = await token({ subject: 'org_strangers' })
    expect(await asked(id, other)).toEqual(never)
    expect(await asked(endpointIds.get('good')!, other)).toEqual(never)
    expect(await asked(deleted.uid)).toEqual(never)
    expect((await asked(id, app_id, stranger)).text).toBe(never.text)
  })
})

describe('pages of the log', () => {
  /** Every row, page by page. */
  async function walk(query: Query): Promise<LogEntry[]> {
    const all: LogEntry[] = []
    for (let iterator: string | null = null, done = false; !done;) {
      const page: Awaited<ReturnType<Client['log']['list']>> = await client.log.list({
        params: { app_id },
        query: { ...query, ...(iterator === null ? {} : { iterator }) },
      })
      expect(page.data.length).toBeLessThanOrEqual(Number(query['limit']))
      all.push(...page.data)
      ;({ iterator, done } = page)
    }
    return all
  }

  it.each(['1', '3', '7', '89', '90', '91', '250'])('give each row once, %s at a time', async (limit) => {
    expect(await walk({ limit })).toEqual(rows)
    expect(await walk({ limit, order: 'ascending' })).toEqual(rows.toReversed())
    const failed = rows.filter(({ result }) => result !== 'success')
    expect(await walk({ limit, status: 'failed' })).toEqual(failed)
    const some = failed.filter(({ eventType, code }) => eventType === 'device.locked' && code === 503)
    expect(await walk({ limit, status: 'failed', event_type: 'device.locked', code: '503' })).toEqual(some)
  })

  it('give the rows that were there once, while others come in', async () => {
    const seen: string[] = []
    for (let iterator: string | null = null, done = false; !done;) {
      const page: Awaited<ReturnType<Client['log']['list']>> = await client.log.list({
        params: { app_id },
        query: { limit: 10, iterator },
      })
      seen.push(...idsOf(page.data))
      ;({ iterator, done } = page)
      await client.message.create({ params: { app_id }, body: { eventType: 'device.locked', payload: {} } })
      await server.engine.idle()
    }
    expect(seen).toEqual(idsOf(rows))
    rows = await everything()
  })
})
