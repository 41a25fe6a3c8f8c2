import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dialect } from '@posthorn/wire'
import type { Preset } from '@posthorn/preset'
import { tagOfEndpoint, type Engine } from '../src/index.ts'
import { openWith } from '../src/open.ts'
import { openSqlite } from '../src/store/sqlite/open.ts'
import type { Store } from '../src/store/store.ts'
import { Receiver } from './receiver.ts'

// Two engines on one store: each has the catalog in memory, and knows nothing of what the other one writes.

const org = 'org_test'
const event = { eventType: 'invoice.paid', payload: { n: 1 } }
const acme: Preset = {
  name: 'acme',
  title: 'Acme',
  description: 'Acme.',
  dialect: 'standard',
  definition: null,
  params: {},
  platforms: [],
  eventTypes: [
    {
      name: 'e.one',
      title: 'One',
      category: 'C',
      description: 'One.',
      platforms: null,
      params: {},
      sample: null,
      schema: null,
    },
  ],
  test: null,
  words: {},
  sources: {},
  policy: { retrySchedule: [], timeoutSeconds: 5, httpsOnly: false, minSecretLength: 0, terminalCodes: [] },
  rules: { activation: 'immediate', subscription: 'all', maxEndpoints: null, facts: {}, requires: [] },
}

let folder: string
let receiver: Receiver
let store: Store
let here: Engine
let there: Engine

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-nodes-'))
  receiver = await Receiver.start()
  const node = (name: string, open: Parameters<typeof openWith>[1]): Promise<Engine> =>
    openWith(
      {
        database: `sqlite:${join(folder, name)}`,
        secretKey: Buffer.alloc(32, 7).toString('base64'),
        allowPrivate: ['127.0.0.0/8'],
        presets: [acme],
        threads: false,
      },
      open,
    )
  here = await node('here', async (options) => (store = await openSqlite(options)))
  await here.applications.create(org, { uid: 'acme', name: 'Acme' })
  there = await node('there', async () => ({ ...store, close: async () => undefined }))
})

afterEach(async () => {
  await there.close({ graceMs: 0 })
  await here.close({ graceMs: 0 })
  await receiver.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('what another node changed', () => {
  test('in an endpoint stays: a patch changes only what it names', async () => {
    const { id } = await here.endpoints.create(org, 'acme', { url: receiver.url() })
    // There it is not known yet.
    await there.endpoints.create(org, 'acme', { url: receiver.url('/other') })
    await there.endpoints.update(org, 'acme', id, { description: 'from there' })
    const after = await here.endpoints.update(org, 'acme', id, { metadata: { from: 'here' } })
    expect(after).toMatchObject({ description: 'from there', metadata: { from: 'here' } })
    expect(await here.endpoints.list(org, 'acme')).toMatchObject({ data: [{}, { id }] })
  })

  test('in headers, event types and facts stays: what is merged is merged with what is stored', async () => {
    for (const name of ['a', 'b', 'c']) await here.eventTypes.create(org, { name })
    const { id } = await here.endpoints.create(org, 'acme', { url: receiver.url(), eventTypes: ['a'] })
    // Now there knows the endpoint, and nothing of what follows.
    await there.endpoints.create(org, 'acme', { url: receiver.url('/other') })
    await here.endpoints.changeHeaders(org, 'acme', id, { 'X-A': '1' })
    await here.endpoints.subscribe(org, 'acme', id, 'b')
    await here.applications.update(org, 'acme', { facts: { plan: 'a' } })
    expect(await there.endpoints.changeHeaders(org, 'acme', id, { 'X-B': '2' })).toMatchObject({
      headers: { 'X-A': '1', 'X-B': '2' },
    })
    await here.endpoints.unsubscribe(org, 'acme', id, 'a')
    expect(await there.endpoints.subscribe(org, 'acme', id, 'c')).toMatchObject({ eventTypes: ['b', 'c'] })
    expect(await there.applications.update(org, 'acme', { facts: { seats: 3 } })).toMatchObject({
      facts: { plan: 'a', seats: 3 },
    })
  })

  test('in event types is seen where nothing seems to be left to do', async () => {
    for (const name of ['a', 'b']) await here.eventTypes.create(org, { name })
    const { id } = await here.endpoints.create(org, 'acme', { url: receiver.url(), eventTypes: ['a', 'b'] })
    await there.endpoints.create(org, 'acme', { url: receiver.url('/other') })
    await here.endpoints.unsubscribe(org, 'acme', id, 'b')
    // There it still stands in memory.
    await there.endpoints.subscribe(org, 'acme', id, 'b')
    expect(await here.endpoints.update(org, 'acme', id, { name: 'x' })).toMatchObject({ eventTypes: ['a', 'b'] })
    await there.endpoints.deactivate(org, 'acme', id)
    await here.endpoints.activate(org, 'acme', id)
    expect(await there.endpoints.update(org, 'acme', id, { name: 'y' })).toMatchObject({ disabled: false })
  })

  test('is what a condition is asked of: a tag from there is good here, and one from before is not', async () => {
    const { id } = await here.endpoints.create(org, 'acme', { url: receiver.url() })
    await there.endpoints.create(org, 'acme', { url: receiver.url('/other') })
    const before = tagOfEndpoint(await there.endpoints.get(org, 'acme', id))
    const after = tagOfEndpoint(await here.endpoints.update(org, 'acme', id, { description: 'from here' }))
    // In memory there it still has the tag from before.
    const stale = there.endpoints.update(org, 'acme', id, { metadata: { a: '1' } }, { ifMatch: [before] })
    await expect(stale).rejects.toMatchObject({ code: 'precondition_failed' })
    await here.endpoints.update(org, 'acme', id, { name: 'from here' })
    const newest = tagOfEndpoint(await here.endpoints.get(org, 'acme', id))
    expect(newest).not.toBe(after)
    expect(
      await there.endpoints.update(org, 'acme', id, { metadata: { a: '2' } }, { ifMatch: [newest] }),
    ).toMatchObject({ name: 'from here', description: 'from here', metadata: { a: '2' } })
  })

  test('is counted by an accept: a message goes to an endpoint that only the other node knew', async () => {
    await there.endpoints.create(org, 'acme', { url: receiver.url() })
    const message = await here.send(org, 'acme', event)
    await here.idle()
    expect(receiver.requests).toHaveLength(1)
    expect(await here.messages.deliveries(org, 'acme', message.id)).toMatchObject([{ state: 'success' }])
  })

  test('in an address stands when this node holds the endpoint', async () => {
    receiver.answer = () => 410
    const { id } = await here.endpoints.create(org, 'acme', { url: receiver.url() })
    await there.endpoints.create(org, 'acme', { url: receiver.url('/other'), disabled: true })
    await there.endpoints.update(org, 'acme', id, { description: 'from there' })
    await here.send(org, 'acme', event)
    await here.idle()
    await expect
      .poll(() => here.endpoints.get(org, 'acme', id))
      .toMatchObject({ hold: 'gone', description: 'from there' })
  })

  test('and deleted is gone: a patch and a message find no application', async () => {
    const { id } = await here.endpoints.create(org, 'acme', { url: receiver.url() })
    await there.applications.delete(org, 'acme')
    await expect(here.endpoints.update(org, 'acme', id, { description: 'x' })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(here.send(org, 'acme', event)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('in event types stays', async () => {
    await here.eventTypes.create(org, { name: 'a', description: 'from here' })
    await there.eventTypes.create(org, { name: 'b' })
    await there.eventTypes.update(org, 'a', { groupName: 'from there' })
    expect(await here.eventTypes.update(org, 'a', { deprecated: true })).toMatchObject({
      description: 'from here',
      groupName: 'from there',
      deprecated: true,
    })
    expect((await here.eventTypes.list(org)).data.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('in a dialect stays: each definition is a version of its own', async () => {
    const { version: _version, ...definition } = { ...dialect('standard').dialect, name: 'own' }
    await here.dialects.put(org, 'own', { ...definition, title: 'First' })
    const second = await there.dialects.put(org, 'own', { ...definition, title: 'Second' })
    const third = await here.dialects.put(org, 'own', { ...definition, title: 'Third' })
    expect([second.versions, third.versions]).toEqual([
      [1, 2],
      [1, 2, 3],
    ])
  })

  test('in application and event types at once stays when a preset is applied', async () => {
    await there.eventTypes.create(org, { name: 'mine' })
    await there.applications.update(org, 'acme', { metadata: { from: 'there' } })
    const applied = await here.presets.apply(org, 'acme', { name: 'acme' })
    expect(applied).toMatchObject({ preset: 'acme', metadata: { from: 'there' } })
    expect((await here.eventTypes.list(org)).data.map(({ name }) => name)).toEqual(['e.one', 'mine'])
  })
})

describe('changes of the other node that never pause', () => {
  test('do not keep messages away: with a change before each try, a message is stored with its second', async () => {
    const { id } = await here.endpoints.create(org, 'acme', { url: receiver.url() })
    await there.endpoints.create(org, 'acme', { url: receiver.url('/there') })
    let tries = 0
    const accept = store.queue.accept.bind(store.queue)
    store.queue.accept = async (item) => {
      await there.endpoints.update(org, 'acme', id, { description: `${tries++}` })
      return accept(item)
    }
    const messages = await Promise.all(Array.from({ length: 20 }, () => here.send(org, 'acme', event)))
    expect(tries).toBeLessThanOrEqual(2 * messages.length)
    await here.idle()
    expect(receiver.requests).toHaveLength(2 * messages.length)
    const { id: operation } = await here.operations.create(org, 'acme', { callbackUrl: 'https://127.0.0.1:9/back' })
    tries = 0
    await here.operations.complete(org, 'acme', operation, { payload: '{}' })
    expect(tries).toBe(2)
  })

  test('do not keep changes away: with a change before each try, one is made within ten, and so are the others', async () => {
    const { id } = await here.endpoints.create(org, 'acme', { url: receiver.url() })
    await there.endpoints.create(org, 'acme', { url: receiver.url('/there') })
    const write = store.catalog.write.bind(store.catalog)
    let hereNode: string | undefined
    const others: Promise<unknown>[] = []
    let tries = 0
    const meeting: typeof write = async (item) => {
      hereNode ??= item.writer?.node
      if (item.writer?.node !== hereNode || item.changes.length === 0) return write(item)
      const made = there.endpoints.update(org, 'acme', id, { description: `there ${tries++}` })
      others.push(made)
      // While this node has its turn, that one waits.
      await Promise.race([made, setImmediate()])
      return write(item)
    }
    Object.assign(store.catalog, { write: meeting })
    for (let round = 0; round < 5; round++) {
      tries = 0
      await here.endpoints.update(org, 'acme', id, { metadata: { round: `${round}` } })
      expect(tries).toBeLessThanOrEqual(10)
    }
    await Promise.all(others)
    await here.applications.update(org, 'acme', { name: 'Last' })
    expect(await here.endpoints.get(org, 'acme', id)).toMatchObject({ metadata: { round: '4' } })
  })

  test('do not wait for a change that is refused when it has its turn', async () => {
    await here.eventTypes.create(org, { name: 'a' })
    const { id } = await here.endpoints.create(org, 'acme', { url: receiver.url() })
    await there.endpoints.create(org, 'acme', { url: receiver.url('/there') })
    const write = store.catalog.write.bind(store.catalog)
    const nodes: (string | undefined)[] = []
    const meeting: typeof write = async (item) => {
      if (item.changes.length > 0) nodes.push(item.writer?.node)
      const nth = nodes.filter((node) => node === nodes[0]).length
      if (item.writer?.node === nodes[0] && item.changes.length > 0 && nth <= 4) {
        await there.endpoints.update(org, 'acme', id, { description: `${nth}` })
        if (nth === 4) await there.eventTypes.delete(org, 'a', { expunge: true })
      }
      return write(item)
    }
    Object.assign(store.catalog, { write: meeting })
    const refused = here.endpoints.update(org, 'acme', id, { eventTypes: ['a'] })
    await expect(refused).rejects.toMatchObject({ code: 'unknown_event_type' })
    expect(nodes.filter((node) => node === nodes[0])).toHaveLength(4)
    const before = nodes.length
    await there.endpoints.update(org, 'acme', id, { description: 'last' })
    expect(nodes.length - before).toBe(1)
  })

  test('are read together by the messages that they made void, and not by each of them', async () => {
    await here.endpoints.create(org, 'acme', { url: receiver.url() })
    await there.endpoints.create(org, 'acme', { url: receiver.url('/there') })
    let reads = 0
    const load = store.catalog.load.bind(store.catalog)
    Object.assign(store.catalog, {
      load: () => {
        reads++
        return load()
      },
    })
    await Promise.all(Array.from({ length: 50 }, () => here.send(org, 'acme', event)))
    expect(reads).toBeLessThanOrEqual(2)
    await here.idle()
    expect(receiver.requests).toHaveLength(100)
  })
})

describe('a PUT', () => {
  const application = (name: string) => ({ uid: undefined, create: { name }, replace: { name } })
  const endpoint = (url: string) => ({ uid: undefined, create: { url }, replace: { url } })

  test('of what the other node has created replaces it, and only creates it where nobody has', async () => {
    const made = await here.applications.put(org, 'beta', application('Here'))
    const again = await there.applications.put(org, 'beta', application('There'))
    expect([made.created, again.created]).toEqual([true, false])
    expect(again.row).toMatchObject({ id: made.row.id, uid: 'beta', name: 'There' })
    const one = await here.endpoints.put(org, 'beta', 'ep', endpoint(receiver.url('/here')))
    const two = await there.endpoints.put(org, 'beta', 'ep', endpoint(receiver.url('/there')))
    expect([one.created, two.created, two.row.id]).toEqual([true, false, one.row.id])
    const first = await here.eventTypes.put(org, 'a.b', { description: 'here' })
    const second = await there.eventTypes.put(org, 'a.b', { title: 'there' })
    expect([first.created, second.created]).toEqual([true, false])
    expect(second.row).toMatchObject({ description: 'here', title: 'there' })
  })

  test('that only creates is refused on both nodes but once, and one that only replaces is made on both', async () => {
    const onlyNew = { ifNoneMatch: '*' } as const
    const results = await Promise.allSettled(
      [here, there].flatMap((node) => [
        node.applications.put(org, 'beta', application('Beta'), onlyNew),
        node.applications.put(org, 'beta', application('Beta'), onlyNew),
      ]),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'precondition_failed' })
    await here.applications.put(org, 'gamma', application('Gamma'))
    expect(await there.applications.put(org, 'gamma', application('New'), { ifMatch: '*' })).toMatchObject({
      created: false,
    })
    await expect(there.applications.put(org, 'delta', application('x'), { ifMatch: '*' })).rejects.toMatchObject({
      code: 'precondition_failed',
    })
  })

  test('of what the other node has deleted creates it', async () => {
    const { row } = await here.applications.put(org, 'beta', application('Beta'))
    await there.applications.findOrCreate(org, { uid: 'beta', name: 'x' })
    await here.applications.delete(org, 'beta')
    const again = await there.applications.put(org, 'beta', application('Again'))
    expect(again.created).toBe(true)
    expect(again.row.id).not.toBe(row.id)
  })
})

test('an application is known to the other node after its next look', async () => {
  await here.applications.create(org, { uid: 'beta', name: 'Beta' })
  await expect(there.applications.get(org, 'beta')).rejects.toMatchObject({ code: 'not_found' })
  await here.applications.update(org, 'acme', { name: 'New' })
  await there.applications.update(org, 'acme', { metadata: { a: 'b' } })
  expect(await there.applications.get(org, 'acme')).toMatchObject({ name: 'New', metadata: { a: 'b' } })
  expect(await there.applications.get(org, 'beta')).toMatchObject({ name: 'Beta' })
})
