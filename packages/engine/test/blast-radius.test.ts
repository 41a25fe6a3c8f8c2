import type { EndpointInput } from '@posthorn/model'
import { dialect, type Dialect } from '@posthorn/wire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EngineError, open, type Engine, type Message } from '../src/index.ts'
import { Receiver } from './receiver.ts'

// What is configured at one endpoint can hurt that endpoint only: the accept succeeds, and the others get the message.

const org = 'org_test'
const app = 'acme'

let receiver: Receiver
let engine: Engine

beforeEach(async () => {
  receiver = await Receiver.start()
  engine = await open({ database: 'sqlite::memory:', threads: false, allowPrivate: ['127.0.0.0/8'] })
})

afterEach(async () => {
  await engine.close({ graceMs: 0 })
  await receiver.stop()
})

const visit = { eventType: 'visitor.signin', payload: { site: { id: 1 } } }

function endpoint(path: string, input: Partial<EndpointInput> = {}): Promise<{ readonly id: string }> {
  return engine.endpoints.create(org, app, { url: receiver.url(path), ...input })
}

/** Paths of what arrived, in order. */
const arrived = (): string[] => receiver.requests.map(({ path }) => path).toSorted()

async function states(message: Message): Promise<Record<string, string>> {
  const rows = await engine.messages.deliveries(org, app, message.id)
  return Object.fromEntries(rows.map(({ endpoint: id, state }) => [id, state]))
}

async function refusal(work: Promise<unknown>): Promise<EngineError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof EngineError) return error
  throw new Error('was not refused', { cause: error })
}

describe('an endpoint that cannot carry a message', () => {
  const own: [string, Partial<EndpointInput>, object][] = [
    ['whose dialect needs a param', { dialect: 'comapi', secret: 'sixteen letters!' }, {}],
    ['whose dialect sends claims only', { dialect: 'autoflex' }, {}],
    [
      'whose dialect has a member that the payload has too',
      { dialect: 'screenmeet', batch: { maxWaitSeconds: 0.1 } },
      { type: 'remote' },
    ],
    [
      'whose dialect needs a param, in batches',
      { dialect: 'comapi', batch: { maxMessages: 5, maxWaitSeconds: 0.1 } },
      {},
    ],
  ]

  test.each(own)('%s fails alone and at once, and shows why', async (_, input, members) => {
    await engine.applications.create(org, { uid: app, name: 'Acme', dialect: 'signinapp' })
    const good = await endpoint('/good')
    const bad = await endpoint('/bad', input)
    const message = await engine.send(org, app, { ...visit, payload: { ...visit.payload, ...members } })
    await engine.idle()
    expect(arrived()).toEqual(['/good'])
    expect(await states(message)).toEqual({ [good.id]: 'success', [bad.id]: 'failed' })
    const [attempt, ...more] = (await engine.attempts.list(org, app, { endpoint: bad.id })).data
    expect(more).toEqual([])
    expect(attempt).toMatchObject({ result: 'exhausted', code: 0, nextAttemptAt: null, request: null, attempt: 1 })
    expect(attempt?.error?.code).toBe('not_encodable')
    expect(attempt?.error?.message).toMatch(/needs a value for the parameter accountId|has no claim|member "type"/)
    expect(await engine.endpoints.stats(org, app, bad.id)).toMatchObject({ failed: 1, success: 0, pending: 0 })
    // It says nothing about the receiver.
    expect(await engine.endpoints.get(org, app, bad.id)).toMatchObject({ failingSince: null, hold: null })
  })

  test('fails alone through its second format', async () => {
    const { dialect: first } = dialect('standard')
    const second: Partial<Dialect> = {
      title: 'Second',
      absent: [...(first.absent ?? [])],
      params: { tenant: { required: true, description: 'The tenant.' } },
      request: {
        ...first.request,
        headers: { 'x-second-id': { $: 'id' }, 'x-tenant': { $: 'param.tenant' } },
      },
      body: first.body,
      signatures: first.signatures.map(({ algorithm, key, encoding, format }) => ({
        algorithm,
        key,
        encoding,
        format,
        over: [{ $: 'id' }, '.', { $: 'body' }] as const,
        header: 'x-second-signature',
      })),
    }
    await engine.applications.create(org, { uid: app, name: 'Acme' })
    await engine.dialects.put(org, 'second', second)
    await endpoint('/good')
    const bad = await endpoint('/bad', { secondary: { dialect: 'second' } })
    await engine.send(org, app, visit)
    await engine.idle()
    expect(arrived()).toEqual(['/good'])
    expect((await engine.attempts.list(org, app, { endpoint: bad.id })).data[0]?.error?.message).toContain('tenant')
    await engine.send(org, app, { ...visit, params: { tenant: '7' } })
    await engine.idle()
    expect(arrived()).toEqual(['/bad', '/good', '/good'])
  })

  test('fails alone where a param is set at the other endpoint and not at the application', async () => {
    await engine.applications.create(org, { uid: app, name: 'Acme', dialect: 'comapi' })
    const params = { accountId: '7', apiSpaceId: 'a' }
    const good = await endpoint('/good', { params })
    const bad = await endpoint('/bad')
    const message = await engine.send(org, app, visit)
    await engine.idle()
    expect(await states(message)).toEqual({ [good.id]: 'success', [bad.id]: 'failed' })
    expect(arrived()).toEqual(['/good'])
  })

  test('fails alone in its batch: the messages beside it are sent', async () => {
    await engine.applications.create(org, { uid: app, name: 'Acme' })
    const { id } = await endpoint('/batch', { dialect: 'screenmeet', batch: { maxMessages: 10, maxWaitSeconds: 0.2 } })
    for (const n of [1, 2, 3, 4, 5])
      await engine.send(org, app, { eventType: 'room-entered', payload: n === 3 ? { n, type: 'x' } : { n } })
    await engine.idle()
    const bodies = receiver.requests.flatMap(({ body }) => JSON.parse(body) as { n: number }[])
    expect(bodies.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual([1, 2, 4, 5])
    expect(await engine.endpoints.stats(org, app, id)).toMatchObject({ success: 4, failed: 1, pending: 0 })
  })

  test('fails alone in a batch that waits for its retry and cannot be written any more', async () => {
    receiver.answer = () => 500
    await engine.applications.create(org, { uid: app, name: 'Acme', params: { accountId: '7', apiSpaceId: 'a' } })
    const { id } = await endpoint('/batch', {
      dialect: 'comapi',
      secret: 'sixteen letters!',
      batch: { maxMessages: 3, maxWaitSeconds: 1 },
      retrySchedule: [1],
    })
    for (const n of [1, 2, 3])
      await engine.send(org, app, {
        eventType: 'message.sent',
        payload: { n },
        ...(n !== 2 && { params: { accountId: String(n) } }),
      })
    await receiver.count(1)
    receiver.answer = () => 200
    await engine.applications.update(org, app, { params: { apiSpaceId: 'a' } })
    await expect.poll(() => engine.endpoints.stats(org, app, id)).toMatchObject({ success: 2, failed: 1, pending: 0 })
  })

  test('fails alone after its dialect was changed under a message that waits', async () => {
    receiver.answer = ({ path }) => (path === '/moved' ? 500 : 200)
    await engine.applications.create(org, { uid: app, name: 'Acme' })
    const { id } = await endpoint('/moved', { retrySchedule: [1] })
    const message = await engine.send(org, app, visit)
    await receiver.count(1)
    await engine.endpoints.update(org, app, id, { dialect: 'comapi', secret: 'sixteen letters!' })
    await expect.poll(() => states(message)).toEqual({ [id]: 'failed' })
    expect(receiver.requests.length).toBe(1)
  })

  test('takes a resend and a recovery as it takes a message', async () => {
    await engine.applications.create(org, { uid: app, name: 'Acme' })
    const since = Date.now() - 1000
    const { id } = await endpoint('/bad', { dialect: 'comapi', secret: 'sixteen letters!' })
    const message = await engine.send(org, app, visit)
    await engine.idle()
    await engine.resend(org, app, message.id, id)
    await engine.idle()
    expect(await engine.endpoints.recover(org, app, id, { since })).toMatchObject({ queued: 1 })
    await engine.idle()
    const attempts = (await engine.attempts.list(org, app, { endpoint: id })).data
    expect(attempts.map(({ attempt }) => attempt).toSorted((a, b) => a - b)).toEqual([1, 2, 3])
    expect(new Set(attempts.map(({ error }) => error?.code))).toEqual(new Set(['not_encodable']))
    // Repaired, the same message arrives.
    await engine.endpoints.update(org, app, id, { params: { accountId: '7', apiSpaceId: 'a' } })
    await engine.resend(org, app, message.id, id)
    await receiver.count(1)
  })

  test('is told so by mock and test, which send nothing', async () => {
    await engine.applications.create(org, { uid: app, name: 'Acme', dialect: 'signinapp' })
    const { id } = await endpoint('/bad', { dialect: 'comapi', secret: 'sixteen letters!' })
    const mocked = await refusal(engine.endpoints.mock(org, app, id, { eventType: 'visitor.signin', payload: '{}' }))
    expect(mocked).toMatchObject({ code: 'message_refused' })
    expect(mocked.message).toContain('accountId')
    expect(mocked.message).toContain(id)
    expect(receiver.requests).toEqual([])
  })
})

describe('a message that the dialect of the application cannot carry', () => {
  test.each([
    ['comapi', {}, 'accountId'],
    ['signinapp', { event: 'x' }, '"event"'],
    ['autoflex', {}, 'claim'],
  ])('(%s) is refused, whatever the endpoints are', async (name, payload, text) => {
    await engine.applications.create(org, { uid: app, name: 'Acme', dialect: name })
    const input = { eventType: 'a', payload }
    const without = await refusal(engine.send(org, app, input))
    expect(without).toMatchObject({ code: 'message_refused', field: 'payload' })
    expect(without.message).toContain(text)
    await endpoint('/other', { dialect: 'standard' })
    await endpoint('/own')
    expect((await refusal(engine.send(org, app, input))).message).toBe(without.message)
    expect((await engine.messages.list(org, app)).data).toEqual([])
  })

  test('is kept where it is not to be delivered', async () => {
    await engine.applications.create(org, { uid: app, name: 'Acme', dialect: 'comapi' })
    await engine.send(org, app, { ...visit, deliver: false })
  })
})

describe('what can be known when an endpoint is configured is refused then', () => {
  const bad = { accountId: 'seven', apiSpaceId: 'a' }

  test('a param that its dialect cannot write', async () => {
    await engine.applications.create(org, { uid: app, name: 'Acme' })
    const input = { dialect: 'comapi', secret: 'sixteen letters!' }
    expect(await refusal(endpoint('/bad', { ...input, params: bad }))).toMatchObject({
      code: 'invalid',
      field: 'params',
    })
    const { id } = await endpoint('/good', { ...input, params: { accountId: '7' } })
    const changed = await refusal(engine.endpoints.update(org, app, id, { params: bad }))
    expect(changed).toMatchObject({ code: 'invalid', field: 'params' })
    expect(changed.message).toContain('accountId is not a number: "seven"')
    const plain = await endpoint('/plain', { params: bad })
    const moved = await refusal(engine.endpoints.update(org, app, plain.id, input))
    expect(moved).toMatchObject({ code: 'invalid', field: 'params' })
  })

  test('a param of the application that its dialect cannot write', async () => {
    const input = { uid: app, name: 'Acme', dialect: 'comapi' }
    const made = await refusal(engine.applications.create(org, { ...input, params: bad }))
    expect(made).toMatchObject({ code: 'invalid', field: 'params' })
    await engine.applications.create(org, input)
    expect(await refusal(engine.applications.update(org, app, { params: bad }))).toMatchObject({ field: 'params' })
    await engine.applications.update(org, app, { params: bad, dialect: 'standard' })
    expect(await refusal(engine.applications.update(org, app, { dialect: 'comapi' }))).toMatchObject({
      code: 'invalid',
    })
  })
})

test('a custom dialect that is defined again changes nothing for endpoints that keep its version', async () => {
  const first = { ...dialect('standard').dialect, title: 'Ours' }
  const { name: _, version: __, ...definition } = first
  await engine.dialects.put(org, 'ours', definition)
  await engine.applications.create(org, { uid: app, name: 'Acme', dialect: 'ours' })
  const old = await endpoint('/old')
  await engine.dialects.put(org, 'ours', {
    ...definition,
    params: { tenant: { required: true, description: 'The tenant.' } },
    request: { ...definition.request, headers: { ...definition.request.headers, 'x-tenant': { $: 'param.tenant' } } },
  })
  const fresh = await endpoint('/new')
  const message = await engine.send(org, app, visit)
  await engine.idle()
  expect(await states(message)).toEqual({ [old.id]: 'success', [fresh.id]: 'failed' })
})

test('a param that is a number on the wire is taken as a number', async () => {
  await engine.applications.create(org, {
    uid: app,
    name: 'Acme',
    dialect: 'comapi',
    params: { accountId: 40_123, apiSpaceId: 'a' },
  })
  await endpoint('/in')
  await engine.send(org, app, { ...visit, params: { revision: 3 } })
  await engine.idle()
  expect(JSON.parse(receiver.requests[0]!.body)).toMatchObject({ accountId: 40_123, revision: 3 })
  const wrong = await refusal(engine.send(org, app, { ...visit, params: { revision: 2 ** 60 } }))
  expect(wrong).toMatchObject({ code: 'invalid', field: 'params.revision' })
})
