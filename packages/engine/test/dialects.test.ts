import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseDialect, type Dialect } from '@posthorn/wire'
import { EngineError, open, type Engine, type OpenOptions } from '../src/index.ts'
import { Receiver } from './receiver.ts'

const org = 'org_test'

let folder: string
let receiver: Receiver
let engine: Engine

async function start(options: Partial<OpenOptions> = {}): Promise<void> {
  engine = await open({ database: `sqlite:${folder}`, threads: false, allowPrivate: ['127.0.0.0/8'], ...options })
}

async function restart(options: Partial<OpenOptions> = {}): Promise<void> {
  await engine.close({ graceMs: 0 })
  await start(options)
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-dialects-'))
  receiver = await Receiver.start()
  await start()
})

afterEach(async () => {
  await engine.close({ graceMs: 0 })
  await receiver.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A plain dialect that signs in this header. */
function acme(header: string, key: object = { encoding: 'utf8', scope: 'endpoint' }): object {
  return {
    title: 'Acme',
    request: {
      method: 'POST',
      contentType: 'application/json',
      headers: { 'x-id': { $: 'id' }, 'x-type': { $: 'type' } },
    },
    body: { kind: 'payload' },
    absent: [],
    signatures: [
      { algorithm: 'hmac-sha256', key, over: [{ $: 'body' }], encoding: 'hex', header, format: { bare: {} } },
    ],
  }
}

function given(name: string, header: string): Dialect {
  return parseDialect({ ...acme(header), name, version: 1 })
}

async function refused(call: Promise<unknown>): Promise<EngineError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof EngineError)) throw new Error('was not refused', { cause: error })
  return error
}

/** The headers of one more event, as they came. */
async function sent(app: string): Promise<string[]> {
  const before = receiver.requests.length
  await engine.send(org, app, { eventType: 'x', payload: {} })
  await receiver.count(before + 1)
  return Object.keys(receiver.requests[before]!.headers)
}

describe('a dialect that is taken up while it is deleted', () => {
  const takes: Record<string, (of: string) => Promise<unknown>> = {
    'a new endpoint': (of) => engine.endpoints.create(of, 'a', { url: receiver.url(), dialect: 'acme' }),
    'a second format': (of) =>
      engine.endpoints.create(of, 'a', { url: receiver.url(), secondary: { dialect: 'acme' } }),
    'an endpoint': (of) => engine.endpoints.update(of, 'a', 'e', { dialect: 'acme', secret: 'a secret of its own' }),
    'a new application': (of) => engine.applications.create(of, { name: 'B', dialect: 'acme' }),
    'an application': async (of) => {
      await engine.endpoints.update(of, 'a', 'e', { dialect: 'standard' })
      await engine.applications.update(of, 'a', { dialect: 'acme' })
    },
    'the first endpoint of a new application': async (of) => {
      await engine.applications.create(of, { uid: 'b', name: 'B' })
      await engine.endpoints.create(of, 'b', { url: receiver.url(), dialect: 'acme' })
    },
  }

  test.each(Object.keys(takes))('by %s: one of them is refused, and the next start finds everything', async (what) => {
    for (const of of ['org_takes_first', 'org_deletes_first']) {
      await engine.dialects.put(of, 'acme', acme('x-sig'))
      await engine.applications.create(of, { uid: 'a', name: 'A' })
      await engine.endpoints.create(of, 'a', { uid: 'e', url: receiver.url() })
      const works = [() => takes[what]!(of), () => engine.dialects.delete(of, 'acme')]
      if (of === 'org_deletes_first') works.reverse()
      const results = await Promise.allSettled(works.map((work) => work()))
      const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
      expect(reasons).toHaveLength(1)
      expect(['in_use', 'unknown_dialect']).toContain((reasons[0] as EngineError).code)
    }
    await restart()
  })
})

test('an endpoint whose URL has a query parameter that its dialect writes is refused', async () => {
  const inQuery = {
    ...acme('x-sig'),
    request: { method: 'POST', contentType: 'application/json', query: { id: { $: 'id' }, type: { $: 'type' } } },
  }
  await engine.dialects.put(org, 'acme', inQuery)
  await engine.applications.create(org, { uid: 'asks', name: 'Asks', dialect: 'acme' })
  const create = (query: string) => engine.endpoints.create(org, 'asks', { url: receiver.url() + query })
  for (const query of ['?id=1', '?a=b&type=', '?a&%69d'])
    expect(await refused(create(query))).toMatchObject({ code: 'address_refused', field: 'url' })
  const { id } = await create('?a=b&ID=1')
  const changed = engine.endpoints.update(org, 'asks', id, { url: `${receiver.url()}?id=2` })
  expect((await refused(changed)).message).toBe(
    'the URL has the parameter "id" already, which Acme writes: give it another name',
  )
})

describe('an own dialect whose name comes with the options later', () => {
  beforeEach(async () => {
    await engine.dialects.put(org, 'acme', acme('x-own'))
    await engine.applications.create(org, { uid: 'a', name: 'A', dialect: 'acme' })
    await engine.endpoints.create(org, 'a', { uid: 'e', url: receiver.url() })
    await restart({ dialects: [given('acme', 'x-given')] })
  })

  test('stays what its organisation speaks, and only there', async () => {
    expect(await sent('a')).toContain('x-own')
    expect(engine.dialects.get(org, 'acme')).toMatchObject({ readOnly: false, versions: [1] })
    expect(engine.dialects.get('org_other', 'acme')).toMatchObject({ readOnly: true, versions: [] })
    expect((await refused(engine.dialects.put('org_other', 'acme', acme('x-mine')))).code).toBe('read_only')
  })

  test('can be changed: what is there keeps its version, what is new takes the next one', async () => {
    expect(await engine.dialects.put(org, 'acme', acme('x-next'))).toMatchObject({ created: false, versions: [1, 2] })
    expect(await sent('a')).toContain('x-own')
    await engine.endpoints.delete(org, 'a', 'e')
    expect(await engine.endpoints.create(org, 'a', { url: receiver.url() })).toMatchObject({ dialectVersion: 2 })
    expect(await sent('a')).toContain('x-next')
  })

  test('can be deleted once nobody speaks it, and then the name means the other one', async () => {
    expect((await refused(engine.dialects.delete(org, 'acme'))).code).toBe('in_use')
    await engine.endpoints.delete(org, 'a', 'e')
    await engine.applications.update(org, 'a', { dialect: null })
    await engine.dialects.delete(org, 'acme')
    expect((await refused(engine.dialects.put(org, 'acme', acme('x-own')))).code).toBe('read_only')
    expect((await refused(engine.dialects.delete(org, 'acme'))).code).toBe('read_only')
    await engine.applications.update(org, 'a', { dialect: 'acme' })
    await engine.endpoints.create(org, 'a', { url: receiver.url() })
    expect(await sent('a')).toContain('x-given')
  })
})

describe('an application that is to speak another dialect', () => {
  const whsec = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

  test('keeps the present one while an endpoint has a secret that does not fit, and says which', async () => {
    await engine.applications.create(org, { uid: 'a', name: 'A', dialect: 'scalefusion' })
    const { id } = await engine.endpoints.create(org, 'a', { url: receiver.url(), secret: 'a plain text' })
    const error = await refused(engine.applications.update(org, 'a', { dialect: 'standard' }))
    expect(error).toMatchObject({ code: 'secret_refused', field: 'dialect' })
    expect(error.message).toContain(`The secret of the endpoint ${id} cannot be used in Standard Webhooks`)
    expect(error.message).toContain('Rotate the secret of that endpoint')
    expect(error.message).not.toContain('a plain text')
    await engine.endpoints.rotateSecret(org, 'a', id, { secret: whsec, overlapSeconds: 0 })
    await engine.applications.update(org, 'a', { dialect: 'standard' })
    expect(await sent('a')).toContain('webhook-signature')
  })

  test('counts a secret that is still to take over', async () => {
    await engine.applications.create(org, { uid: 'a', name: 'A', dialect: 'scalefusion' })
    const { id } = await engine.endpoints.create(org, 'a', { url: receiver.url(), secret: whsec })
    await engine.endpoints.rotateSecret(org, 'a', id, { secret: 'a plain text', overlapSeconds: 60 })
    expect((await refused(engine.applications.update(org, 'a', { dialect: 'standard' }))).code).toBe('secret_refused')
  })

  test('counts second formats and batches', async () => {
    await engine.applications.create(org, { uid: 'a', name: 'A' })
    const { id } = await engine.endpoints.create(org, 'a', { url: receiver.url(), secondary: { dialect: 'svix' } })
    const second = await refused(engine.applications.update(org, 'a', { dialect: 'scalefusion' }))
    expect(second).toMatchObject({ code: 'dialect_refused', field: 'dialect' })
    expect(second.message).toContain(`The endpoint ${id} does not fit`)
    await engine.applications.create(org, { uid: 'b', name: 'B', dialect: 'screenmeet' })
    await engine.endpoints.create(org, 'b', { url: receiver.url(), batch: { maxMessages: 5 } })
    expect((await refused(engine.applications.update(org, 'b', { dialect: 'standard' }))).code).toBe('invalid')
  })

  test('counts the shared key, also one that is still to take over', async () => {
    await engine.dialects.put(org, 'shared', acme('x-sig', { encoding: 'base64', prefix: 'whsec_', scope: 'app' }))
    await engine.applications.create(org, { uid: 'a', name: 'A', dialect: 'screenmeet' })
    await engine.signingKeys.reset(org, 'a', { key: whsec, overlapSeconds: 0 })
    await engine.signingKeys.reset(org, 'a', { key: 'a plain text', overlapSeconds: 60 })
    const error = await refused(engine.applications.update(org, 'a', { dialect: 'shared' }))
    expect(error).toMatchObject({ code: 'secret_refused', field: 'dialect' })
    expect(error.message).toContain('Reset the signing key to one that fits')
    await engine.signingKeys.reset(org, 'a', { key: whsec, overlapSeconds: 0 })
    await engine.applications.update(org, 'a', { dialect: 'shared' })
    expect((await engine.signingKeys.get(org, 'a')).key).toBe(whsec)
  })

  test('gets a new shared key for one that nothing signs with and that does not fit', async () => {
    await engine.dialects.put(org, 'shared', acme('x-sig', { encoding: 'base64', prefix: 'whsec_', scope: 'app' }))
    await engine.applications.create(org, { uid: 'a', name: 'A', dialect: 'screenmeet' })
    await engine.signingKeys.reset(org, 'a', { key: 'a plain text', overlapSeconds: 0 })
    await engine.applications.update(org, 'a', { dialect: 'standard' })
    await engine.applications.update(org, 'a', { dialect: 'shared' })
    expect((await engine.signingKeys.get(org, 'a')).key).toMatch(/^whsec_/)
  })

  test('is not looked at when only its name changes', async () => {
    await engine.dialects.put(org, 'acme', acme('x-sig'))
    await engine.applications.create(org, { uid: 'a', name: 'A', dialect: 'acme' })
    await engine.endpoints.create(org, 'a', { url: receiver.url(), headers: { 'x-more': '1' } })
    await engine.dialects.put(org, 'acme', acme('x-more'))
    expect(await engine.applications.update(org, 'a', { name: 'B' })).toMatchObject({ name: 'B' })
  })
})
