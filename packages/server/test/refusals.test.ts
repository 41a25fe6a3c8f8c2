import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { raw } from './raw-request.ts'
import { request, startTestServer, token, type RequestOptions } from './support.ts'

let server: RunningServer
let bearer: string
const app = '/api/v1/app/acme'

beforeAll(async () => {
  server = await startTestServer()
  bearer = await token({ subject: 'org_1' })
  await request(server.url, 'POST', '/api/v1/app', { token: bearer, body: { name: 'Acme', uid: 'acme' } })
  await request(server.url, 'POST', `${app}/endpoint`, {
    token: bearer,
    body: { url: 'https://hooks.example.com', uid: 'ep' },
  })
  await request(server.url, 'POST', '/api/v1/event-type', { token: bearer, body: { name: 'known' } })
})
afterAll(() => server.close())

const send = (method: string, path: string, options: RequestOptions = {}) =>
  request(server.url, method, path, { token: bearer, ...options })

/** The first entry of a 422, or the code and sentence of any other refusal. */
function refusalIn(json: unknown): { field?: string; code?: string; text: string } {
  const { code, detail } = json as { code: string; detail: string | { loc: string[]; msg: string }[] }
  if (typeof detail === 'string') return { code, text: detail }
  expect(detail[0]).toEqual({ loc: expect.any(Array), msg: expect.any(String), type: expect.any(String) })
  return { field: detail[0]!.loc.join('.'), text: detail[0]!.msg }
}

const endpoint = (fields: object) => ({ url: 'https://hooks.example.com', ...fields })
const message = (fields: object) => ({ eventType: 'a.b', payload: {}, ...fields })
const nested = (depth: number) => `{"eventType":"a.b","payload":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`

describe('what is wrong is named', () => {
  it.each<[string, string, string, string | object, string, RegExp]>([
    // Unknown fields, and fields of other objects (mass assignment).
    [
      'an unknown field',
      'POST',
      '/api/v1/app',
      { name: 'x', nmae: 1 },
      'body.nmae',
      /There is no field "nmae" here. Did you mean "name"\?/,
    ],
    ['an organisation', 'POST', '/api/v1/app', { name: 'x', org: 'org_2' }, 'body.org', /There is no field "org"/],
    [
      'a tenant',
      'POST',
      `${app}/endpoint`,
      endpoint({ tenantId: 'x' }),
      'body.tenantId',
      /There is no field "tenantId"/,
    ],
    ['an id', 'POST', `${app}/endpoint`, endpoint({ id: 'ep_0' }), 'body.id', /There is no field "id"/],
    ['a role', 'PATCH', app, { role: 'admin' }, 'body.role', /There is no field "role"/],
    [
      'a secret in a PUT',
      'PUT',
      `${app}/endpoint/ep`,
      { url: 'https://example.com/', secret: 'whsec_x' },
      'body.secret',
      /There is no field "secret"/,
    ],
    ['a short secret in a patch', 'PATCH', `${app}/endpoint/ep`, { secret: 'whsec_x' }, 'body.secret', /./],
    ['a hold', 'PATCH', `${app}/endpoint/ep`, { hold: null }, 'body.hold', /There is no field "hold"/],
    [
      '__proto__',
      'POST',
      '/api/v1/app',
      '{"name":"x","__proto__":{"a":1}}',
      'body.__proto__',
      /`__proto__` is not allowed/,
    ],
    [
      'an unknown field deep inside',
      'POST',
      `${app}/msg`,
      message({ application: { name: 'x', y: 1 } }),
      'body.application.y',
      /There is no field "y"/,
    ],
    ['an unknown query', 'GET', '/api/v1/dialect?limt=1', '', 'query.limt', /Did you mean "limit"\?/],

    // Values.
    ['a missing field', 'POST', '/api/v1/app', {}, 'body.name', /`name` is missing/],
    ['a wrong type', 'POST', '/api/v1/app', { name: 7 }, 'body.name', /must be a text/],
    [
      'a uid like an id',
      'POST',
      '/api/v1/app',
      { name: 'x', uid: 'app_1' },
      'body.uid',
      /must not begin like one of our own ids/,
    ],
    ['a uid with a slash', 'POST', '/api/v1/app', { name: 'x', uid: '../x' }, 'body.uid', /Only letters, digits/],
    [
      'an unknown dialect',
      'POST',
      '/api/v1/app',
      { name: 'x', dialect: 'morse' },
      'body.dialect',
      /There is no dialect "morse"/,
    ],
    ['a limit of 0', 'GET', '/api/v1/app?limit=0', '', 'query.limit', /1/],
    ['a limit of 251', 'GET', '/api/v1/app?limit=251', '', 'query.limit', /250/],
    ['a date that is none', 'GET', `${app}/msg?after=yesterday`, '', 'query.after', /A time looks like/],
    ['a status that is none', 'GET', `${app}/log?status=fine`, '', 'query.status', /success/],
    [
      'an event type with a space',
      'POST',
      `${app}/msg`,
      message({ eventType: 'a b' }),
      'body.eventType',
      /letters, digits/,
    ],
    [
      'an event type with CR LF',
      'POST',
      `${app}/msg`,
      message({ eventType: 'a\r\nX: 1' }),
      'body.eventType',
      /letters, digits/,
    ],
    ['an eventId with CR LF', 'POST', `${app}/msg`, message({ eventId: 'a\r\nX: 1' }), 'body.eventId', /visible ASCII/],
    [
      'an event type on an endpoint that is not there',
      'POST',
      `${app}/endpoint`,
      endpoint({ filterTypes: ['unknown'] }),
      'body.eventTypes',
      /There is no event type "unknown"/,
    ],
    [
      'a delivery time after the retention',
      'POST',
      `${app}/msg`,
      message({ deliverAt: '2099-01-01T00:00:00Z' }),
      'body.deliverAt',
      /within its retention/,
    ],
    [
      'two retentions',
      'POST',
      `${app}/msg`,
      message({ payloadRetentionPeriod: 1, payloadRetentionHours: 1 }),
      'body.payloadRetentionHours',
      /not both/,
    ],
    [
      'a mock without payload',
      'POST',
      `${app}/endpoint/ep/mock`,
      { eventType: 'a.b' },
      'body.payload',
      /Say what to send/,
    ],

    // Payloads.
    ['no payload', 'POST', `${app}/msg`, { eventType: 'a.b' }, 'body.payload', /`payload` is missing/],
    ['a list as payload', 'POST', `${app}/msg`, message({ payload: [1] }), 'body.payload', /must be a JSON object/],
    ['a text as payload', 'POST', `${app}/msg`, message({ payload: '{}' }), 'body.payload', /must be a JSON object/],
    ['null as payload', 'POST', `${app}/msg`, message({ payload: null }), 'body.payload', /must be a JSON object/],
    [
      'two payloads',
      'POST',
      `${app}/msg`,
      '{"eventType":"a.b","payload":{},"payload":{}}',
      'body',
      /"payload" occurs twice/,
    ],
    [
      'two payloads, one spelt with an escape',
      'POST',
      `${app}/msg`,
      '{"eventType":"a.b","payload":{},"p\\u0061yload":{}}',
      'body',
      /"payload" occurs twice/,
    ],
    ['a payload nested too deep', 'POST', `${app}/msg`, nested(65), 'body.payload', /nested deeper than 64/],
    ['a payload nested absurdly', 'POST', `${app}/msg`, nested(100_000), 'body', /nested deeper than 98/],
    [
      '100 000 members',
      'POST',
      `${app}/msg`,
      `{"eventType":"a.b","payload":{${Array.from({ length: 60_000 }, (_, i) => `"${i}":1`).join()}}}`,
      'body',
      /more than 20000 values/,
    ],
    ['a body that is a list', 'POST', `${app}/msg`, '[]', 'body', /must be a JSON object/],
    ['a body that is not JSON', 'POST', `${app}/msg`, '{"eventType":"a.b",}', 'body', /not the JSON that is expected/],
    ['NaN', 'POST', `${app}/msg`, '{"eventType":"a.b","payload":{"a":NaN}}', 'body', /not the JSON that is expected/],
    [
      'a byte order mark',
      'POST',
      `${app}/msg`,
      '\ufeff{"eventType":"a.b","payload":{}}',
      'body',
      /not the JSON that is expected/,
    ],
    ['no body', 'POST', `${app}/msg`, '', 'body', /There is no body/],

    // Addresses.
    ['a private address', 'POST', `${app}/endpoint`, { url: 'http://10.0.0.1/' }, 'body.url', /./],
    ['the metadata service', 'POST', `${app}/endpoint`, { url: 'http://169.254.169.254/latest' }, 'body.url', /./],
    ['a mapped address', 'POST', `${app}/endpoint`, { url: 'http://[::ffff:10.0.0.1]/' }, 'body.url', /./],
    ['a file', 'POST', `${app}/endpoint`, { url: 'file:///etc/passwd' }, 'body.url', /./],
    ['a script', 'PATCH', `${app}/endpoint/ep`, { url: 'javascript:alert(1)' }, 'body.url', /./],
    ['credentials in an address', 'POST', `${app}/endpoint`, { url: 'https://a:b@example.com/' }, 'body.url', /./],

    // Headers (H1, H2).
    ...['a\r\nX: 1', 'a\nX:1', 'a\0', 'é', '\u010a', '\u560d', '\x1b[31m'].map(
      (value): [string, string, string, object, string, RegExp] => [
        `a header value ${JSON.stringify(value)}`,
        'POST',
        `${app}/endpoint`,
        endpoint({ headers: { 'X-A': value } }),
        'body.headers.X-A',
        /printable ASCII/,
      ],
    ),
    [
      'a header of 100 kB',
      'POST',
      `${app}/endpoint`,
      endpoint({ headers: { 'X-A': 'a'.repeat(100_000) } }),
      'body.headers.X-A',
      /8,192 characters/,
    ],
    ...['x\r\ny', 'x y', 'x:y', 'é'].map((name): [string, string, string, object, string, RegExp] => [
      `a header name ${JSON.stringify(name)}`,
      'POST',
      `${app}/endpoint`,
      endpoint({ headers: { [name]: '1' } }),
      `body.headers.${name}`,
      /no header name/,
    ]),
    ...[
      'Host',
      'CONTENT-LENGTH',
      'transfer-encoding',
      'Connection',
      'te',
      'Trailer',
      'upgrade',
      'EXPECT',
      'keep-alive',
      'Proxy-Authorization',
      'Webhook-Id',
      'webhook-signature',
    ].map((name): [string, string, string, object, string, RegExp] => [
      `the reserved header ${name}`,
      'PUT',
      `${app}/endpoint/ep/headers`,
      { headers: { [name]: '1' } },
      `body.headers.${name}`,
      /reserved/,
    ]),
    [
      'a header twice',
      'PUT',
      `${app}/endpoint/ep/headers`,
      { headers: { 'X-A': '1', 'x-a': '2' } },
      'body.headers.x-a',
      /twice/,
    ],

    // Secrets.
    ['an empty secret', 'POST', `${app}/endpoint`, endpoint({ secret: '' }), 'body.secret', /./],
    ['a secret of no bytes', 'POST', `${app}/endpoint`, endpoint({ secret: 'whsec_' }), 'body.secret', /./],
  ])('%s', async (_, method, path, body, field, text) => {
    const answer = await send(method, path, body === '' ? {} : { body })
    expect(answer.status, answer.text).toBe(422)
    const refusal = refusalIn(answer.json)
    expect(refusal.field).toBe(field)
    expect(refusal.text).toMatch(text)
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined()
  })

  it('invalid UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from('{"eventType":"a.b","payload":{"a":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}}'),
    ])
    const response = await fetch(`${server.url}${app}/msg`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body,
    })
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('not UTF-8')
  })
})

describe('statuses', () => {
  const payloadOf = (bytes: number) => `{"eventType":"a.b","payload":{"a":"${'x'.repeat(bytes - 8)}"}}`

  it('413: a payload over 1 MB, whether or not the request says its length', async () => {
    expect((await send('POST', `${app}/msg`, { body: payloadOf(1024 * 1024) })).status).toBe(202)
    const over = await send('POST', `${app}/msg`, { body: payloadOf(1024 * 1024 + 1) })
    expect(over.status).toBe(413)
    expect(refusalIn(over.json)).toMatchObject({ code: 'payload_too_large', text: expect.stringContaining('1048576') })
    const far = await send('POST', `${app}/msg`, { body: payloadOf(3 * 1024 * 1024) }).catch(() => null)
    if (far !== null) expect(far.status).toBe(413)
  })

  it('415: another media type, another charset, a compressed body', async () => {
    const headersOf: Record<string, string>[] = [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'multipart/form-data; boundary=x' },
      { 'content-type': 'application/json; charset=latin1' },
      { 'content-encoding': 'gzip' },
    ]
    for (const headers of headersOf) {
      const answer = await send('POST', '/api/v1/app', { body: { name: 'x' }, headers })
      expect(answer.status).toBe(415)
      expect(refusalIn(answer.json).code).toBe('unsupported_media_type')
    }
    const charset = { 'content-type': 'application/json; charset=UTF-8' }
    expect((await send('POST', '/api/v1/app', { body: { name: 'x' }, headers: charset })).status).toBe(201)
  })

  it('401: no token, a bad one, an expired one', async () => {
    const expired = await token({ subject: 'org_1', expiresInSeconds: -60 })
    const answers = [
      await request(server.url, 'GET', '/api/v1/app'),
      await send('GET', '/api/v1/app', { token: 'a.b.c' }),
      await send('GET', '/api/v1/app', { token: expired }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(answers.map(({ headers }) => headers.get('www-authenticate'))).toEqual(['Bearer', 'Bearer', 'Bearer'])
    expect(refusalIn(answers[2]!.json)).toMatchObject({
      code: 'authentication_failed',
      text: expect.stringMatching(/^This token expired at \d{4}-\d\d-\d\dT[\d:.]+Z\. Make a new one\.$/),
    })
  })

  it('404 for paths that are not there, and 400 for paths that cannot be read', async () => {
    expect((await send('GET', '/api/v2/app')).status).toBe(404)
    expect((await send('GET', '/api/v1/app/%ff')).status).toBe(400)
    expect((await send('GET', '/api/v1/app/a%00b')).status).toBe(422)
    expect((await send('GET', '/..%2f..%2fetc/passwd')).status).toBe(404)
  })

  it('500 says nothing but a request id', async () => {
    const broken = await startTestServer()
    const { engine } = broken
    Object.assign(engine, {
      applications: { ...engine.applications, list: () => Promise.reject(new Error('canary /etc/passwd')) },
    })
    const answer = await request(broken.url, 'GET', '/api/v1/app', { token: bearer })
    await broken.close()
    expect(answer.status).toBe(500)
    expect(answer.json).toEqual({
      code: 'internal',
      detail: `Something went wrong here. It is logged as ${answer.headers.get('x-request-id')}.`,
    })
  })
})

describe('what is accepted', () => {
  it('a payload of 64 levels, and one of 10,000 values, to the last one', async () => {
    const list = (values: number) => message({ payload: { list: Array.from({ length: values - 2 }, (_, n) => n) } })
    for (const body of [nested(64), list(10_000)]) expect((await send('POST', `${app}/msg`, { body })).status).toBe(202)
    expect((await send('POST', `${app}/msg`, { body: list(10_001) })).json).toMatchObject({
      detail: [{ loc: ['body', 'payload'], msg: expect.stringMatching(/more than 10000 values/) }],
    })
  })

  it('trailing slashes, and names of older clients', async () => {
    const created = await send('POST', `${app}/endpoint/`, {
      body: endpoint({ filterTypes: ['known'], rateLimit: 10, version: 2, headers: null }),
    })
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({
      eventTypes: ['known'],
      filterTypes: ['known'],
      throttleRate: 10,
      rateLimit: 10,
      version: 2,
    })
  })

  it('what we add to an application, an endpoint and a message', async () => {
    const made = await send('POST', '/api/v1/app', {
      body: { name: 'x', dialect: 'standard', params: { accountId: '7' } },
    })
    expect(made.json).toMatchObject({ dialect: 'standard', params: { accountId: '7' } })
    const { id } = made.json as { id: string }
    const target = await send('POST', `/api/v1/app/${id}/endpoint`, {
      body: endpoint({
        dialect: 'standard',
        params: { site: '1' },
        retrySchedule: [],
        timeoutSeconds: 3,
        secret: null,
      }),
    })
    expect(target.json).toMatchObject({ retrySchedule: [], timeoutSeconds: 3, params: { site: '1' }, signed: false })
    const sent = await send('POST', `/api/v1/app/${id}/msg`, {
      body: message({ occurredAt: '2026-01-02T03:04:05+01:00', params: { a: 'b' }, deliver: false }),
    })
    expect(sent.json).toMatchObject({ occurredAt: '2026-01-02T02:04:05.000Z', params: { a: 'b' }, deliver: false })
  })

  it.each([
    '{"b":1,"a":2432232314.10}',
    '{ "e" : 1e400, "n":-0.0, "big":123456789012345678901234567890 }',
    '{"x":"\\u00e9\\/\\ud800","2":0,"1":0}',
    '{"payload":{"payload":1}}',
    '{}',
  ])('the payload %s, byte for byte, in and out', async (payload) => {
    const sent = await send('POST', `${app}/msg`, {
      body: `{ "tags" : ["t"] , "payload" : ${payload} , "eventType" : "a.b" }`,
    })
    expect(sent.status, sent.text).toBe(202)
    expect(sent.text.endsWith(`,"payload":${payload}}`)).toBe(true)
    const { id } = sent.json as { id: string }
    expect((await send('GET', `${app}/msg/${id}`)).text).toBe(sent.text)
    expect((await send('GET', `${app}/msg?limit=1`)).text).toContain(sent.text)
    expect((await send('GET', `${app}/msg/${id}?with_content=false`)).text).toContain(',"payload":{}}')
  })
})

describe('names that a URL would fold', () => {
  it.each(['.', '..'])('%j can be given to nothing', async (name) => {
    const inputs: readonly [string, string, object][] = [
      ['POST', '/api/v1/app', { name: 'x', uid: name }],
      ['PATCH', app, { uid: name }],
      ['POST', `${app}/endpoint`, endpoint({ uid: name })],
      ['PATCH', `${app}/endpoint/ep`, { uid: name }],
      ['POST', `${app}/msg`, message({ eventId: name })],
      ['POST', `${app}/msg`, message({ eventType: name })],
      ['POST', '/api/v1/event-type', { name }],
    ]
    for (const [method, path, body] of inputs) {
      const { status, json } = await send(method, path, { body })
      expect([method, path, status, refusalIn(json).text]).toEqual([
        method,
        path,
        422,
        expect.stringMatching(/cannot be names/),
      ])
    }
  })

  it.each(['..', '.', '%2e%2e', '%2E.', '', '/', '..;', '%2e%2e%2f'])(
    'a raw path that ends in %j reaches no other resource',
    async (end) => {
      const head = `Host: x\r\nAuthorization: Bearer ${bearer}\r\nConnection: close\r\n\r\n`
      const answer = await raw(server.url, `DELETE ${app}/endpoint/${end} HTTP/1.1\r\n${head}`)
      expect(answer.split('\r\n')[0]).toMatch(/^HTTP\/1\.1 (404|405|422) /)
      expect((await send('GET', app)).status).toBe(200)
      expect((await send('GET', `${app}/endpoint/ep`)).status).toBe(200)
    },
  )
})
