import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Engine } from '../src/index.ts'
import { openWith } from '../src/open.ts'
import { openSqlite } from '../src/store/sqlite/open.ts'

// Changes of an application that never pause, beside its accepts. What is counted are tries, not time.

const org = 'org_test'

/** An engine that sends nothing, and how often it asked its store to accept. */
async function counting(): Promise<{ readonly engine: Engine; readonly tries: () => number }> {
  let count = 0
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
      const store = await openSqlite(options)
      const accept = store.queue.accept.bind(store.queue)
      store.queue.accept = (item) => {
        count++
        // The worst case: whenever a message is to be stored, a change has just been made, if one may be made now.
        return change().then(() => accept(item))
      }
      return store
    },
  )
  onTestFinished(() => engine.close({ graceMs: 0 }))
  await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
  const { id } = await engine.endpoints.create(org, 'acme', { url: 'https://example.com' })

  async function change(): Promise<void> {
    let made = false
    const changed = engine.endpoints.update(org, 'acme', id, { description: `${count}` }).then(() => {
      made = true
    })
    // In the turn of an accept it waits for that: it would be made by now.
    for (let turns = 0; !made && turns < 100; turns++) await setImmediate()
    changed.catch(() => undefined)
  }

  return { engine, tries: () => count }
}

test('an accept that meets a change each time is stored with its fourth try', async () => {
  const { engine, tries } = await counting()
  const message = await engine.send(org, 'acme', { eventType: 'a', payload: {} })
  expect(tries()).toBe(4)
  expect(await engine.messages.get(org, 'acme', message.id)).toMatchObject({ id: message.id })
})

test('changes and accepts without a pause: each of both is made, and accepts in one turn wait for one change', async () => {
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
  expect(tries()).toBeLessThanOrEqual(4 * 20)
})

test('what is refused in its turn is refused for itself alone', async () => {
  const { engine } = await counting()
  const good = engine.send(org, 'acme', { eventType: 'a', payload: {}, eventId: 'one' })
  const same = engine.send(org, 'acme', { eventType: 'a', payload: {}, eventId: 'one' })
  const results = await Promise.allSettled([good, same])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  await engine.applications.delete(org, 'acme')
  await expect(engine.send(org, 'acme', { eventType: 'a', payload: {} })).rejects.toMatchObject({ code: 'not_found' })
})
