import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient, type Client } from '@posthorn/api'
import { idToUuid, verify } from '@posthorn/wire'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { makeCertificate } from '../../../engine/src/transport/http/testing/certificates.ts'
import { missing } from '../../../wire/test/installed.ts'
import { runSnippets } from '../../../wire/test/snippets/run.ts'
import type { RunningServer } from '../../src/index.ts'
import { request, startReceiver, startTestServer, token, type Received } from '../support.ts'
import { startWireReceiver } from './wire-receiver.ts'

// Enterprise Communications API (Comapi) as its tutorial describes it: S2:23 is line 23 of that. docs/vendors/comapi.md has a row for
// each line. S2:P is not in the tutorial, but in the vendor's public reference.

let server: RunningServer
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** A phrase, as people type one. */
const secret = 'grüne Äpfel & 3 Birnen 🍐'

const accountId = '40123'
const apiSpaceId = 'c924cf6e-4352-4b26-a71a-c2032bea7a01'

interface Space {
  readonly client: Client
  readonly bearer: string
  readonly params: { readonly app_id: string }
}

/** An API Space of the vendor. */
async function space(values: Record<string, string> = { accountId, apiSpaceId }, on = server): Promise<Space> {
  const bearer = await token({ subject: `org_comapi${++count}` })
  const client = createClient({ url: on.url, token: bearer })
  const { id: app_id } = await client.application.create({ body: { name: 'Acme', params: values } })
  await client.preset.apply({ params: { app_id }, body: { name: 'comapi' } })
  return { client, bearer, params: { app_id } }
}

const messageId = '2f1c1c2b-6a3c-4b5e-9d6e-0b8f3f0b7a11'

/** A receipt of one message, as the vendor would send it on. */
async function receipt(
  { client, params }: Space,
  status: 'sent' | 'delivered' | 'read',
  values: Record<string, string> = {},
): Promise<string> {
  const { sample } = await client.eventType.get({ params: { event_type_name: `message.${status}` } })
  const payload = { ...sample, id: messageId }
  const body = { eventType: `message.${status}`, payload, params: values }
  return (await client.message.create({ params, body })).id
}

const bodyOf = ({ body }: Received) => JSON.parse(body) as Record<string, unknown>
const hashOf = ({ headers }: Received) => headers['x-comapi-signature']
const hmac = (body: string, key = secret) => createHmac('sha1', key).update(body, 'utf8').digest('hex')

interface RubyRequest {
  readonly verb: string
  readonly status: number
  readonly encoding: string
  readonly name: string | null
}

interface RubyReceiver {
  readonly url: string
  /** What it tells about its requests, in order, once there are so many. */
  requests(count: number): Promise<RubyRequest[]>
}

/**
 * What the tutorial has people build, in Ruby's standard library alone: a page for GET, and for POST the hash over the raw body
 * before anything is believed. It does not share a line with our own code.
 */
const rubyProgram = String.raw`
require 'json'
require 'openssl'
require 'socket'

secret = ENV.fetch('SECRET').dup.force_encoding('UTF-8')
server = TCPServer.new('127.0.0.1', 0)
$stdout.sync = true
puts server.addr[1]

loop do
  socket = server.accept
  verb, = socket.gets.to_s.split
  headers = {}
  while (line = socket.gets.to_s.chomp) != ''
    name, value = line.split(': ', 2)
    headers[name.downcase] = value
  end
  body = socket.read(headers['content-length'].to_i).force_encoding('UTF-8')
  name = nil
  status, text =
    if verb != 'POST'
      [200, '<h1>The webhook page is up</h1>']
    elsif headers['x-comapi-signature'].nil?
      [401, 'Invalid request: No HMAC value found!']
    elsif !OpenSSL.secure_compare(headers['x-comapi-signature'], OpenSSL::HMAC.hexdigest('SHA1', secret, body))
      [401, 'Invalid request: HMAC hash check failed!']
    else
      name = JSON.parse(body)['name']
      [200, 'Data accepted']
    end
  puts JSON.generate(verb: verb, status: status, encoding: body.valid_encoding? ? body.encoding.name : 'bytes', name: name)
  socket.write "HTTP/1.1 #{status} X\r\ncontent-length: #{text.bytesize}\r\nconnection: close\r\n\r\n"
  socket.write text unless verb == 'HEAD'
  socket.close
end
`

/** Starts it with the secret that its owner typed in. Ends with the test. */
async function startRuby(key = secret): Promise<RubyReceiver> {
  const child = spawn('ruby', ['-w', '-e', rubyProgram], {
    env: { ...process.env, SECRET: key },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill())
  const output = createInterface({ input: child.stdout })
  const [port] = (await once(output, 'line')) as [string]
  const told: RubyRequest[] = []
  output.on('line', (line) => told.push(JSON.parse(line) as RubyRequest))
  const requests = async (count: number) => {
    await expect.poll(() => told).toHaveLength(count)
    return told
  }
  return { url: `http://127.0.0.1:${port}/webhook`, requests }
}

describe('the webhook registration', () => {
  it('S2:35 a registration is set up and modified later', async () => {
    const { client, params } = await space()
    const body = { url: 'http://hooks.example.com/in', name: 'Receipts', secret, eventTypes: ['message.sent'] }
    const { id } = await client.endpoint.create({ params, body })
    const registration = { ...params, endpoint_id: id }
    const change = { url: 'https://hooks.example.com/in', eventTypes: ['message.sent', 'message.read'] }
    await client.endpoint.patch({ params: registration, body: change })
    expect(await client.endpoint.get({ params: registration })).toMatchObject({ ...change, name: 'Receipts' })
    expect(await client.endpoint.getSecret({ params: registration })).toMatchObject({ key: secret })
  })

  it('S2:37 only the events that are ticked are forwarded', async () => {
    const desk = await space()
    const receiver = await startReceiver()
    const body = { url: receiver.url, secret, eventTypes: ['message.sent'] }
    await desk.client.endpoint.create({ params: desk.params, body })
    await receipt(desk, 'delivered')
    await receipt(desk, 'sent')
    await receipt(desk, 'read')
    await server.engine.idle()
    expect(receiver.received.map((one) => bodyOf(one)['name'])).toEqual(['message.sent'])
  })

  it('S2:37 what can be ticked is listed, in the categories of the vendor', async () => {
    const { client } = await space()
    const { data } = await client.eventType.list({ query: { limit: 250 } })
    expect(data.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['message.sent', 'message.inbound', 'profile.update', 'conversationMessage.read']),
    )
    expect(data.find(({ name }) => name === 'message.sent')).toMatchObject({ category: 'Message events' })
  })

  it('S2:46 the secret can be any phrase', async () => {
    const desk = await space()
    const phrases = [secret, 'correct horse battery staple', '"quotes" and \\ backslashes', '0123456789abcdef']
    for (const phrase of phrases) {
      const receiver = await startReceiver()
      await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret: phrase } })
      await receipt(desk, 'sent')
      await server.engine.idle()
      const [one] = receiver.received
      expect(hashOf(one!), phrase).toBe(hmac(one!.body, phrase))
    }
  })

  it('S2:16 an address that is not public is refused, with the reason', async () => {
    const { client, params } = await space()
    for (const url of ['http://10.0.0.1/webhook', 'http://[::1]/webhook', 'http://169.254.169.254/webhook'])
      await expect(client.endpoint.create({ params, body: { url, secret } }), url).rejects.toMatchObject({
        status: 422,
        message: expect.stringMatching(/^url: .* address/),
      })
  })
})

describe('what is forwarded', () => {
  it('S2:44 an event is one JSON object with everything that the vendor says about it', async () => {
    const desk = await space()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    const { sample } = await desk.client.eventType.get({ params: { event_type_name: 'message.read' } })
    const etag = '"1c-Yd2Kx9PzTn4uBv6GhCwJe1MoLsI"'
    const { id } = await desk.client.message.create({
      params: desk.params,
      body: {
        eventType: 'message.read',
        payload: { ...sample },
        params: { revision: '3', etag },
        occurredAt: '2026-03-02T09:26:14.798Z',
      },
    })
    await server.engine.idle()
    const [one] = receiver.received
    expect(one?.headers['content-type']).toBe('application/json')
    const members = ['eventId', 'accountId', 'apiSpaceId', 'name', 'payload', 'revision', 'etag', 'timestamp']
    expect(Object.keys(bodyOf(one!))).toEqual(members)
    expect(bodyOf(one!)).toEqual({
      eventId: idToUuid(id),
      accountId: 40_123,
      apiSpaceId,
      name: 'message.read',
      payload: sample,
      revision: 3,
      etag,
      timestamp: '2026-03-02T09:26:14.798Z',
    })
    // The id in the body is the one to look for in the log.
    const query = { request_id: String(bodyOf(one!)['eventId']) }
    expect((await desk.client.log.list({ params: desk.params, query })).data).toMatchObject([{ msgId: id, code: 200 }])
  })

  it('S2:44 revision and etag are left out of events that have none', async () => {
    const desk = await space()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    const body = { eventType: 'message.inbound', payload: { id: messageId, text: 'YES' } }
    await desk.client.message.create({ params: desk.params, body })
    await server.engine.idle()
    const members = ['eventId', 'accountId', 'apiSpaceId', 'name', 'payload', 'timestamp']
    expect(Object.keys(bodyOf(receiver.received[0]!))).toEqual(members)
  })

  it('S2:44 an event of an API Space that nobody named is refused, with what is missing', async () => {
    const desk = await space({ accountId })
    const { client, params } = desk
    await client.endpoint.create({ params, body: { url: 'https://hooks.example.com/in', secret } })
    await expect(receipt(desk, 'sent')).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('needs a value for the parameter apiSpaceId'),
    })
    // Account and API Space belong to the application, or to an endpoint, or come along with a message.
    await receipt(desk, 'sent', { apiSpaceId })
    await client.application.patch({ params, body: { params: { accountId, apiSpaceId } } })
    await receipt(desk, 'sent')
  })

  it('a mock and a test of an API Space that nobody named are refused as its events are', async () => {
    const desk = await space({ accountId })
    const { client, params } = desk
    const receiver = await startReceiver()
    const { id: endpoint_id } = await client.endpoint.create({ params, body: { url: receiver.url, secret } })
    const one = { params: { ...params, endpoint_id } }
    const refusal = {
      status: 422,
      message: expect.stringContaining('needs a value for the parameter apiSpaceId'),
    }
    await expect(client.endpoint.test(one)).rejects.toMatchObject(refusal)
    await expect(client.endpoint.mock({ ...one, body: { eventType: 'message.sent' } })).rejects.toMatchObject(refusal)
    // The pre-flight itself sends a request without a body.
    const events = () => receiver.received.filter(({ body }) => body !== '')
    expect(events()).toEqual([])
    await client.application.patch({ params, body: { params: { accountId: Number(accountId), apiSpaceId } } })
    expect(await client.endpoint.test(one)).toMatchObject({ ok: true })
    await client.endpoint.mock({ ...one, body: { eventType: 'message.sent', params: { revision: 3 } } })
    expect(events().map((two) => bodyOf(two)['accountId'])).toEqual([40_123, 40_123])
    expect(bodyOf(events()[1]!)['revision']).toBe(3)
  })

  it('S2:44 a payload with a wrong type is refused in a mock, with the place', async () => {
    const desk = await space()
    const body = { url: 'https://hooks.example.com/in', secret }
    const { id: endpoint_id } = await desk.client.endpoint.create({ params: desk.params, body })
    const { sample } = await desk.client.eventType.get({ params: { event_type_name: 'message.sent' } })
    const mock = desk.client.endpoint.mock({
      params: { ...desk.params, endpoint_id },
      body: { eventType: 'message.sent', payload: { ...sample, status: 'lost', updatedOn: 'yesterday' } },
    })
    const detail = [
      expect.objectContaining({ loc: ['body', 'payload', 'status'] }),
      expect.objectContaining({ loc: ['body', 'payload', 'updatedOn'] }),
    ]
    await expect(mock).rejects.toMatchObject({ status: 422, body: { detail } })
  })

  it('S2:P a batch of events is an array that verifies as a whole', async () => {
    const desk = await space()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    await receipt(desk, 'sent')
    await receipt(desk, 'delivered')
    await server.engine.idle()
    const body = `[${receiver.received.map((one) => one.body).join(',')}]`
    const headers = { 'X-Comapi-Signature': hmac(body) }
    const result = await verify({ headers, body }, { dialect: 'comapi', secret })
    if (!result.ok) throw new Error(result.message)
    const types = result.messages.map(({ type }) => type)
    expect(types).toHaveLength(2)
    expect(new Set(types)).toEqual(new Set(['message.sent', 'message.delivered']))
  })
})

describe('the hash', () => {
  it('S2:13 the secret is the key of an HMAC-SHA1 over what is forwarded', async () => {
    const desk = await space()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    await receipt(desk, 'sent')
    await server.engine.idle()
    const [one] = receiver.received
    expect(hashOf(one!)).toMatch(/^[0-9a-f]{40}$/)
    expect(hashOf(one!)).toBe(hmac(one!.body))
  })

  it('S2:41 the hash is over the bytes of the body, whatever letters and spaces are in them', async () => {
    const desk = await space()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    const payload = '{ "id": "x",   "text": "Zoë 😀 \\u00e9", "n": 1.0, "big": 12345678901234567890 }'
    const sent = await request(server.url, 'POST', `/api/v1/app/${desk.params.app_id}/msg`, {
      token: desk.bearer,
      body: `{"eventType":"message.inbound","payload":${payload}}`,
    })
    expect(sent.status).toBe(202)
    await server.engine.idle()
    const [one] = receiver.received
    expect(one?.body).toContain(`"payload":${payload}`)
    expect(hashOf(one!)).toBe(hmac(one!.body))
    // Who parses and prints before hashing gets another hash.
    expect(hmac(JSON.stringify(bodyOf(one!)))).not.toBe(hashOf(one!))
  })

  it('S2:14 the hash is in X-Comapi-Signature, and a receiver with the same secret verifies it', async ({ skip }) => {
    const reason = missing('ruby')
    if (reason !== null) skip(reason)
    const desk = await space()
    const ruby = await startRuby()
    await desk.client.endpoint.create({ params: desk.params, body: { url: ruby.url, secret } })
    await receipt(desk, 'sent')
    await server.engine.idle()
    expect(await ruby.requests(1)).toEqual([{ verb: 'POST', status: 200, encoding: 'UTF-8', name: 'message.sent' }])
    const { data } = await desk.client.log.list({ params: desk.params })
    expect(data).toMatchObject([{ result: 'success', code: 200 }])
    const [attempt] = (await desk.client.attempt.listByMessage({ params: { ...desk.params, msg_id: data[0]!.msgId } }))
      .data
    expect(attempt).toMatchObject({ response: 'Data accepted' })
    expect(attempt?.request?.headers.map(([name]) => name)).toContain('X-Comapi-Signature')
  })

  it('S2:15 a hash that does not match is answered with 401, and the sender sees that', async ({ skip }) => {
    const reason = missing('ruby')
    if (reason !== null) skip(reason)
    const desk = await space()
    const ruby = await startRuby('another phrase of theirs')
    await desk.client.endpoint.create({ params: desk.params, body: { url: ruby.url, secret } })
    await receipt(desk, 'sent')
    await server.engine.idle()
    expect(await ruby.requests(1)).toMatchObject([{ status: 401, name: null }])
    const { data } = await desk.client.log.list({ params: desk.params, query: { code: '401' } })
    expect(data).toMatchObject([{ result: 'failed', nextAttempt: expect.any(String) }])
  })

  it('S2:48 what was tampered with on the way, or has no hash, is answered with 401', async ({ skip }) => {
    const reason = missing('ruby')
    if (reason !== null) skip(reason)
    const desk = await space()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    await receipt(desk, 'sent')
    await server.engine.idle()
    const [one] = receiver.received
    const ruby = await startRuby()
    const post = async (body: string, headers: Record<string, string>) =>
      (await fetch(ruby.url, { method: 'POST', body, headers })).status
    const hash = { 'X-Comapi-Signature': String(hashOf(one!)) }
    expect(await post(one!.body, hash)).toBe(200)
    expect(await post(one!.body.replace('447700900123', '447700900666'), hash)).toBe(401)
    expect(await post(`${one!.body} `, hash)).toBe(401)
    expect(await post(one!.body, {})).toBe(401)
    expect((await ruby.requests(4)).map(({ name }) => name)).toEqual(['message.sent', null, null, null])
  })

  it('S2:48 our own receiver answers the same, with the reason for its developer', async () => {
    const desk = await space()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    await receipt(desk, 'sent')
    await server.engine.idle()
    const { headers, body } = receiver.received[0]!
    const check = (changed: object, key = secret) =>
      verify({ headers, body, ...changed }, { dialect: 'comapi', secret: key })
    expect(await check({})).toMatchObject({ ok: true, messages: [{ type: 'message.sent' }] })
    const refused = { ok: false, code: 'signature_mismatch', status: 401 }
    expect(await check({ body: body.replace('sms', 'SMS') })).toMatchObject(refused)
    expect(await check({}, 'another phrase of theirs')).toMatchObject(refused)
    expect(await check({ headers: {} })).toMatchObject({ ok: false, code: 'missing_header', status: 401 })
  })
})

describe('reaching the page', () => {
  it('S2:43 a receiver that also serves GET is tested before the first event', async ({ skip }) => {
    const reason = missing('ruby')
    if (reason !== null) skip(reason)
    const { client, params } = await space()
    const ruby = await startRuby()
    expect(await (await fetch(ruby.url)).text()).toContain('The webhook page is up')
    const { id: endpoint_id } = await client.endpoint.create({ params, body: { url: ruby.url, secret } })
    const tested = await client.endpoint.test({ params: { ...params, endpoint_id } })
    expect(tested).toMatchObject({
      ok: true,
      eventType: 'message.sent',
      message: { response: { status: 200, body: 'Data accepted' } },
    })
    expect(tested.steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['address', true],
      ['dns', null],
      ['connect', true],
      ['tls', null],
      ['redirect', true],
    ])
    expect((await ruby.requests(3)).map(({ verb }) => verb)).toEqual(['GET', 'HEAD', 'POST'])
    expect((await client.log.list({ params })).data).toEqual([])
  })

  it('S2:43 a receiver needs no more than POST', async () => {
    const { client, params } = await space()
    const receiver = await startReceiver()
    receiver.answer = { status: 200, body: '' }
    const { id: endpoint_id } = await client.endpoint.create({ params, body: { url: receiver.url, secret } })
    // Its answer to HEAD is taken for what it is, and the message decides.
    expect(await client.endpoint.test({ params: { ...params, endpoint_id } })).toMatchObject({ ok: true })
  })

  it('S2:18 a page that is not there is told before the first event', async () => {
    const { client, params } = await space()
    const body = { url: 'http://127.0.0.1:9/webhook', secret }
    const { id: endpoint_id } = await client.endpoint.create({ params, body })
    const tested = await client.endpoint.test({ params: { ...params, endpoint_id } })
    expect(tested).toMatchObject({ ok: false, message: null })
    expect(tested.steps.find(({ ok }) => ok === false)).toMatchObject({ step: 'connect' })
  })

  it('S2:33 events are forwarded to addresses of both kinds, http and https', async () => {
    const { client, params } = await space()
    for (const url of ['http://hooks.example.com/in', 'https://hooks.example.com/in'])
      expect(await client.endpoint.create({ params, body: { url, secret } })).toMatchObject({ url })
    const { policy } = await client.preset.get({ params: { preset_name: 'comapi' } })
    expect(policy.httpsOnly).toBe(false)
    // Encryption is recommended where the address has none.
    const receiver = await startReceiver()
    const { id: endpoint_id } = await client.endpoint.create({ params, body: { url: receiver.url, secret } })
    const { steps } = await client.endpoint.test({ params: { ...params, endpoint_id } })
    expect(steps.find(({ step }) => step === 'tls')?.message).toContain('use https:')
  })

  it('S2:34 a certificate has to be valid for the address, and from an authority that is known', async ({ skip }) => {
    const reason = missing('openssl', 'version')
    if (reason !== null) skip(reason)
    const authority = makeCertificate({ names: 'DNS:authority.test', isAuthority: true })
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-comapi-'))
    const extraCa = join(folder, 'authority.pem')
    writeFileSync(extraCa, authority.cert)
    const trusting = await startTestServer({ POSTHORN_EXTRA_CA: extraCa })
    onTestFinished(async () => {
      await trusting.close()
      rmSync(folder, { recursive: true })
    })
    const desk = await space(undefined, trusting)
    const { client, params } = desk
    const certificates = {
      good: makeCertificate({ names: 'IP:127.0.0.1', signedBy: authority }),
      elsewhere: makeCertificate({ names: 'DNS:elsewhere.test', signedBy: authority }),
      homemade: makeCertificate({ names: 'IP:127.0.0.1' }),
    }
    const outcomes = new Map<string, unknown>()
    for (const [name, certificate] of Object.entries(certificates)) {
      const receiver = await startWireReceiver({ key: certificate.key, certificate: certificate.cert })
      const body = { url: receiver.origin, secret, name }
      const { id: endpoint_id } = await client.endpoint.create({ params, body })
      const { ok, steps } = await client.endpoint.test({ params: { ...params, endpoint_id } })
      const methods = receiver.arrivals.map(({ method }) => method)
      outcomes.set(name, [ok, steps.find(({ step }) => step === 'tls')?.ok, methods])
    }
    // HEAD, then the test message: nothing is sent to who cannot prove to be the one that was meant.
    expect(Object.fromEntries(outcomes)).toEqual({
      good: [true, true, ['HEAD', 'POST']],
      elsewhere: [false, false, []],
      homemade: [false, false, []],
    })
    await receipt(desk, 'sent')
    await trusting.engine.idle()
    const { data } = await client.log.list({ params, query: { status: 'success' } })
    expect(data).toHaveLength(1)
    expect((await client.log.list({ params, query: { code: '0' } })).data).toHaveLength(2)
  })
})

describe('order', () => {
  it('S2:50 receipts that overtook each other are told apart by revision, and the obsolete ones are recognised', async () => {
    const desk = await space()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    // The receiver was busy for a moment, and the last one arrived first.
    for (const [status, revision] of [
      ['read', '3'],
      ['sent', '1'],
      ['delivered', '2'],
    ] as const) {
      await receipt(desk, status, { revision })
      await server.engine.idle()
    }
    const { definition } = await desk.client.dialect.get({ params: { dialect_name: 'comapi' } })
    expect(definition['receive']).toMatchObject({ revision: 'param.revision' })
    const newest = new Map<string, bigint>()
    const obsolete: string[] = []
    for (const { headers, body } of receiver.received) {
      const result = await verify({ headers, body }, { dialect: 'comapi', secret })
      if (!result.ok) throw new Error(result.message)
      for (const { type = '', payload, params } of result.messages) {
        const { id } = payload as { id: string }
        const revision = BigInt(params['revision'] ?? '0')
        if (revision < (newest.get(id) ?? 0n)) obsolete.push(type)
        else newest.set(id, revision)
      }
    }
    expect(obsolete).toEqual(['message.sent', 'message.delivered'])
    expect(newest).toEqual(new Map([[messageId, 3n]]))
  })

  it('S2:50 the dialect says which thing an event is about, so that a receiver can compare revisions of it', async () => {
    const { client } = await space()
    const { definition } = await client.dialect.get({ params: { dialect_name: 'comapi' } })
    expect(definition['receive']).toMatchObject({ entity: 'id', revision: 'param.revision' })
  })

  it('S2:51 in the examples a later status of a message has a higher revision', async () => {
    const { client } = await space()
    const { eventTypes } = await client.preset.get({ params: { preset_name: 'comapi' } })
    const revisions = ['message.sent', 'message.delivered', 'message.read'].map((name) =>
      Number(eventTypes.find((type) => type.name === name)?.params['revision']),
    )
    expect(revisions).toEqual([1, 2, 3])
    const page = await client.preset.document({ params: { preset_name: 'comapi' } })
    expect(page).toContain('Events can overtake each other: one with a lower number is stale.')
  })
})

describe('what happens to what was not taken', () => {
  const attempts = async ({ client, params }: Space) =>
    (await client.log.list({ params, query: { order: 'ascending' } })).data

  it('S2:P a 400 is never tried again', async () => {
    const desk = await space()
    const receiver = await startReceiver()
    receiver.answer = { status: 400, body: 'Bad request - No JSON body found!' }
    const body = { url: receiver.url, secret, retrySchedule: [1, 1] }
    await desk.client.endpoint.create({ params: desk.params, body })
    await receipt(desk, 'sent')
    await server.engine.idle()
    expect(await attempts(desk)).toMatchObject([{ code: 400, result: 'exhausted', nextAttempt: null }])
  })

  it('S2:P other codes and broken connections are tried again', async () => {
    const desk = await space()
    const codes = [401, 404, 500]
    const receivers = await Promise.all(codes.map(startReceiver))
    for (const [index, receiver] of receivers.entries()) {
      receiver.answer = { status: codes[index]!, body: '' }
      await desk.client.endpoint.create({
        params: desk.params,
        body: { url: receiver.url, secret, retrySchedule: [1] },
      })
    }
    const body = { url: 'http://127.0.0.1:9/', secret, retrySchedule: [1] }
    await desk.client.endpoint.create({ params: desk.params, body })
    await receipt(desk, 'sent')
    await expect.poll(() => attempts(desk)).toHaveLength(8)
    for (const { received } of receivers) expect(received).toHaveLength(2)
  })

  it('S2:P the schedule has seventeen waits, from five seconds to four hours, and an endpoint keeps to it', async () => {
    const desk = await space()
    const { policy } = await desk.client.preset.get({ params: { preset_name: 'comapi' } })
    const [minute, hour] = [60, 3600]
    const minutes = [1, 2, 5, 10, 15, 30].map((count) => count * minute)
    const hours = [1, 2, 4, 4, 4, 4, 4].map((count) => count * hour)
    expect(policy.retrySchedule).toEqual([5, 5, 30, 30, ...minutes, ...hours])
    expect(policy).toMatchObject({ terminalCodes: [400], timeoutSeconds: 10, minSecretLength: 16 })
    const receiver = await startReceiver()
    receiver.answer = { status: 500, body: '' }
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    await receipt(desk, 'sent')
    await server.engine.idle()
    const [first] = await attempts(desk)
    const wait = Date.parse(first!.nextAttempt!) - Date.parse(first!.timestamp)
    expect(wait).toBeGreaterThan(3_500)
    // A busy machine adds to it. The next longer wait is half a minute.
    expect(wait).toBeLessThan(20_000)
  })
})

describe('the documentation', () => {
  it('S2:52 the whole of it is a page that is made of the same data', async () => {
    const { client } = await space()
    const page = await client.preset.document({ params: { preset_name: 'comapi' } })
    for (const text of ['X-Comapi-Signature', 'HMAC-SHA1', '`message.sent`', '#### Ruby', '`401`', 'Data accepted'])
      expect(page).toContain(text)
    expect(page).toContain('**webhook registration**')
    expect(page).toContain('at least 16 characters')
  })

  it("S2:47 the page's code for Ruby verifies what was forwarded, and refuses what was changed", async ({ skip }) => {
    const reason = missing('ruby')
    if (reason !== null) skip(reason)
    const desk = await space()
    const receiver = await startReceiver()
    await desk.client.endpoint.create({ params: desk.params, body: { url: receiver.url, secret } })
    await receipt(desk, 'sent')
    await server.engine.idle()
    const [one] = receiver.received
    const page = await desk.client.preset.document({ params: { preset_name: 'comapi' } })
    const code = /^```ruby\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? ''
    const entry = /^def (\w+)\(headers/m.exec(code)?.[1] ?? ''
    const job = (body: string, key = secret) => ({
      name: 'comapi',
      code,
      entry,
      arguments: {
        headers: { 'X-Comapi-Signature': String(hashOf(one!)) },
        body: Buffer.from(body).toString('base64'),
        secrets: [key],
      },
    })
    const answers = runSnippets('ruby', [
      job(one!.body),
      job(one!.body.replace('sms', 'SMS')),
      job(one!.body, 'another phrase of theirs'),
    ])
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false])
    expect(answers[0]?.result).toEqual(bodyOf(one!))
  })
})
