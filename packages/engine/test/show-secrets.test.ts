/** "Show secret" gives the key that signs now, and beside it the next one with its time: in every kind of rotation. */
import { verifySync } from '@posthorn/wire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine, EndpointSecrets } from '../src/index.ts'
import { open } from '../src/open.ts'
import type { TransportRequest } from '../src/transport/transport.ts'
import { httpTransport } from '../src/transport/http/http-transport.ts'
import { VirtualClock } from '../sim/virtual-clock.ts'

const org = 'org_keys'
const app = 'acme'
const start = Date.UTC(2026, 10, 28)
const hourMs = 3_600_000
const payload = { signinapp: '{"visitor":{"name":"Zoë"}}', standard: '{"total":12}', screenmeet: '{"label":"x"}' }

let clock: VirtualClock
let engine: Engine
let sent: TransportRequest[]

beforeEach(async () => {
  clock = new VirtualClock(start)
  sent = []
  const real = httpTransport()
  engine = await open({
    database: 'sqlite::memory:',
    threads: false,
    clock: clock.processClock().clock,
    transport: {
      schemes: ['https', 'http'],
      check: (url, rules) => real.check(url, rules),
      async send(request) {
        sent.push(request)
        return {
          kind: 'accepted',
          response: { code: 200, headers: [], body: new Uint8Array(), bodyTruncated: false },
          timings: { dnsMs: null, connectMs: null, firstByteMs: null, totalMs: 1 },
          remoteAddress: null,
        }
      },
      probe: async () => ({ steps: [], remoteAddress: null, tls: null }),
      close: async () => undefined,
    },
  })
  await engine.applications.create(org, { uid: app, name: 'Acme' })
  await engine.eventTypes.create(org, { name: 'it.happened', description: '' })
})

afterEach(() => engine.close({ graceMs: 0 }))

const endpoint = async (dialect: keyof typeof payload, more: object = {}): Promise<string> =>
  (await engine.endpoints.create(org, app, { url: 'https://hooks.example.com/in', dialect, ...more })).id

const shown = (id: string): Promise<EndpointSecrets> => engine.endpoints.secrets(org, app, id)

/** Sends a message now, and says which of the secrets its request verifies with. */
async function signers(dialect: string, secrets: readonly (string | null | undefined)[]): Promise<string[]> {
  const before = sent.length
  const text = payload[dialect as keyof typeof payload] ?? payload.standard
  await engine.send(org, app, { eventType: 'it.happened', payload: text })
  await clock.runUntil(clock.now)
  expect(sent).toHaveLength(before + 1)
  const request = sent.at(-1)!
  return secrets.filter(
    (secret): secret is string =>
      secret != null && verifySync(request, { dialect, secret, now: clock.now, toleranceSeconds: null }).ok,
  )
}

describe('an endpoint whose requests carry one signature (signinapp)', () => {
  test('before a rotation: the key signs, and nothing follows', async () => {
    const id = await endpoint('signinapp', { secret: 'first-secret-of-acme' })
    expect(await shown(id)).toEqual({
      secret: 'first-secret-of-acme',
      publicKey: null,
      next: null,
      previousUntil: null,
      secondary: null,
    })
  })

  test('scheduled: the old key is shown until the moment that is stated, and then the new one', async () => {
    const id = await endpoint('signinapp', { secret: 'first-secret-of-acme' })
    await engine.endpoints.rotateSecret(org, app, id, { secret: 'other-secret-of-acme', overlapSeconds: 3600 })
    const during = await shown(id)
    expect(during).toMatchObject({
      secret: 'first-secret-of-acme',
      next: { secret: 'other-secret-of-acme', publicKey: null, from: start + hourMs },
    })
    expect(await signers('signinapp', [during.secret, during.next!.secret])).toEqual([during.secret])
    await clock.runUntil(start + hourMs - 1)
    expect((await shown(id)).secret).toBe('first-secret-of-acme')
    await clock.runUntil(start + hourMs)
    const after = await shown(id)
    expect(after).toMatchObject({ secret: 'other-secret-of-acme', next: null, previousUntil: null })
    expect(await signers('signinapp', ['first-secret-of-acme', after.secret])).toEqual([after.secret])
  })

  test('immediate: the new key is shown and signs at once', async () => {
    const id = await endpoint('signinapp', { secret: 'first-secret-of-acme' })
    await engine.endpoints.rotateSecret(org, app, id, { secret: 'other-secret-of-acme', overlapSeconds: 0 })
    expect(await shown(id)).toMatchObject({ secret: 'other-secret-of-acme', next: null })
    expect(await signers('signinapp', ['first-secret-of-acme', 'other-secret-of-acme'])).toEqual([
      'other-secret-of-acme',
    ])
  })

  test('the old one expired by hand during the overlap: the newest takes over, and one that never signed is not shown', async () => {
    const id = await endpoint('signinapp', { secret: 'first-secret-of-acme' })
    await engine.endpoints.rotateSecret(org, app, id, { secret: 'other-secret-of-acme', overlapSeconds: 3600 })
    await engine.endpoints.rotateSecret(org, app, id, { secret: 'third-secret-of-acme', overlapSeconds: 60 })
    expect(await shown(id)).toMatchObject({
      secret: 'first-secret-of-acme',
      next: { secret: 'third-secret-of-acme', from: start + 60_000 },
    })
    await engine.endpoints.rotateSecret(org, app, id, { secret: 'third-secret-of-acme', overlapSeconds: 0 })
    expect(await shown(id)).toMatchObject({ secret: 'third-secret-of-acme', next: null })
  })

  test('to unsigned: the old key is shown with the time from which nothing signs', async () => {
    const id = await endpoint('signinapp', { secret: 'first-secret-of-acme' })
    await engine.endpoints.rotateSecret(org, app, id, { secret: null, overlapSeconds: 60 })
    expect(await shown(id)).toMatchObject({
      secret: 'first-secret-of-acme',
      next: { secret: null, from: start + 60_000 },
    })
    await clock.runUntil(start + 60_000)
    expect(await shown(id)).toMatchObject({ secret: null, next: null })
  })
})

describe('an endpoint whose requests carry several signatures (standard)', () => {
  test('the new key is shown, with the time until which the old one signs too', async () => {
    const id = await endpoint('standard')
    const { secret: old } = await shown(id)
    await engine.endpoints.rotateSecret(org, app, id, { overlapSeconds: 3600 })
    const during = await shown(id)
    expect(during).toMatchObject({ next: null, previousUntil: start + hourMs })
    expect(await signers('standard', [during.secret, old])).toEqual([during.secret, old])
    await clock.runUntil(start + hourMs)
    expect(await shown(id)).toMatchObject({ secret: during.secret, previousUntil: null })
    expect(await signers('standard', [during.secret, old])).toEqual([during.secret])
  })

  test('the key of the second format is the one that signs in it, also after it was replaced', async () => {
    const id = await endpoint('standard', { secondary: { dialect: 'svix' } })
    const first = (await shown(id)).secondary!.secret
    expect(await signers('svix', [first])).toEqual([first])
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    await engine.endpoints.update(org, app, id, { secondary: { dialect: 'svix', secret } })
    const { secondary } = await shown(id)
    expect(secondary).toEqual({ secret, publicKey: null, next: null, previousUntil: null })
    expect(await signers('svix', [first, secret])).toEqual([secret])
  })
})

test('where the application has the key, its endpoints show what signs, and what takes over', async () => {
  const id = await endpoint('screenmeet')
  const { key } = await engine.signingKeys.get(org, app)
  expect(await shown(id)).toMatchObject({ secret: key, next: null })
  await engine.signingKeys.reset(org, app, { overlapSeconds: 3600 })
  const { next } = await engine.signingKeys.get(org, app)
  expect(next).not.toBeNull()
  expect(await shown(id)).toMatchObject({ secret: key, next: { secret: next!.key, from: start + hourMs } })
  await clock.runUntil(start + hourMs)
  expect(await shown(id)).toMatchObject({ secret: next!.key, next: null })
})
