import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtInPresetFolder, loadPresets } from '@posthorn/preset'
import express from 'express'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { asking, signIn, tokenFor, type Ask } from '../../examples/autoflex/ask.ts'
import type { Made } from '../../examples/autoflex/backup.ts'
import { garage, otherGarage } from '../../examples/autoflex/customers.ts'
import type { Posthorn } from '../../examples/autoflex/posthorn.ts'
import { routes } from '../../examples/autoflex/routes.ts'
import { runClient } from '../../examples/autoflex/run-client.ts'
import { openTokens } from '../../examples/autoflex/tokens.ts'
import { startVendor, type Vendor } from '../../examples/autoflex/vendor.ts'
import { certificates, type Certificates } from '../../packages/cli/src/dev/certificates.ts'
import { startWireReceiver, type WireReceiver } from '../../packages/server/test/vendors/wire-receiver.ts'
import { missing } from '../../packages/wire/test/installed.ts'
import { story } from './support.ts'

// Autoflex10's document (seed 004; S4:14 is its line 14), both ends. docs/vendors/autoflex.md is the table.

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

let folder: string
let tls: Certificates
let vendor: Vendor
let ask: Ask
let now = Date.now()
const made: Made[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-autoflex-'))
  tls = await certificates(folder, Date.now())
  vendor = await startVendor(
    tls,
    (file) => made.push(file),
    () => now,
  )
  ask = asking(vendor.url, tls.ca)
})
afterAll(async () => {
  await vendor[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

story('S4:93 what went wrong is printed by the client, and it ends', missing('deno'), async () => {
  const said: string[] = []
  const customer = { ...garage, password: 'wrong' }
  const running = runClient({ folder, tls, vendor: vendor.url, customer }, (line) => said.push(line))
  await expect(running).rejects.toThrow('The client ended with 1')
  expect(said).toEqual([
    'GET /authenticate',
    expect.stringMatching(/^error: Not signed in: 401 .*do not belong together/),
  ])
})

describe('GET /authenticate', () => {
  test('S4:63 answers a token to api_key, username and password that belong together', async () => {
    expect(await signIn(ask, garage)).toMatchObject({
      status: 200,
      json: { token: expect.stringMatching(/^[\w-]{32}$/) },
    })
    for (const wrong of [{ api_key: otherGarage.api_key }, { username: 'x' }, { password: '' }])
      expect(await signIn(ask, { ...garage, ...wrong })).toMatchObject({ status: 401, json: { code: 'unauthorized' } })
    expect(await ask('GET', '/authenticate')).toMatchObject({ status: 401 })
  })

  test('a token is good for an hour', async () => {
    const token = await tokenFor(ask, garage)
    const get = () => ask('GET', '/webhook', { token })
    now += 3_599_000
    expect((await get()).status).toBe(400)
    now += 1000
    expect((await get()).status).toBe(401)
  })
})

/** A webhook_url of the garage, and a token of it. */
async function aCaller(): Promise<{
  readonly receiver: WireReceiver
  readonly token: string
  readonly before: number
}> {
  return { receiver: await startWireReceiver(tls), token: await tokenFor(ask, garage), before: made.length }
}

/** A backup that is ready: the id that its callback brought. */
async function aBackup() {
  const { receiver, token, before } = await aCaller()
  await ask('POST', '/backup/owner', { token, body: { webhook_url: `${receiver.origin}/called` } })
  await expect.poll(() => receiver.arrivals.length).toBe(1)
  const file = made[before]!
  return { token, file, receiver, id: receiver.arrivals[0]!.target.split('=')[1]! }
}

describe('POST /backup/owner', () => {
  test('S4:85 is answered with 202, also as successCode, while the backup is made', async () => {
    const { receiver, token, before } = await aCaller()
    const answer = await ask('POST', '/backup/owner', { token, body: { webhook_url: `${receiver.origin}/called` } })
    expect(answer).toMatchObject({ status: 202, json: { successCode: 202, state: 'running' } })
    await expect.poll(() => receiver.arrivals.length).toBe(1)
    expect(made).toHaveLength(before + 1)
  })

  test.each([
    ['no webhook_url', {}],
    ['http', { webhook_url: 'http://hooks.example.com/called' }],
    ['a private address', { webhook_url: 'https://10.1.2.3/called' }],
    ['no address', { webhook_url: 'called' }],
  ])('S4:11 is refused with %s', async (_, body) => {
    const { token, before } = await aCaller()
    const { status, json } = await ask('POST', '/backup/owner', { token, body })
    expect({ status, json }).toMatchObject({ status: 400, json: { code: 'invalid_callback' } })
    expect(made).toHaveLength(before)
  })

  test('S4:83 has its token in a header', async () => {
    const body = { webhook_url: 'https://hooks.example.com/called' }
    expect(await ask('POST', '/backup/owner', { body })).toMatchObject({ status: 401 })
    expect(await ask('POST', '/backup/owner', { token: 'x', body })).toMatchObject({ status: 401 })
  })
})

describe('the callback', () => {
  test('S4:13 is a GET of the webhook_url with an id of its own, once the backup is made', async () => {
    const [one, other] = [await aBackup(), await aBackup()]
    for (const { id, receiver } of [one, other]) {
      expect(id).toMatch(new RegExp(`^${uuid}$`))
      expect(receiver.arrivals).toEqual([expect.objectContaining({ method: 'GET', target: `/called?id=${id}` })])
    }
    expect(one.id).not.toBe(other.id)
  })

  test('S4:15 is in the log without its id', async () => {
    const { id } = await aBackup()
    await expect.poll(async () => (await vendor.log(garage)).at(-1)?.url).toMatch(`/called?id=${id.slice(0, 8)}…`)
    expect(JSON.stringify(await vendor.log(garage))).not.toContain(id)
  })
})

describe('GET /webhook', () => {
  test('S4:112 answers the id with 200 and the URL in data.url, as often as it is asked', async () => {
    const { id, token } = await aBackup()
    const first = await ask('GET', `/webhook?id=${id}`, { token })
    expect(first).toMatchObject({
      status: 200,
      json: { data: { url: expect.stringMatching(`^${vendor.url}/files/[\\w-]{32}$`), name: 'garage-de-boer.csv' } },
    })
    expect(await ask('GET', `/webhook?id=${id}`, { token })).toEqual(first)
  })

  test('S4:19 answers 404 to another caller and to another id', async () => {
    const { id, token } = await aBackup()
    const others = await tokenFor(ask, otherGarage)
    const unknown = await ask('GET', '/webhook?id=f47ac10b-58cc-4372-a567-0e02b2c3d479', { token })
    expect(unknown.status).toBe(404)
    // Who has another's id cannot even learn that it is one.
    expect(await ask('GET', `/webhook?id=${id}`, { token: others })).toEqual(unknown)
    expect((await ask('GET', `/webhook?id=${id}`)).status).toBe(401)
    expect((await ask('GET', '/webhook', { token })).status).toBe(400)
    expect((await ask('GET', `/webhook?id=${'0'.repeat(65)}`, { token })).status).toBe(422)
  })

  test('a backup that is not ready is answered with 202', async () => {
    const tokens = openTokens(() => now)
    const posthorn = {
      options: { url: 'http://127.0.0.1:1', token: '' },
      client: { operation: { claim: async () => ({ state: 'running' }) } },
    } as unknown as Posthorn
    const app = express().use(routes({ customers: [], tokens: tokens as never, posthorn, made: () => undefined }))
    const server = createServer(app).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await expect.poll(() => server.listening).toBe(true)
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook?id=x`
    const answer = await fetch(url, { headers: { token: tokens.issue(garage) } })
    expect([answer.status, await answer.json()]).toEqual([202, { state: 'running' }])
  })
})

describe('the file', () => {
  test('S4:29 is downloaded with a GET on the URL, and is what was made', async () => {
    const { id, token, file } = await aBackup()
    const { data } = (await ask('GET', `/webhook?id=${id}`, { token })).json as { data: { url: string } }
    const { status, text } = await ask('GET', new URL(data.url).pathname)
    expect(status).toBe(200)
    expect(Buffer.byteLength(text)).toBe(file.bytes)
    expect(createHash('sha256').update(text).digest('hex')).toBe(file.sha256)
  })

  test.each(['/files/x', '/files/..', '/files/%2e%2e', '/files/..%2fapi%2fv1'])('%s is none', async (path) => {
    expect((await ask('GET', path, { token: await tokenFor(ask, garage) })).status).toBe(404)
  })
})

test('the preset of the story is the vendor’s, with seconds for minutes', () => {
  const folders = [builtInPresetFolder(), new URL('../../examples/autoflex/presets', import.meta.url).pathname]
  const [vendors, hurried] = loadPresets(folders).filter(({ name }) => name.startsWith('autoflex'))
  const { policy, dialect, eventTypes } = vendors!
  expect(hurried).toMatchObject({
    dialect,
    policy: { ...policy, retrySchedule: policy.retrySchedule.map((seconds) => seconds / 60) },
    eventTypes: eventTypes.map(({ name, title, category, description }) => ({ name, title, category, description })),
  })
})
