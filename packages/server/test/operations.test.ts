import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { createClient } from '@posthorn/api'
import { pino } from 'pino'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token, type Answer, type RequestOptions } from './support.ts'
import { refusalOf } from './vendors/refusal.ts'
import { startTrustingServer, type TrustingServer } from './vendors/trusting-server.ts'
import { startWireReceiver, type WireReceiver } from './vendors/wire-receiver.ts'

let server: RunningServer
let certificate: TrustingServer['certificate']
let count = 0

beforeAll(async () => {
  ;({ server, certificate } = await startTrustingServer())
})
afterAll(() => server.close())

interface Vendor {
  /** Of the organisation. */
  readonly bearer: string
  /** Of the one application: what the caller itself has. */
  readonly callerToken: string
  readonly app: string
  readonly receiver: WireReceiver
  readonly post: (path: string, options?: RequestOptions) => Promise<Answer>
  readonly begin: () => Promise<string>
  readonly claim: (id: string, bearer?: string) => Promise<Answer>
}

async function aVendor(): Promise<Vendor> {
  const org = `org_operations${++count}`
  const bearer = await token({ subject: org })
  const { id } = await createClient({ url: server.url, token: bearer }).application.create({ body: { name: 'Garage' } })
  const callerToken = await token({ subject: id, org })
  const app = `/api/v1/app/${id}`
  const receiver = await startWireReceiver(certificate)
  const post: Vendor['post'] = (path, options = {}) =>
    request(server.url, 'POST', app + path, { token: bearer, ...options })
  return {
    bearer,
    callerToken,
    app,
    receiver,
    post,
    async begin() {
      const body = { callbackUrl: `${receiver.origin}/callback`, kind: 'backup.owner' }
      const answer = await post('/operation', { body })
      expect(answer.status, answer.text).toBe(202)
      return (answer.json as { id: string }).id
    },
    claim: (claim, from = callerToken) =>
      request(server.url, 'GET', `${app}/operation-claim?id=${claim}`, { token: from }),
  }
}

/** The id in the n-th callback, read as the vendor's sample reads it. */
const claimIn = ({ arrivals }: WireReceiver, index = 0): string => arrivals[index]!.target.split('=')[1]!

const zip = randomBytes(300_000)
const asZip = {
  'content-type': 'application/zip',
  'content-disposition': `attachment; filename*=UTF-8''na%C3%AFve.zip`,
}

/** Uploads bytes as the result of an operation and answers the link. */
async function uploaded(vendor: Vendor, bytes: Uint8Array<ArrayBuffer> = zip): Promise<string> {
  const id = await vendor.begin()
  const before = vendor.receiver.arrivals.length
  const answer = await fetch(`${server.url}${vendor.app}/operation/${id}/complete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${vendor.bearer}`, ...asZip },
    body: bytes,
  })
  expect(answer.status, await answer.text()).toBe(202)
  await server.engine.idle()
  const claimed = await vendor.claim(claimIn(vendor.receiver, before))
  return (claimed.json as { data: { url: string } }).data.url
}

const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer())

describe('the flow of the vendor’s document', () => {
  it('step by step: 202 at once, a GET with the secret id, the payload, the file behind its url', async () => {
    const vendor = await aVendor()
    // Step 1: the caller supplies its webhook_url, and is told that the job is not finished.
    const began = await vendor.post('/operation', {
      body: { callbackUrl: `${vendor.receiver.origin}/callback`, kind: 'backup.owner' },
    })
    expect(began.status).toBe(202)
    expect(began.json).toMatchObject({ id: expect.stringMatching(/^op_/), state: 'running', completedAt: null })
    await server.engine.idle()
    expect(vendor.receiver.arrivals).toEqual([])

    // Step 2: the long process is ready.
    const { id } = began.json as { id: string }
    const ended = await vendor.post(`/operation/${id}/complete`, { body: zip.toString('latin1'), headers: asZip })
    expect(ended.status, ended.text).toBe(202)
    expect(ended.json).toMatchObject({ state: 'ready', file: { name: 'naïve.zip', contentType: 'application/zip' } })
    await server.engine.idle()
    expect(vendor.receiver.arrivals).toHaveLength(1)
    const [{ method, target, body }] = vendor.receiver.arrivals as [WireReceiver['arrivals'][0]]
    expect([method, body.length]).toEqual(['GET', 0])
    expect(target).toMatch(/^\/callback\?id=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)

    // Step 3: with the id and its own token the caller fetches the payload, mostly a url.
    const claimed = await vendor.claim(claimIn(vendor.receiver))
    expect(claimed.status).toBe(200)
    const { data } = claimed.json as { data: { url: string; name: string } }
    expect(data).toMatchObject({ name: 'naïve.zip', url: expect.stringMatching(/^http:.*\/files\/[\w-]{32}$/) })

    // Step 4: a GET on the url, without a token.
    expect((await fetch(data.url)).status).toBe(200)
    const shown = await request(server.url, 'GET', `${vendor.app}/operation/${id}`, { token: vendor.callerToken })
    expect(shown.json).toMatchObject({ state: 'claimed', msgId: expect.stringMatching(/^msg_/) })
    expect(shown.text).not.toContain(claimIn(vendor.receiver))
    expect(shown.text).not.toContain('/files/')
  })

  it('a JSON result comes back byte for byte', async () => {
    const vendor = await aVendor()
    const id = await vendor.begin()
    await vendor.post(`/operation/${id}/complete`, { body: '{"payload": {"n": 1.0,  "url":"https:\\/\\/x.test"}}' })
    await server.engine.idle()
    const { status, text } = await vendor.claim(claimIn(vendor.receiver))
    expect([status, text]).toEqual([200, '{"data":{"n": 1.0,  "url":"https:\\/\\/x.test"}}'])
  })

  it('a job that failed calls back, and its claim says why', async () => {
    const vendor = await aVendor()
    const id = await vendor.begin()
    const failed = await vendor.post(`/operation/${id}/fail`, { body: { reason: 'No such owner.' } })
    expect(failed.json).toMatchObject({ state: 'failed', error: 'No such owner.' })
    await server.engine.idle()
    const { status, json } = await vendor.claim(claimIn(vendor.receiver))
    expect([status, json]).toEqual([200, { error: 'No such owner.' }])
  })

  it('a callback that is not taken comes again with the same id', async () => {
    const vendor = await aVendor()
    const preset = await request(server.url, 'POST', `${vendor.app}/preset`, {
      token: vendor.bearer,
      body: { name: 'standard' },
    })
    expect(preset.status, preset.text).toBe(200)
    vendor.receiver.answer = () => ({ status: vendor.receiver.arrivals.length === 1 ? 503 : 200 })
    const id = await vendor.begin()
    await vendor.post(`/operation/${id}/complete`, { body: { payload: {} } })
    await expect.poll(() => vendor.receiver.arrivals.length).toBe(2)
    expect(claimIn(vendor.receiver, 1)).toBe(claimIn(vendor.receiver, 0))
    await server.engine.idle()
    const log = await request(server.url, 'GET', `${vendor.app}/log`, { token: vendor.callerToken })
    expect((log.json as { data: object[] }).data).toEqual([
      expect.objectContaining({ result: 'success', eventType: 'backup.owner' }),
      expect.objectContaining({ result: 'failed', code: 503 }),
    ])
    const { msgId } = (await request(server.url, 'GET', `${vendor.app}/operation/${id}`, { token: vendor.callerToken }))
      .json as { msgId: string }
    const path = `${vendor.app}/attempt/msg/${msgId}`
    const attempts = await request(server.url, 'GET', path, { token: vendor.callerToken })
    expect(attempts.text).toContain(`/callback?id=${claimIn(vendor.receiver).slice(0, 8)}…`)
    for (const { text } of [log, attempts]) expect(text).not.toContain(claimIn(vendor.receiver))
  })

  it('has a client', async () => {
    const vendor = await aVendor()
    const client = createClient({ url: server.url, token: vendor.bearer })
    const app_id = vendor.app.split('/')[4]!
    const body = { callbackUrl: `${vendor.receiver.origin}/`, metadata: { a: 'b' }, expiresInSeconds: 60 }
    const { id } = await client.operation.create({ params: { app_id }, body })
    await client.operation.complete({ params: { app_id, operation_id: id }, body: { payload: { done: true } } })
    await server.engine.idle()
    const claim = { params: { app_id }, query: { id: claimIn(vendor.receiver) } }
    expect(await client.operation.claim(claim)).toEqual({ data: { done: true } })
    const { data } = await client.operation.list({ params: { app_id }, query: { state: 'claimed' } })
    expect(data.map((operation) => operation.id)).toEqual([id])
    expect(Date.parse(data[0]!.expiresAt!) - Date.parse(data[0]!.completedAt!)).toBe(60_000)
    expect(await refusalOf(client.operation.get({ params: { app_id, operation_id: 'op_x' } }))).toMatchObject({
      status: 404,
    })
  })
})

describe('what is refused', () => {
  it.each([
    ['http', 'http://hooks.example.com/callback'],
    ['a private address', 'https://10.1.2.3/callback'],
    ['the metadata service', 'https://169.254.169.254/'],
    ['no URL', 'callback'],
  ])('a callback to %s, naming the field', async (_, callbackUrl) => {
    const vendor = await aVendor()
    const { status, json } = await vendor.post('/operation', { body: { callbackUrl } })
    expect(status).toBe(422)
    expect(json).toMatchObject({ detail: [{ loc: ['body', 'callbackUrl'] }] })
  })

  it('a second end, with 409', async () => {
    const vendor = await aVendor()
    const id = await vendor.begin()
    await vendor.post(`/operation/${id}/complete`, { body: { payload: {} } })
    for (const [path, options] of [
      ['complete', { body: { payload: {} } }],
      ['complete', { body: 'x', headers: asZip }],
      ['fail', { body: { reason: 'x' } }],
    ] as const)
      expect((await vendor.post(`/operation/${id}/${path}`, options)).status).toBe(409)
  })

  it.each<[string, number, RequestOptions]>([
    ['a form', 415, { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['several parts', 415, { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=x' } }],
    ['what is compressed', 415, { body: 'x', headers: { ...asZip, 'content-encoding': 'gzip' } }],
    ['a type that is none', 415, { body: 'x', headers: { 'content-type': 'zip' } }],
    ['no body', 422, {}],
    ['no payload', 422, { body: {} }],
    ['a payload that is no object', 422, { body: { payload: [] } }],
    ['an unknown field', 422, { body: { payload: {}, file: 'x' } }],
    ['too much JSON', 413, { body: `{"payload":{"a":"${'x'.repeat(1_200_000)}"}}` }],
    ['a payload of more than 1 MB', 413, { body: `{"payload":{"a":"${'x'.repeat(1_060_000)}"}}` }],
  ])('%s as a result: %i', async (_, status, options) => {
    const vendor = await aVendor()
    const id = await vendor.begin()
    const answer = await vendor.post(`/operation/${id}/complete`, options)
    expect(answer.status, answer.text).toBe(status)
    const shown = await request(server.url, 'GET', `${vendor.app}/operation/${id}`, { token: vendor.bearer })
    expect(shown.json).toMatchObject({ state: 'running' })
  })

  it('a file of more than 100 MB, before it is sent', async () => {
    const vendor = await aVendor()
    const id = await vendor.begin()
    const { hostname, port } = new URL(server.url)
    const head = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST ${vendor.app}/operation/${id}/complete HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${vendor.bearer}\r\n` +
            `Content-Type: application/zip\r\nContent-Length: ${100 * 1024 * 1024 + 1}\r\n\r\nPK`,
        )
      })
      socket.once('data', (chunk) => {
        socket.destroy()
        resolve(chunk.toString('latin1'))
      })
    })
    expect(head).toMatch(/^HTTP\/1\.1 413 /)
    expect(head).toContain('"code":"payload_too_large"')
  })

  it('that an application’s token begins or ends an operation: that is the vendor’s', async () => {
    const vendor = await aVendor()
    const id = await vendor.begin()
    for (const [path, body] of [
      ['/operation', { callbackUrl: 'https://example.com/' }],
      [`/operation/${id}/complete`, { payload: {} }],
      [`/operation/${id}/fail`, { reason: 'x' }],
    ] as const)
      expect((await vendor.post(path, { token: vendor.callerToken, body })).status).toBe(403)
  })

  it('I5: the claim of another application or organisation, in the same bytes as one that never was', async () => {
    const [vendor, other] = [await aVendor(), await aVendor()]
    const id = await vendor.begin()
    await vendor.post(`/operation/${id}/complete`, { body: { payload: { canary: 1 } } })
    await server.engine.idle()
    const claim = claimIn(vendor.receiver)
    const sibling = await createClient({ url: server.url, token: vendor.bearer }).application.create({
      body: { name: 'Sibling' },
    })
    const siblingToken = await token({ subject: sibling.id, org: `org_operations${count - 1}` })
    const path = `/api/v1/app/${sibling.id}/operation-claim?id=`
    const answers = [
      await other.claim(claim),
      await other.claim('f47ac10b-58cc-4372-a567-0e02b2c3d479'),
      await vendor.claim(claim, other.callerToken),
      await vendor.claim(claim, siblingToken),
      await request(server.url, 'GET', path + claim, { token: siblingToken }),
      await request(server.url, 'GET', path + claim, { token: vendor.bearer }),
      await vendor.claim(id),
    ]
    for (const { status, text } of answers) expect([status, text]).toEqual([404, answers[0]!.text])
    expect((await vendor.claim(claim)).status).toBe(200)
  })
})

describe('a file', () => {
  it('comes with headers that make it a download and nothing else', async () => {
    const answer = await fetch(await uploaded(await aVendor()))
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-length': String(zip.length),
      'content-disposition': `attachment; filename="na_ve.zip"; filename*=UTF-8''na%C3%AFve.zip`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      'accept-ranges': 'bytes',
      'content-security-policy': expect.stringContaining('sandbox'),
      etag: `"${createHash('sha256').update(zip).digest('base64url')}"`,
    })
    expect((await bytesOf(answer)).equals(zip)).toBe(true)
  })

  it('comes in ranges, and a download that broke off goes on where it was', async () => {
    const url = await uploaded(await aVendor())
    const get = (headers: Record<string, string>) => fetch(url, { headers })
    const etag = (await fetch(url, { method: 'HEAD' })).headers.get('etag')!
    for (const [range, start, end] of [
      ['bytes=0-99', 0, 99],
      ['bytes=299990-', 299_990, 299_999],
      ['bytes=-10', 299_990, 299_999],
    ] as const) {
      const answer = await get({ range, 'if-range': etag })
      expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/300000`])
      expect(answer.headers.get('content-length')).toBe(String(end - start + 1))
      expect((await bytesOf(answer)).equals(zip.subarray(start, end + 1))).toBe(true)
    }
    const whole: Record<string, string>[] = [
      { range: 'bytes=0-1,5-6' },
      { range: 'bytes=0-9', 'if-range': '"another"' },
    ]
    for (const headers of whole) {
      const answer = await get(headers)
      expect([answer.status, (await bytesOf(answer)).length]).toEqual([200, zip.length])
    }
    const behind = await get({ range: 'bytes=300000-' })
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, 'bytes */300000'])
    expect(await behind.json()).toMatchObject({ code: 'range_not_satisfiable' })
  })

  it('is sent or not by what the reader has of it', async () => {
    const url = await uploaded(await aVendor())
    const etag = (await fetch(url, { method: 'HEAD' })).headers.get('etag')!
    for (const seen of [etag, `W/${etag}`, `"a,b" , ${etag}`, '*'])
      expect((await fetch(url, { headers: { 'if-none-match': seen } })).status, seen).toBe(304)
    for (const seen of ['"another"', '', etag.slice(1, -1)])
      expect((await fetch(url, { headers: { 'if-none-match': seen } })).status, seen).toBe(200)
    for (const range of [{}, { range: 'bytes=0-9' }]) {
      const other = await fetch(url, { headers: { ...range, 'if-match': '"another"' } })
      expect([other.status, other.headers.get('content-disposition')]).toEqual([412, null])
      expect(await other.json()).toMatchObject({ code: 'precondition_failed' })
      expect((await fetch(url, { headers: { ...range, 'if-match': etag } })).ok).toBe(true)
    }
  })

  it('says what it is when only that is asked', async () => {
    const url = await uploaded(await aVendor())
    const answer = await fetch(url, { method: 'HEAD' })
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(zip.length)])
    expect(await answer.text()).toBe('')
  })

  it('may be empty', async () => {
    const answer = await fetch(await uploaded(await aVendor(), new Uint8Array()))
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '0', ''])
  })

  it('is not found under any other link', async () => {
    const url = await uploaded(await aVendor())
    const paths = [`${url}x`, url.slice(0, -1), `${server.url}/files/`, `${server.url}/files/..%2fqueue.db`]
    for (const path of paths) expect((await fetch(path)).status, path).toBe(404)
  })

  it('has a link that expires, and so has its claim', async () => {
    const vendor = await aVendor()
    const { json } = await vendor.post('/operation', {
      body: { callbackUrl: `${vendor.receiver.origin}/`, expiresInSeconds: 3 },
    })
    await vendor.post(`/operation/${(json as { id: string }).id}/complete`, { body: 'x', headers: asZip })
    await server.engine.idle()
    const claimed = await vendor.claim(claimIn(vendor.receiver))
    const { url } = (claimed.json as { data: { url: string } }).data
    await expect.poll(async () => (await fetch(url)).status).toBe(410)
    const late = await vendor.claim(claimIn(vendor.receiver))
    expect([late.status, late.json]).toEqual([410, { code: 'expired', detail: expect.stringContaining('is gone') }])
  })
})

describe('POSTHORN_PUBLIC_URL', () => {
  it('is where links begin', async () => {
    const own = await startTestServer({ POSTHORN_PUBLIC_URL: 'https://hooks.example.com/posthorn/' })
    onTestFinished(() => own.close())
    const bearer = await token({ subject: 'org_1' })
    const receiver = await startWireReceiver()
    const post = (path: string, options: RequestOptions) =>
      request(own.url, 'POST', path, { token: bearer, ...options })
    await post('/api/v1/app', { body: { name: 'A', uid: 'a' } })
    await post('/api/v1/app/a/preset', { body: { name: 'standard' } })
    const began = await post('/api/v1/app/a/operation', { body: { callbackUrl: `${receiver.origin}/` } })
    const { id } = began.json as { id: string }
    await post(`/api/v1/app/a/operation/${id}/complete`, { body: 'x', headers: asZip })
    await own.engine.idle()
    const path = `/api/v1/app/a/operation-claim?id=${claimIn(receiver)}`
    const claimed = await request(own.url, 'GET', path, { token: bearer })
    expect(claimed.json).toMatchObject({
      data: { url: expect.stringMatching(/^https:\/\/hooks\.example\.com\/posthorn\/files\/[\w-]{32}$/) },
    })
  })
})

describe('K1: logs', () => {
  it('hold neither a claim id nor the token of a link', async () => {
    const lines: string[] = []
    const sink = new Writable({
      write(chunk: Buffer, _, done) {
        lines.push(chunk.toString())
        done()
      },
    })
    const logged = await startTestServer({ POSTHORN_LOG_LEVEL: 'trace' }, pino({ level: 'trace' }, sink))
    const bearer = await token({ subject: 'org_1' })
    const receiver = await startWireReceiver()
    receiver.answer = ({ target }) => ({ status: 302, body: target })
    const post = (path: string, options: RequestOptions) =>
      request(logged.url, 'POST', path, { token: bearer, ...options })
    await post('/api/v1/app', { body: { name: 'A', uid: 'a' } })
    await post('/api/v1/app/a/preset', { body: { name: 'standard' } })
    const began = await post('/api/v1/app/a/operation', { body: { callbackUrl: receiver.origin } })
    const { id } = began.json as { id: string }
    await post(`/api/v1/app/a/operation/${id}/complete`, { body: 'x', headers: asZip })
    await expect.poll(() => receiver.arrivals.length).toBe(1)
    const claim = claimIn(receiver)
    const path = `/api/v1/app/a/operation-claim?id=${claim}`
    const claimed = await request(logged.url, 'GET', path, { token: bearer })
    const { url } = (claimed.json as { data: { url: string } }).data
    await fetch(url)
    await fetch(`${url}/x`)
    await expect.poll(() => lines.join('')).toContain('"path":"/files/…"')
    await logged.close()
    const text = lines.join('')
    expect(text).toContain('operation-claim')
    for (const canary of [claim, url.split('/').at(-1)!]) expect(text).not.toContain(canary)
  })
})
