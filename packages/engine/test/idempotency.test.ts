import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { builtInPresetFolder, loadPresets } from '@posthorn/preset'
import { open, type Engine, type EngineError, type WriteOptions } from '../src/index.ts'

const org = 'org_test'
const url = 'https://hooks.example.com/in'
const sinceMs = 60_000

let engine: Engine

beforeEach(async () => {
  engine = await open({
    database: 'sqlite::memory:',
    threads: false,
    presets: loadPresets([builtInPresetFolder()]),
    transport: {
      schemes: ['https'],
      check: (address) => ({ ok: true, url: address }),
      send: () => new Promise(() => undefined),
      probe: async () => ({ steps: [], remoteAddress: null, tls: null }),
      close: async () => undefined,
    },
  })
  await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
})

afterEach(() => engine.close({ graceMs: 0 }))

const endpoint = () => engine.endpoints.create(org, 'acme', { url })
const operation = () => engine.operations.create(org, 'acme', { callbackUrl: url })

/** Every write that takes a key, each ready to be made as often as it is called. */
const writes: Record<string, () => Promise<(write: WriteOptions) => Promise<unknown>>> = {
  'applications.create': async () => (write) => engine.applications.create(org, { name: 'Other' }, write),
  'eventTypes.create': async () => (write) => engine.eventTypes.create(org, { name: 'a.b', schemas: { 1: {} } }, write),
  'endpoints.create': async () => (write) => engine.endpoints.create(org, 'acme', { url, channels: ['c'] }, write),
  'endpoints.rotateSecret': async () => {
    const { id } = await endpoint()
    return (write) => engine.endpoints.rotateSecret(org, 'acme', id, {}, write)
  },
  'endpoints.recover': async () => {
    const { id } = await endpoint()
    const since = Date.now() - sinceMs
    return (write) => engine.endpoints.recover(org, 'acme', id, { since }, write)
  },
  'presets.apply': async () => (write) => engine.presets.apply(org, 'acme', { name: 'screenmeet' }, write),
  'signingKeys.reset': async () => {
    await engine.applications.create(org, { uid: 'shared', name: 'Shared', dialect: 'screenmeet' })
    return (write) => engine.signingKeys.reset(org, 'shared', {}, write)
  },
  'operations.create': async () => (write) => engine.operations.create(org, 'acme', { callbackUrl: url }, write),
  'operations.complete': async () => {
    const { id } = await operation()
    return (write) => engine.operations.complete(org, 'acme', id, { payload: '{}' }, write)
  },
  'operations.fail': async () => {
    const { id } = await operation()
    return (write) => engine.operations.fail(org, 'acme', id, { reason: 'No space.' }, write)
  },
  send: async () => (write) => engine.send(org, 'acme', { eventType: 'a.b', payload: '{"n": 1.0}' }, write),
  resend: async () => {
    await engine.eventTypes.create(org, { name: 'other' })
    const { id } = await engine.endpoints.create(org, 'acme', { url, eventTypes: ['other'] })
    const message = await engine.send(org, 'acme', { eventType: 'a.b', payload: '{}' })
    return (write) => engine.resend(org, 'acme', message.id, id, write)
  },
}

const keyed = (fingerprint: string): WriteOptions => ({ idempotency: { key: 'key', fingerprint } })

describe('I9: a write with an Idempotency-Key', () => {
  test.for(Object.keys(writes))('%s: a repeat is refused with the result of the first one', async (name) => {
    const perform = await writes[name]!()
    const first = (await perform(keyed('f'))) ?? null
    await expect(perform(keyed('f'))).rejects.toMatchObject({
      code: 'idempotent_replay',
      replay: { kind: 'result', result: first },
    })
  })

  test.for(Object.keys(writes))('%s: the same key with another request is refused', async (name) => {
    const perform = await writes[name]!()
    await perform(keyed('f'))
    await expect(perform(keyed('another'))).rejects.toMatchObject({ code: 'idempotency_key_reused', replay: null })
  })

  test('of a message gives it as it is now: without a payload that was erased', async () => {
    const send = (): Promise<unknown> => engine.send(org, 'acme', { eventType: 'a.b', payload: '{"n":1}' }, keyed('f'))
    await send()
    const [message] = (await engine.messages.list(org, 'acme')).data
    await engine.messages.expungePayload(org, 'acme', message!.id)
    await expect(send()).rejects.toMatchObject({ replay: { result: { ...message, payload: null } } })
  })

  test('of an endpoint gives it without its headers, which may hold credentials', async () => {
    const headers = { Authorization: 'Bearer abc' }
    const create = () => engine.endpoints.create(org, 'acme', { url, headers }, keyed('f'))
    const first = await create()
    expect(first.headers).toEqual(headers)
    const repeat = await create().catch((error: unknown) => error)
    expect((repeat as EngineError).replay).toEqual({ kind: 'result', result: { ...first, headers: {} } })
  })

  /** What refuses the request after it was answered. */
  const changes: Record<string, () => Promise<unknown>> = {
    'the dialect of its application': () => engine.applications.update(org, 'acme', { dialect: 'comapi' }),
    'an endpoint that is off': async () => {
      for (const { id } of (await engine.endpoints.list(org, 'acme')).data)
        await engine.endpoints.update(org, 'acme', id, { disabled: true })
    },
    'content that was erased': async () => {
      for (const { id } of (await engine.messages.list(org, 'acme')).data)
        await engine.messages.expungePayload(org, 'acme', id)
    },
  }

  test.each(
    ['send', 'resend', 'endpoints.sendExample'].flatMap((name) =>
      Object.keys(changes).map((what) => [name, what] as const),
    ),
  )('I9: a repeat of %s is told so also after a change of %s', async (name, what) => {
    await engine.eventTypes.create(org, { name: 'with.sample', description: '', sample: '{"a":1}' })
    // The message does not go there by itself, so it is not on its way when it is sent by hand.
    const { id } = await engine.endpoints.create(org, 'acme', { url, eventTypes: ['with.sample'] })
    const message = await engine.send(org, 'acme', { eventType: 'a.b', payload: '{}' })
    const perform: Record<string, (write: WriteOptions) => Promise<unknown>> = {
      send: (write) => engine.send(org, 'acme', { eventType: 'a.b', payload: '{}' }, write),
      resend: (write) => engine.resend(org, 'acme', message.id, id, write),
      'endpoints.sendExample': (write) =>
        engine.endpoints.sendExample(org, 'acme', id, { eventType: 'with.sample' }, write),
    }
    const first = (await perform[name]!(keyed('f'))) as { id: string } | undefined
    await changes[what]!()
    await expect(perform[name]!(keyed('f'))).rejects.toMatchObject({
      code: 'idempotent_replay',
      replay: { kind: 'result', result: first === undefined ? null : { id: first.id } },
    })
    await expect(perform[name]!(keyed('another'))).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  })
})
