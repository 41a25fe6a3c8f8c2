import { createClient, routes, type Client, type OperationId, type Route } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startReceiver, startTestServer, token } from './support.ts'

// Every list of the contract, forwards and backwards. A list that is new in the contract has to be added to `scenes`.

let server: RunningServer
let orgs = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const lists = (routes as readonly Route[]).filter(({ query }) => query && 'iterator' in query.shape)

interface Row {
  readonly [key: string]: unknown
}

interface PageOfRows {
  readonly data: Row[]
  readonly iterator: string | null
  readonly prevIterator: string | null
  readonly done: boolean
}

/** A list with some rows in it, in an organisation of its own. */
interface Scene {
  readonly path: string
  /** What orders the list. */
  readonly key: 'id' | 'name'
  /** Queries that leave nothing of it. */
  readonly nothing?: readonly string[]
  readonly add?: () => Promise<unknown>
  readonly remove?: (key: string) => Promise<unknown>
}

interface Org {
  readonly client: Client
  readonly bearer: string
  readonly app_id: string
}

async function organisation(): Promise<Org> {
  const bearer = await token({ subject: `org_lists_${++orgs}` })
  const client = createClient({ url: server.url, token: bearer })
  const { id: app_id } = await client.application.create({ body: { name: 'Acme' } })
  return { client, bearer, app_id }
}

async function times(count: number, work: (nth: number) => Promise<unknown>): Promise<void> {
  for (let nth = 0; nth < count; nth++) await work(nth)
}

const message = { eventType: 'a.b', payload: {} }

/** Messages that arrived at an endpoint. */
async function delivered({ client, app_id }: Org) {
  const params = { app_id }
  const { url } = await startReceiver()
  const endpoint = () => client.endpoint.create({ params, body: { url } }).then(({ id }) => id)
  const endpoint_id = await endpoint()
  const send = async () => {
    const { id } = await client.message.create({ params, body: message })
    await server.engine.idle()
    return id
  }
  const msg_id = await send()
  const resend = async (to = endpoint_id) => {
    await client.attempt.resend({ params: { app_id, msg_id, endpoint_id: to } })
    await server.engine.idle()
  }
  return { endpoint, endpoint_id, send, msg_id, resend }
}

/** A dialect that sends the payload alone. */
const plain = {
  absent: ['type', 'id'],
  request: { method: 'POST', contentType: 'application/json' },
  body: { kind: 'payload' },
  signatures: [],
}

const statuses = ['status=1', 'status=3', 'status=2', 'event_types=none', 'before=2020-01-01T00:00:00Z', 'channel=none']

const scenes: Partial<Record<OperationId, (org: Org) => Promise<Scene>>> = {
  'application.list': async ({ client }) => {
    const add = () => client.application.create({ body: { name: 'Another' } })
    await times(4, add)
    return {
      path: '/app',
      key: 'id',
      add,
      remove: (app_id) => client.application.delete({ params: { app_id } }),
    }
  },
  'endpoint.list': async ({ client, app_id }) => {
    const params = { app_id }
    const add = () => client.endpoint.create({ params, body: { url: 'https://example.com' } })
    await times(5, add)
    return {
      path: `/app/${app_id}/endpoint`,
      key: 'id',
      add,
      remove: (endpoint_id) => client.endpoint.delete({ params: { app_id, endpoint_id } }),
    }
  },
  'eventType.list': async ({ client }) => {
    const make = (name: string) => client.eventType.create({ body: { name } })
    for (const name of ['-x', 'b.b', 'd', 'f', 'h']) await make(name)
    const toCome = ['-y', 'a', 'b.a', 'c', 'g', 'z', 'x', '0', 'A', '_', '.a', 'e']
    return {
      path: '/event-type',
      key: 'name',
      add: async () => make(toCome.pop() ?? `more-${Math.random()}`),
      remove: (event_type_name) => client.eventType.delete({ params: { event_type_name } }),
    }
  },
  'message.list': async ({ client, app_id }) => {
    const add = () => client.message.create({ params: { app_id }, body: message })
    await times(5, add)
    return {
      path: `/app/${app_id}/msg`,
      key: 'id',
      nothing: [
        'event_types=none',
        'before=2020-01-01T00:00:00Z',
        'tag=none',
        'request_id=nobody',
        'occurred_before=2020-01-01T00:00:00Z',
      ],
      add,
    }
  },
  'attempt.listByMessage': async (org) => {
    const { msg_id, resend } = await delivered(org)
    await times(4, () => resend())
    const nothing = [...statuses, 'status_code_class=500']
    return { path: `/app/${org.app_id}/attempt/msg/${msg_id}`, key: 'id', nothing, add: () => resend() }
  },
  'attempt.listByEndpoint': async (org) => {
    const { endpoint_id, send } = await delivered(org)
    await times(4, send)
    const nothing = [...statuses, 'status_code_class=500']
    return { path: `/app/${org.app_id}/attempt/endpoint/${endpoint_id}`, key: 'id', nothing, add: send }
  },
  'attempt.listMessages': async (org) => {
    const { endpoint_id, send } = await delivered(org)
    await times(4, send)
    return { path: `/app/${org.app_id}/endpoint/${endpoint_id}/msg`, key: 'id', nothing: statuses, add: send }
  },
  'attempt.listDestinations': async (org) => {
    const { msg_id, resend, endpoint } = await delivered(org)
    const add = async () => resend(await endpoint())
    await times(4, add)
    return { path: `/app/${org.app_id}/msg/${msg_id}/endpoint`, key: 'id', add }
  },
  'log.list': async (org) => {
    const { send } = await delivered(org)
    await times(4, send)
    const nothing = ['request_id=nobody', 'code=404', 'status=failed', 'event_type=none']
    return { path: `/app/${org.app_id}/log`, key: 'id', nothing, add: send }
  },
  'operation.list': async ({ client, app_id }) => {
    const add = () => client.operation.create({ params: { app_id }, body: { callbackUrl: 'https://example.com' } })
    await times(5, add)
    return { path: `/app/${app_id}/operation`, key: 'id', nothing: ['state=expired', 'kind=none'], add }
  },
  'dialect.list': async ({ client }) => {
    const put = (name: string) =>
      client.dialect.put({
        params: { dialect_name: name },
        body: { ...plain, title: name },
      })
    const toCome = ['aa', 'mm', 'zz', 'sv', 'comapi-2', 'b0']
    return {
      path: '/dialect',
      key: 'name',
      add: async () => put(toCome.pop() ?? `more-${Math.floor(Math.random() * 1e9)}`),
      remove: (dialect_name) =>
        client.dialect.delete({ params: { dialect_name } }).catch(() => 'it comes with the program, so it stays'),
    }
  },
  'preset.list': async () => ({ path: '/preset', key: 'name' }),
  'audit.list': async (org) => ({ ...(await audited(org)), path: '/audit', key: 'id' }),
  'audit.listByApplication': async (org) => ({
    ...(await audited(org)),
    path: `/app/${org.app_id}/audit`,
    key: 'id',
  }),
}

async function audited({ client, app_id }: Org): Promise<Pick<Scene, 'add'>> {
  const params = { app_id }
  const { id: endpoint_id } = await client.endpoint.create({ params, body: { url: 'https://example.com' } })
  const add = () => client.endpoint.getSecret({ params: { app_id, endpoint_id } })
  await times(5, add)
  return { add }
}

interface Opened {
  readonly scene: Scene
  readonly ask: (
    query?: Record<string, string | number | null | undefined>,
  ) => Promise<{ status: number; json: unknown }>
  readonly page: (query?: Record<string, string | number | null | undefined>) => Promise<PageOfRows>
  readonly keys: (rows: readonly Row[]) => string[]
}

async function open(id: OperationId): Promise<Opened> {
  const org = await organisation()
  const scene = await scenes[id]!(org)
  const ask: Opened['ask'] = (query = {}) => {
    const text = new URLSearchParams()
    for (const [name, value] of Object.entries(query))
      if (value !== null && value !== undefined) text.set(name, String(value))
    return request(server.url, 'GET', `/api/v1${scene.path}?${text.toString()}`, { token: org.bearer })
  }
  return {
    scene,
    ask,
    page: async (query) => {
      const { status, json } = await ask(query)
      expect(status, JSON.stringify(json)).toBe(200)
      return json as PageOfRows
    },
    keys: (rows) => rows.map((row) => String(row[scene.key])),
  }
}

it('every list of the contract is in this test', () => {
  expect(Object.keys(scenes).toSorted()).toEqual(lists.map(({ operationId }) => operationId).toSorted())
})

const withOrder = (id: string): boolean =>
  lists.some(({ operationId, query }) => operationId === id && 'order' in (query?.shape ?? {}))
const newestFirst = new Set<string>([
  'endpoint.list',
  'message.list',
  'attempt.listByMessage',
  'attempt.listByEndpoint',
  'attempt.listMessages',
  'log.list',
  'operation.list',
  'audit.list',
  'audit.listByApplication',
])

describe.each(Object.keys(scenes) as OperationId[])('the list %s', (id) => {
  it('is visited forwards and then backwards, each row once, in order, to the end, while rows come and go', async () => {
    const { scene, page, keys } = await open(id)
    for (const order of withOrder(id) ? (['ascending', 'descending', undefined] as const) : [undefined])
      for (const limit of [1, 2, 3, 250]) {
        const stayed = new Set(keys((await page({ order, limit: 250 })).data))
        const isDescending = (order ?? (newestFirst.has(id) ? 'descending' : 'ascending')) === 'descending'
        const sorted = (all: readonly string[]) => {
          const up = [...new Set(all)].sort()
          return isDescending ? up.toReversed() : up
        }
        let turn = 0
        const change = async () => {
          turn++
          if (turn % 3 === 1 && turn < 8) await scene.add?.()
          const [first] = stayed
          if (turn % 3 === 2 && turn < 8 && scene.remove && first !== undefined) {
            const victim = [...stayed][turn % stayed.size] ?? first
            await scene.remove(victim)
            stayed.delete(victim)
          }
        }
        const visit = async (from: string | null, next: 'iterator' | 'prevIterator') => {
          const pages: PageOfRows[] = []
          for (let iterator = from; ; await change()) {
            const part = await page({ order, limit, iterator })
            pages.push(part)
            expect(part.data.length).toBeLessThanOrEqual(limit)
            expect(pages.length, 'it ends').toBeLessThan(60)
            if (part.done) return pages
            iterator = part[next]
          }
        }
        const forwards = await visit(null, 'iterator')
        const seen = keys(forwards.flatMap(({ data }) => data))
        expect(seen, 'forwards').toEqual(sorted(seen))
        expect(seen).toEqual(expect.arrayContaining([...stayed]))
        const last = forwards.at(-1)!
        const backwards = await visit(last.prevIterator, 'prevIterator')
        const again = [...keys(backwards.toReversed().flatMap(({ data }) => data)), ...keys(last.data)]
        expect(again, 'backwards').toEqual(sorted(again))
        expect(again).toEqual(expect.arrayContaining([...stayed]))
      }
  })

  it('refuses an iterator that is none of this list, whatever filters it', async () => {
    const { scene, ask, page } = await open(id)
    const other = await open(id)
    const { iterator, data } = await page({ limit: 1 })
    expect(data).toHaveLength(1)
    const ofAnother =
      scene.path === other.scene.path && id === 'preset.list' ? [] : [(await other.page({ limit: 1 })).iterator!]
    const nonsense = [
      'garbage',
      '-garbage',
      'msg_0KAAAAAAAAAAAAAA',
      'atmpt_0KAAAAAAAAAAAAAA',
      '~',
      '-',
      "' OR 1=1--",
      'BAD-$$$ITERATOR',
      `-${iterator}`,
      `${iterator!.slice(0, -1)}${iterator!.endsWith('A') ? 'B' : 'A'}`,
      'garbage~12345678',
      'x'.repeat(300),
      ...ofAnother,
    ]
    for (const wrong of nonsense)
      for (const filter of ['', ...(scene.nothing ?? [])]) {
        const answer = await ask({ iterator: wrong, ...Object.fromEntries(new URLSearchParams(filter)) })
        expect(answer, `${wrong} ${filter}`).toMatchObject({
          status: 422,
          json: { detail: [{ loc: ['query', 'iterator'], msg: expect.stringContaining('iterator of this list') }] },
        })
      }
    // The same filters with a right one.
    for (const filter of scene.nothing ?? [])
      expect(await page({ iterator, ...Object.fromEntries(new URLSearchParams(filter)) })).toMatchObject({
        data: [],
        done: true,
      })
  })

  it('takes the key of one of its rows, and with a minus the page before that', async () => {
    const { page, keys } = await open(id)
    const all = keys((await page({ limit: 250 })).data)
    expect(all.length).toBeGreaterThan(2)
    const [middle, two] = [all.at(2)!, all.slice(0, 2)]
    expect(keys((await page({ limit: 250, iterator: middle })).data)).toEqual(all.slice(3))
    expect(await page({ iterator: `-${middle}` }).then((part) => [keys(part.data), part.done])).toEqual([two, true])
    expect(await page({ limit: 1, iterator: `-${middle}` }).then((part) => [keys(part.data), part.done])).toEqual([
      two.slice(1),
      false,
    ])
  })
})
