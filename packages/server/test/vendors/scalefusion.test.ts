import { spawn } from 'node:child_process'
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createClient, type Client, type LogEntry } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { missing } from '../../../wire/test/installed.ts'
import type { RunningServer } from '../../src/index.ts'
import { request, token } from '../support.ts'
import { refusalOf } from './refusal.ts'
import { startTrustingServer, type TrustingServer } from './trusting-server.ts'
import { startWireReceiver, type Arrival, type WireReceiver } from './wire-receiver.ts'

// What Scalefusion's document says (seed 000; S0:41 is its line 41), through the API. docs/vendors/scalefusion.md is the table.

const DAY_MS = 86_400_000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

let server: RunningServer
/** Trusted, but it ran out the day before yesterday. */
let expired: TrustingServer['certificate']
let count = 0

beforeAll(async () => {
  ;({ server, certificate: expired } = await startTrustingServer(Date.now() - 399 * DAY_MS))
})
afterAll(() => server.close())

/** A customer of the vendor, who has the plan and a device. */
interface Account {
  readonly org: string
  readonly bearer: string
  readonly client: Client
  readonly app: { readonly app_id: string }
}

interface Configured extends Account {
  readonly endpoint: { readonly app_id: string; readonly endpoint_id: string }
  readonly receiver: WireReceiver
}

async function newAccount(): Promise<Account> {
  const org = `org_scalefusion${++count}`
  const bearer = await token({ subject: org })
  const client = createClient({ url: server.url, token: bearer })
  const facts = { plan: 'Enterprise 2023', enrolledDevices: 1 }
  const { id: app_id } = await client.application.create({ body: { name: 'Acme', facts } })
  await client.preset.apply({ params: { app_id }, body: { name: 'scalefusion' } })
  return { org, bearer, client, app: { app_id } }
}

const secret = 'MySharedSecret'

/** With a configuration that is saved and activated, and subscribed to these events. */
async function newConfigured(...eventTypes: string[]): Promise<Configured> {
  const account = await newAccount()
  const { client, app } = account
  const receiver = await startWireReceiver()
  const { id } = await client.endpoint.create({ params: app, body: { url: `${receiver.origin}/payload`, secret } })
  const endpoint = { ...app, endpoint_id: id }
  await client.endpoint.activate({ params: endpoint })
  if (eventTypes.length > 0) await client.endpoint.patch({ params: endpoint, body: { eventTypes } })
  return { ...account, endpoint, receiver }
}

/** Something happened to a device, and every request that follows from it is over. */
async function happen({ client, app }: Account, eventType: string, device = 'Scanner 12'): Promise<string> {
  const body = { eventType, platform: 'Android', payload: { devices: [{ name: device }] } }
  const { id } = await client.message.create({ params: app, body })
  await server.engine.idle()
  return id
}

interface Body {
  readonly id: string
  readonly event: string
  readonly data: { readonly devices: readonly { readonly name: string }[] }
}

const bodyOf = ({ body }: Arrival): Body => JSON.parse(body.toString('utf8')) as Body

/** What a receiver does with the shared secret. */
function signatureHolds({ headers, body }: Arrival, key = secret): boolean {
  const given = Buffer.from(String(headers['x-sf-signature']))
  const expected = Buffer.from(createHmac('sha256', key).update(body).digest('hex'))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

describe('how it works', () => {
  it('S0:14 each event is one POST with its data, to the URL that was set', async () => {
    const configured = await newConfigured('device.enrolled')
    const { receiver } = configured
    await happen(configured, 'device.enrolled', 'Scanner 12')
    await happen(configured, 'device.enrolled', 'Scanner 13')
    expect(receiver.arrivals.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'POST /payload',
      'POST /payload',
    ])
    expect(receiver.arrivals.map(bodyOf)).toEqual([
      expect.objectContaining({ event: 'device.enrolled', data: { devices: [{ name: 'Scanner 12' }] } }),
      expect.objectContaining({ event: 'device.enrolled', data: { devices: [{ name: 'Scanner 13' }] } }),
    ])
  })

  it('S0:14 a URL that is not public is refused', async () => {
    const { client, app } = await newAccount()
    for (const host of ['10.1.2.3', '192.168.0.7', '169.254.169.254', '[fd00::1]']) {
      const { status, message } = await refusalOf(
        client.endpoint.create({ params: app, body: { url: `http://${host}/payload` } }),
      )
      expect(status, host).toBe(422)
      expect(message, host).toMatch(/^url: /)
    }
  })
})

describe('before it can be used', () => {
  it('S0:19 there is no configuration without a URL', async () => {
    const { client, app } = await newAccount()
    for (const url of ['', 'hooks.example.com', 'ftp://hooks.example.com/'])
      expect((await refusalOf(client.endpoint.create({ params: app, body: { url } }))).message, url).toMatch(/^url: /)
    expect((await client.endpoint.list({ params: app })).data).toEqual([])
  })

  it('S0:20 a secret key is generated when none is given, and it signs', async () => {
    const account = await newAccount()
    const { client, app } = account
    const receiver = await startWireReceiver()
    const { id, signed } = await client.endpoint.create({ params: app, body: { url: receiver.origin } })
    expect(signed).toBe(true)
    const endpoint = { ...app, endpoint_id: id }
    const { key } = await client.endpoint.getSecret({ params: endpoint })
    expect(key).toMatch(/^.{20,}$/)
    await client.endpoint.activate({ params: endpoint })
    await client.endpoint.patch({ params: endpoint, body: { eventTypes: ['device.locked'] } })
    await happen(account, 'device.locked')
    expect(receiver.arrivals.map((arrival) => signatureHolds(arrival, key!))).toEqual([true])
  })

  it('S0:21 who may only read sees configuration and logs and changes nothing', async () => {
    const { client, org, app, endpoint } = await newConfigured('device.locked')
    const as = async (...scopes: ('integrations:read' | 'integrations:write')[]) =>
      createClient({ url: server.url, token: await token({ subject: app.app_id, org, scopes }) })
    const before = await client.endpoint.get({ params: endpoint })

    const reader = await as('integrations:read')
    expect(await reader.endpoint.get({ params: endpoint })).toEqual(before)
    expect(await reader.log.summary({ params: app })).toEqual({ total: 0, success: 0, failed: 0 })
    const url = 'https://hooks.example.com/in'
    const forbidden: readonly (() => Promise<unknown>)[] = [
      () => reader.endpoint.create({ params: app, body: { url } }),
      () => reader.endpoint.patch({ params: endpoint, body: { url } }),
      () => reader.endpoint.patch({ params: endpoint, body: { eventTypes: [] } }),
      () => reader.endpoint.activate({ params: endpoint }),
      () => reader.endpoint.deactivate({ params: endpoint }),
      () => reader.endpoint.rotateSecret({ params: endpoint }),
      () => reader.endpoint.getSecret({ params: endpoint }),
      () => reader.endpoint.mock({ params: endpoint, body: { eventType: 'device.locked' } }),
      () => reader.endpoint.delete({ params: endpoint }),
    ]
    for (const call of forbidden) expect(await refusalOf(call())).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await client.endpoint.get({ params: endpoint })).toEqual(before)

    const writer = await as('integrations:read', 'integrations:write')
    expect(await writer.endpoint.patch({ params: endpoint, body: { eventTypes: [] } })).toMatchObject({
      eventTypes: [],
    })
  })
})

describe('step 1: activate', () => {
  it('S0:26 URL and secret key are entered and saved, and the key is kept as it was typed', async () => {
    const { client, endpoint, receiver } = await newConfigured()
    expect(await client.endpoint.get({ params: endpoint })).toMatchObject({ url: `${receiver.origin}/payload` })
    expect(await client.endpoint.getSecret({ params: endpoint })).toMatchObject({ key: secret })
  })

  it('S0:29 what is saved is off and delivers nothing until it is activated', async () => {
    const account = await newAccount()
    const { client, app } = account
    const receiver = await startWireReceiver()
    const { id, disabled } = await client.endpoint.create({ params: app, body: { url: receiver.origin } })
    expect(disabled).toBe(true)
    await happen(account, 'device.locked')
    const endpoint = { ...app, endpoint_id: id }
    expect(await client.endpoint.activate({ params: endpoint })).toMatchObject({ disabled: false })
    await client.endpoint.patch({ params: endpoint, body: { eventTypes: ['device.locked'] } })
    // What happened before is not made up for.
    await server.engine.idle()
    expect(receiver.arrivals).toEqual([])
    await happen(account, 'device.locked')
    expect(receiver.arrivals.map(bodyOf)).toEqual([expect.objectContaining({ event: 'device.locked' })])
  })
})

// The seed's table (S0:91 to 105), a letter a platform in the order of its columns. Names on the wire are the preset's.
const platforms = ['Android', 'iOS', 'macOS', 'Windows', 'Linux']
const matrix: Readonly<Record<string, readonly [title: string, exists: string]>> = {
  'device.enrolled': ['Device Enrolled', 'Y Y Y Y Y'],
  'device.activated': ['Device Activated', 'Y N N N N'],
  'device.unenrolled': ['Device Unenrolled', 'N N Y Y N'],
  'device.deleted': ['Device Deleted', 'Y Y Y Y Y'],
  'device.unlocked': ['Device Unlocked', 'Y Y Y N Y'],
  'device.locked': ['Device Locked', 'Y Y Y N Y'],
  'device.lost': ['Device Lost', 'Y Y N Y N'],
  'device.found': ['Device Found', 'Y Y N Y N'],
  'device.user_signed_in': ['Device User Signed In', 'Y N Y Y N'],
  'device.user_signed_out': ['Device User Signed Out', 'Y N Y Y N'],
  'device.shutdown': ['Device Shutdown', 'Y Y Y Y Y'],
  'device.reboot': ['Device Reboot', 'Y Y Y Y Y'],
  'device.custom_properties_updated': ['Device Custom Properties Updated', 'Y Y Y Y Y'],
  'device.sim_swap': ['Device Sim Swap', 'Y N N N N'],
}
const listed = (supported: readonly string[] | null) =>
  platforms.map((platform) => (supported?.includes(platform) ? 'Y' : 'N')).join(' ')

describe('step 2: subscribe', () => {
  it('S0:31 the events are listed in three categories, each with the platforms that it exists on', async () => {
    const { client } = await newAccount()
    const { data } = await client.eventType.list({ query: { limit: 250 } })
    expect(new Set(data.map(({ category }) => category))).toEqual(
      new Set(['Enrollment Events', 'Management Events', 'Device Update Events']),
    )
    const { eventTypes, platforms: columns } = await client.preset.get({ params: { preset_name: 'scalefusion' } })
    expect(columns).toEqual(platforms)
    for (const list of [data, eventTypes])
      expect(
        Object.fromEntries(list.map(({ name, title, platforms: exists }) => [name, [title, listed(exists)]])),
      ).toEqual(matrix)
  })

  it('S0:36 an event that is selected shows its sample payload, which is what its mock sends', async () => {
    const { client, endpoint, receiver } = await newConfigured()
    const preset = await client.preset.get({ params: { preset_name: 'scalefusion' } })
    for (const name of Object.keys(matrix)) {
      const { sample } = await client.eventType.get({ params: { event_type_name: name } })
      expect(sample?.['devices'], name).toContainEqual(expect.objectContaining({ serial_no: expect.any(String) }))
      expect(preset.eventTypes.find((type) => type.name === name)?.sample, name).toEqual(sample)
      await client.endpoint.mock({ params: endpoint, body: { eventType: name } })
      expect(bodyOf(receiver.arrivals.at(-1)!)).toMatchObject({ event: name, data: sample })
    }
  })

  it('S0:36 the body is JSON and says so: application/json', async () => {
    const configured = await newConfigured('device.locked')
    await happen(configured, 'device.locked')
    const [arrival] = configured.receiver.arrivals
    expect(arrival!.headers['content-type']).toBe('application/json')
    expect(bodyOf(arrival!)).toEqual({
      id: expect.stringMatching(uuid),
      event: 'device.locked',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      data: { devices: [{ name: 'Scanner 12' }] },
    })
  })

  it('S0:37 a mock before subscribing answers code and body of the receiver, and is in neither log nor totals', async () => {
    const { client, app, endpoint, receiver } = await newConfigured()
    receiver.answer = () => ({ status: 418, body: 'short and stout' })
    const result = await client.endpoint.mock({ params: endpoint, body: { eventType: 'device.lost' } })
    expect(result).toMatchObject({ response: { status: 418, body: 'short and stout' }, error: null })
    // As it would really come, signature included.
    expect(receiver.arrivals.map((arrival) => signatureHolds(arrival))).toEqual([true])
    expect(result.request.body).toBe(receiver.arrivals[0]!.body.toString('utf8'))
    expect((await client.log.list({ params: app })).data).toEqual([])
    expect(await client.log.summary({ params: app })).toEqual({ total: 0, success: 0, failed: 0 })
    expect((await client.message.list({ params: app })).data).toEqual([])
    expect((await client.endpoint.get({ params: endpoint })).eventTypes).toEqual([])
  })

  it('S0:38 subscribing to an event delivers it and no other, and the endpoint shows which are subscribed', async () => {
    const configured = await newConfigured()
    const { client, endpoint, receiver } = configured
    await happen(configured, 'device.locked')
    expect(receiver.arrivals).toEqual([])
    await client.endpoint.patch({ params: endpoint, body: { eventTypes: ['device.locked'] } })
    expect((await client.endpoint.get({ params: endpoint })).eventTypes).toEqual(['device.locked'])
    await happen(configured, 'device.unlocked')
    await happen(configured, 'device.locked')
    expect(receiver.arrivals.map((arrival) => bodyOf(arrival).event)).toEqual(['device.locked'])
  })

  it('S0:40 unsubscribing stops an event at once, and only that one', async () => {
    const configured = await newConfigured('device.locked', 'device.lost')
    const { client, endpoint, receiver } = configured
    await happen(configured, 'device.locked')
    await client.endpoint.patch({ params: endpoint, body: { eventTypes: ['device.lost'] } })
    await happen(configured, 'device.locked')
    await happen(configured, 'device.lost')
    await client.endpoint.patch({ params: endpoint, body: { eventTypes: [] } })
    await happen(configured, 'device.lost')
    expect(receiver.arrivals.map((arrival) => bodyOf(arrival).event)).toEqual(['device.locked', 'device.lost'])
  })
})

describe('validating the payload', () => {
  it('S0:42 X-SF-Signature is HMAC-SHA256 of the exact body under the secret, in hex', async () => {
    const configured = await newConfigured('device.enrolled')
    const { bearer, app, receiver } = configured
    // Bytes that would not survive being parsed and printed again.
    const payload = '{"devices": [{"name":"Zo\\u00eb \\/ 😀",  "weight": 2432232314.10, "tags": [ ]}]}'
    const { status } = await request(server.url, 'POST', `/api/v1/app/${app.app_id}/msg`, {
      token: bearer,
      body: `{"eventType":"device.enrolled","platform":"iOS","payload":${payload}}`,
    })
    expect(status).toBe(202)
    await server.engine.idle()
    const [arrival] = receiver.arrivals
    expect(arrival!.body.toString('utf8')).toContain(payload)
    expect(arrival!.headers['x-sf-signature']).toMatch(/^[0-9a-f]{64}$/)
    expect(signatureHolds(arrival!)).toBe(true)
    expect(signatureHolds(arrival!, 'AnotherSecret')).toBe(false)
    expect(signatureHolds({ ...arrival!, body: Buffer.concat([arrival!.body, Buffer.from('\n')]) })).toBe(false)
  })

  it('S0:64 a receiver in Ruby takes what fits its secret, and answers 406 "Signatures mismatch!!" to the rest', async ({
    skip,
  }) => {
    const lacking = missing('ruby')
    if (lacking !== null) skip(lacking)
    const configured = await newConfigured('device.enrolled')
    const { client, endpoint, app } = configured
    const { port, nextLine } = await startRuby()
    await client.endpoint.patch({ params: endpoint, body: { url: `http://127.0.0.1:${port}/payload` } })

    const taken = await happen(configured, 'device.enrolled', 'Zoë’s phone')
    expect(JSON.parse(await nextLine())).toMatchObject({ data: { devices: [{ name: 'Zoë’s phone' }] } })
    await client.endpoint.rotateSecret({ params: endpoint, body: { key: 'AnotherSecret', gracePeriodSeconds: 0 } })
    const refused = await happen(configured, 'device.enrolled')

    const answerTo = async (msg_id: string) => {
      const [attempt] = (await client.attempt.listByMessage({ params: { ...app, msg_id } })).data
      return [attempt!.responseStatusCode, attempt!.response, attempt!.result]
    }
    expect(await answerTo(taken)).toEqual([200, '', 'success'])
    expect(await answerTo(refused)).toEqual([406, 'Signatures mismatch!!', 'exhausted'])
  })
})

/** The vendor's sample, as it is meant, in a process of its own. It prints each payload that it takes. */
async function startRuby(): Promise<{ port: string; nextLine: () => Promise<string> }> {
  const ruby = spawn('ruby', [fileURLToPath(new URL('scalefusion-receiver.rb', import.meta.url))], {
    env: { ...process.env, SCALEFUSION_SECRET_KEY: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void ruby.kill())
  const lines = createInterface(ruby.stdout)[Symbol.asyncIterator]()
  async function nextLine(): Promise<string> {
    const line = await lines.next()
    if (line.done) throw new Error('the receiver has ended')
    return line.value
  }
  return { port: await nextLine(), nextLine }
}

describe('step 3: view logs', () => {
  const entries = async ({ client, app }: Account, query = {}): Promise<LogEntry[]> =>
    (await client.log.list({ params: app, query: { limit: 250, ...query } })).data

  it('S0:76 the summary counts every event that was sent, those that succeeded and those that failed', async () => {
    const configured = await newConfigured('device.locked')
    const { client, app, receiver } = configured
    const summary = () => client.log.summary({ params: app })
    expect(await summary()).toEqual({ total: 0, success: 0, failed: 0 })
    for (const status of [200, 204, 302, 404, 500]) {
      receiver.answer = () => ({ status })
      await happen(configured, 'device.locked')
    }
    expect(await summary()).toEqual({ total: 5, success: 2, failed: 3 })
    // Nobody is subscribed to this one, so it was not sent.
    await happen(configured, 'device.lost')
    expect(await summary()).toEqual({ total: 5, success: 2, failed: 3 })
  })

  it('S0:78 an expired certificate, a wrong address, wrong credentials and an error of the receiver are failures', async () => {
    const configured = await newConfigured('device.locked')
    const { client, app, endpoint, receiver } = configured
    const secure = await startWireReceiver(expired)
    receiver.answer = ({ target, headers }) => {
      if (target !== '/payload') return { status: 404 }
      return { status: headers['authorization'] === 'Bearer right' ? 500 : 401 }
    }
    const sendTo = async (url: string) => {
      await client.endpoint.patch({ params: endpoint, body: { url } })
      await happen(configured, 'device.locked')
    }
    const credentials = (value: string) =>
      client.endpoint.setHeaders({ params: endpoint, body: { headers: { authorization: value } } })
    await sendTo(`${secure.origin}/payload`)
    await sendTo('http://127.0.0.1:9/payload')
    await sendTo(`${receiver.origin}/no-such-path`)
    await credentials('Bearer wrong')
    await sendTo(`${receiver.origin}/payload`)
    await credentials('Bearer right')
    await sendTo(`${receiver.origin}/payload`)

    const rows = await entries(configured, { order: 'ascending' })
    expect(rows.map(({ code, error }) => error?.code ?? code)).toEqual([
      'tls_expired',
      'connection_refused',
      404,
      401,
      500,
    ])
    expect(rows[0]!.error!.message).toContain('certificate')
    expect(secure.arrivals).toEqual([])
    expect(await client.log.summary({ params: app })).toEqual({ total: 5, success: 0, failed: 5 })
    expect(await entries(configured, { status: 'failed' })).toHaveLength(5)
  })

  it('S0:79 start and end date, response code and request id filter the log, alone and in every combination', async () => {
    const configured = await newConfigured('device.locked')
    const { client, app, receiver } = configured
    for (const status of [200, 401, 500, 401, 200]) {
      receiver.answer = () => ({ status })
      await happen(configured, 'device.locked')
    }
    const rows = await entries(configured)
    const [last, , middle, second] = rows
    const filters: { query: Record<string, string>; wanted: (row: LogEntry) => boolean }[] = [
      { query: { after: second!.timestamp }, wanted: ({ timestamp }) => timestamp >= second!.timestamp },
      { query: { before: last!.timestamp }, wanted: ({ timestamp }) => timestamp < last!.timestamp },
      { query: { code: '401' }, wanted: ({ code }) => code === 401 },
      { query: { request_id: second!.requestId }, wanted: ({ requestId }) => requestId === second!.requestId },
      { query: { request_id: middle!.requestId }, wanted: ({ requestId }) => requestId === middle!.requestId },
    ]
    for (let choice = 0; choice < 2 ** filters.length; choice++) {
      const chosen = filters.filter((_, index) => choice & (2 ** index))
      const query: Record<string, string> = Object.assign({}, ...chosen.map((filter) => filter.query))
      // A request can have one id only: of two, the later was asked for.
      const asked = filters.filter(({ query: one }) =>
        Object.entries(one).every(([name, value]) => query[name] === value),
      )
      const wanted = rows.filter((row) => asked.every((filter) => filter.wanted(row)))
      expect(await entries(configured, query), JSON.stringify(query)).toEqual(wanted)
      const success = wanted.filter(({ result }) => result === 'success').length
      expect(await client.log.summary({ params: app, query })).toEqual({
        total: wanted.length,
        success,
        failed: wanted.length - success,
      })
    }
  })

  it('S0:82 the request id is a UUID that the receiver saw, and finds its event', async () => {
    const configured = await newConfigured('device.locked')
    for (const device of ['a', 'b', 'c']) await happen(configured, 'device.locked', device)
    const seen = configured.receiver.arrivals.map((arrival) => bodyOf(arrival).id)
    expect(new Set(seen).size).toBe(3)
    for (const id of seen) {
      expect(id).toMatch(uuid)
      expect((await entries(configured, { request_id: id })).map(({ requestId }) => requestId)).toEqual([id])
    }
    expect(await entries(configured, { request_id: randomUUID() })).toEqual([])
  })

  it('S0:83 a row has event type, request id, response code, and date and time', async () => {
    const configured = await newConfigured('device.locked', 'device.lost')
    const { receiver } = configured
    const before = new Date().toISOString()
    await happen(configured, 'device.locked')
    receiver.answer = () => ({ status: 503 })
    await happen(configured, 'device.lost')
    const after = new Date().toISOString()
    const rows = await entries(configured, { order: 'ascending' })
    const [first, second] = receiver.arrivals.map((arrival) => bodyOf(arrival).id)
    expect(rows).toEqual([
      expect.objectContaining({ eventType: 'device.locked', requestId: first, code: 200 }),
      expect.objectContaining({ eventType: 'device.lost', requestId: second, code: 503 }),
    ])
    for (const { timestamp } of rows) {
      expect(timestamp >= before).toBe(true)
      expect(timestamp <= after).toBe(true)
    }
  })

  it('S0:88 the payload of a row comes when it is asked for, byte for byte', async () => {
    const configured = await newConfigured('device.locked')
    const { bearer, app } = configured
    const payload = '{"devices":[{"name":"Zo\\u00eb",  "weight": 1.10}]}'
    await request(server.url, 'POST', `/api/v1/app/${app.app_id}/msg`, {
      token: bearer,
      body: `{"eventType":"device.locked","payload":${payload}}`,
    })
    await server.engine.idle()
    const [row] = await entries(configured)
    expect(row).not.toHaveProperty('payload')
    const { text } = await request(server.url, 'GET', `/api/v1/app/${app.app_id}/msg/${row!.msgId}`, { token: bearer })
    expect(text).toContain(`"payload":${payload}`)
  })

  it('S0:88 the contents of a request are shown whole, to be copied', async () => {
    const configured = await newConfigured('device.locked')
    const { client, app, receiver } = configured
    await happen(configured, 'device.locked')
    const [row] = await entries(configured)
    const attempt = await client.attempt.get({ params: { ...app, msg_id: row!.msgId, attempt_id: row!.id } })
    expect(attempt.request).toMatchObject({ method: 'POST', body: receiver.arrivals[0]!.body.toString('utf8') })
  })
})

describe('events supported', () => {
  it('S0:91 every cell of the support matrix: sent where the event exists, refused where it does not', async () => {
    const { client, app, receiver } = await newConfigured(...Object.keys(matrix))
    const observed: Record<string, readonly [string, string]> = {}
    for (const [eventType, [title]] of Object.entries(matrix)) {
      const cells: string[] = []
      for (const platform of platforms) {
        const body = { eventType, platform, payload: { devices: [{ name: platform }] } }
        cells.push(
          await client.message.create({ params: app, body }).then(
            () => 'Y',
            (error: unknown) => {
              expect(error).toMatchObject({ status: 422, message: expect.stringContaining(`not exist on ${platform}`) })
              return 'N'
            },
          ),
        )
      }
      observed[eventType] = [title, cells.join(' ')]
    }
    expect(observed).toEqual(matrix)
    await server.engine.idle()
    const arrived: Record<string, readonly [string, string]> = {}
    for (const [eventType, [title]] of Object.entries(matrix)) {
      const of = receiver.arrivals.map(bodyOf).filter(({ event }) => event === eventType)
      arrived[eventType] = [title, listed(of.map(({ data }) => data.devices[0]!.name))]
    }
    expect(arrived).toEqual(matrix)
  })
})
