import { expect, onTestFinished, test } from 'vitest'
import type { Engine } from '../src/index.ts'
import { openWith } from '../src/open.ts'
import { openSqlite } from '../src/store/sqlite/open.ts'
import type { Store } from '../src/store/store.ts'

// Changes of an application that never pause, beside its accepts. What is counted are tries, not time.

const org = 'org_test'

type Change = (engine: Engine, endpoint: string, count: number) => Promise<unknown>

const describing: Change = (engine, endpoint, count) =>
  engine.endpoints.update(org, 'acme', endpoint, { description: `${count}` })

/** An engine that sends nothing, and how often it asked its store to accept. */
async function counting(
  makeChange = describing,
): Promise<{ readonly engine: Engine; readonly tries: () => number; readonly store: Store }> {
  let count = 0
  let opened: Store | null = null
  const engine = await openWith(
    {
      database: 'sqlite::memory:',
      threads: false,
      transport: {
        schemes: ['https'],
        check: (url) => ({ ok: true, url }),
        send: () => new Promise(() => undefined),
        probe: async () => ({ steps: [], remoteAddress: null, tls: null }),
        close: async () => undefined,
      },
    },
    async (options) => {
      const store = (opened = await openSqlite(options))
      const accept = store.queue.accept.bind(store.queue)
      store.queue.accept = (item) => {
        count++
        // The worst case: whenever a message is to be stored, a change has just been made.
        return makeChange(engine, id, count).then(() => accept(item))
      }
      return store
    },
  )
  onTestFinished(() => engine.close({ graceMs: 0 }))
  await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
  const { id } = await engine.endpoints.create(org, 'acme', { url: 'https://example.com' })

  return { engine, tries: () => count, store: opened! }
}

test('an accept that meets a change each time is stored with its second try', async () => {
  const { engine, tries } = await counting()
  const message = await engine.send(org, 'acme', { eventType: 'a', payload: {} })
  expect(tries()).toBe(2)
  expect(await engine.messages.get(org, 'acme', message.id)).toMatchObject({ id: message.id })
})

test('changes and accepts without a pause: each of both is made, and no accept is tried more than twice', async () => {
  const { engine, tries } = await counting()
  const { data } = await engine.endpoints.list(org, 'acme')
  const sends = Array.from({ length: 20 }, () => engine.send(org, 'acme', { eventType: 'a', payload: {} }))
  const changes = Array.from({ length: 20 }, (_, index) =>
    engine.endpoints.update(org, 'acme', data[0]!.id, { metadata: { index: `${index}` } }),
  )
  expect(new Set((await Promise.all(sends)).map(({ id }) => id)).size).toBe(20)
  expect((await Promise.all(changes)).map(({ metadata }) => metadata['index'])).toEqual(
    Array.from({ length: 20 }, (_, index) => `${index}`),
  )
  expect(tries()).toBeLessThanOrEqual(2 * 20)
})

test('what is refused is refused for itself alone', async () => {
  const { engine } = await counting()
  const good = engine.send(org, 'acme', { eventType: 'a', payload: {}, eventId: 'one' })
  const same = engine.send(org, 'acme', { eventType: 'a', payload: {}, eventId: 'one' })
  const results = await Promise.allSettled([good, same])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  await engine.applications.delete(org, 'acme')
  await expect(engine.send(org, 'acme', { eventType: 'a', payload: {} })).rejects.toMatchObject({ code: 'not_found' })
})

test('the end of an operation that meets a change each time is stored with its second try', async () => {
  const { engine, tries } = await counting()
  for (const end of ['complete', 'fail'] as const) {
    const before = tries()
    const { id } = await engine.operations.create(org, 'acme', { callbackUrl: 'https://example.com' })
    if (end === 'complete') await engine.operations.complete(org, 'acme', id, { payload: '{}' })
    else await engine.operations.fail(org, 'acme', id, { reason: 'No space.' })
    expect(tries() - before).toBe(2)
    expect(await engine.operations.get(org, 'acme', id)).toMatchObject({ state: end === 'fail' ? 'failed' : 'ready' })
  }
})

test('an accept is matched with what was stored when it came: an endpoint that was there before gets it, also one that was just made', async () => {
  const made: string[] = []
  const { engine } = await counting(async (of) => {
    made.push((await of.endpoints.create(org, 'acme', { url: 'https://example.com' })).id)
  })
  const [first] = (await engine.endpoints.list(org, 'acme')).data
  const message = await engine.send(org, 'acme', { eventType: 'a', payload: {} })
  // The first try found out about the first new one. The second one came while the second try was written.
  expect(made).toHaveLength(2)
  const targets = (await engine.messages.deliveries(org, 'acme', message.id)).map(({ endpoint }) => endpoint)
  expect(new Set(targets)).toEqual(new Set([first!.id, made[0]]))
  expect(targets).toHaveLength(2)
})

test('a message that is accepted beside the deletion of its endpoint ends there: no work of it stays', async () => {
  let gone = ''
  const { engine, store } = await counting(async (of, id, count) => {
    if (count === 1) return describing(of, id, count)
    gone = id
    return of.endpoints.delete(org, 'acme', id)
  })
  await engine.send(org, 'acme', { eventType: 'a', payload: {} })
  expect(gone).not.toBe('')
  await engine.idle()
  expect(await store.queue.lanes()).toEqual([])
  expect(engine.health().inMemory).toBe(0)
})

test('a message to an application that is deleted while it is accepted is refused, and nothing of it stays', async () => {
  for (const at of [1, 2]) {
    const { engine, store } = await counting(async (of, id, count) =>
      count === at ? of.applications.delete(org, 'acme') : describing(of, id, count),
    )
    await expect(engine.send(org, 'acme', { eventType: 'a', payload: {} })).rejects.toMatchObject({ code: 'not_found' })
    expect(await store.queue.lanes()).toEqual([])
  }
})
