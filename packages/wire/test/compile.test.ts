/** Dialects that cannot work are refused with every reason and place; messages that cannot be sent, with theirs. */
import {
  compile,
  dialect,
  dialects,
  parseDialect,
  sign,
  WireError,
  type Dialect,
  type WireMessage,
} from '@posthorn/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

/** The smallest dialect that obeys every law, as JSON. */
function acme(): Dialect {
  return {
    name: 'acme',
    title: 'Acme',
    version: 1,
    request: { method: 'POST', headers: { 'x-acme-id': { $: 'id' }, 'x-acme-time': { $: 'sentAt', as: 'unix' } } },
    body: { kind: 'json', shape: { event: { $: 'type' }, data: { $: 'payload' } } },
    signatures: [
      {
        algorithm: 'hmac-sha256',
        key: { encoding: 'utf8', scope: 'endpoint' },
        over: [{ $: 'sentAt', as: 'unix' }, '.', { $: 'body' }],
        encoding: 'hex',
        header: 'x-acme-signature',
        format: { bare: {} },
      },
    ],
  }
}

/** New values by their places, such as `signatures/0/over/1`. `undefined` takes out what stands there. */
type Changes = Record<string, unknown>

function change(json: object, changes: Changes): void {
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('/')
    const last = keys.pop() ?? ''
    const parent = keys.reduce((at, key) => at[key] as Changes, json as Changes)
    if (value !== undefined) parent[last] = value
    else if (Array.isArray(parent)) parent.splice(Number(last), 1)
    else delete parent[last]
  }
}

/** The paths of the problems, after some changes. */
function problemsAfter(changes: Changes): string[] {
  const json = acme()
  change(json, changes)
  try {
    parseDialect(json)
    return []
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    expect(error.code).toBe('invalid_dialect')
    for (const { reason } of error.problems) expect(reason).not.toBe('')
    return error.problems.map(({ path }) => path)
  }
}

test('a dialect that keeps every law is taken, as a copy', () => {
  const json = acme()
  const parsed = parseDialect(json)
  expect(parsed).toEqual(json)
  change(json, { 'request/headers/x-acme-id/$': 'type' })
  expect(parsed.request.headers!['x-acme-id']).toEqual({ $: 'id' })
})

test('every built-in dialect passes what is asked of others', () => {
  for (const one of dialects) expect(parseDialect(JSON.parse(JSON.stringify(one)))).toEqual(one)
})

test('all problems are reported, not only the first', () => {
  expect(problemsAfter({ name: 'Acme!', colour: 'red', title: undefined, 'signatures/0/encoding': 'HEX' })).toEqual([
    'name',
    'title',
    'signatures[0].encoding',
    'colour',
  ])
})

test('any JSON is either a dialect or a coded error', () => {
  for (const json of [null, 1, 'x', [], {}, { name: 5 }, undefined, () => 1, new Map()]) {
    expect(() => parseDialect(json)).toThrow(expect.objectContaining({ code: 'invalid_dialect' }))
  }
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('name', 'request', 'body', 'signatures', 'params', 'receive', 'absent'),
      (value, member) => {
        try {
          parseDialect({ ...acme(), [member]: value })
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_dialect' })
        }
      },
    ),
  )
})

const breaches: [law: string, path: string, changes: Changes][] = [
  ['an id has a place', 'absent', { 'request/headers/x-acme-id': undefined }],
  ['what has a place is not absent', 'absent', { absent: ['type'] }],
  ['a field has one place', 'body.shape.again', { 'body/shape/again': { $: 'type' } }],
  ['nothing of an attempt stands in the body', 'body.shape.sent', { 'body/shape/sent': { $: 'sentAt', as: 'iso' } }],
  ['nor its number', 'body.shape.n', { 'body/shape/n': { $: 'attempt', as: 'number' } }],
  ['a time says its form', 'body.shape.at', { 'body/shape/at': { $: 'occurredAt' } }],
  ['a form fits its field', 'body.shape.event', { 'body/shape/event/as': 'uuid' }],
  ['a param is declared', 'body.shape.p', { 'body/shape/p': { $: 'param.p', omit: 'absent' } }],
  [
    'what may be missing can be omitted',
    'body.shape.p',
    { params: { p: { description: 'P' } }, 'body/shape/p': { $: 'param.p' } },
  ],
  ['what is there is not omitted', 'body.shape.event', { 'body/shape/event/omit': 'absent' }],
  [
    'the payload stands in the body',
    'request.headers.x-data',
    { 'request/headers/x-data': { $: 'payload' }, 'body/shape/data': undefined },
  ],
  ['only the payload is spread', 'body.shape["..."]', { 'body/shape/...': { $: 'claim' } }],
  ['an envelope is an object', 'body.shape', { 'body/shape': [{ $: 'payload' }, { $: 'type' }] }],
  ['a GET has no body', 'body', { 'request/method': 'GET' }],
  ['a header is written once', 'signatures[0].header', { 'signatures/0/header': 'X-ACME-ID' }],
  [
    'a batch has no header of one message',
    'request.headers.x-acme-id',
    { 'body/batch': { form: 'array', maxMessages: 9, maxBytes: 9, maxWaitMs: 9 } },
  ],
  [
    'what is signed is on the wire',
    'signatures[0].over[3]',
    { 'signatures/0/over/3': { $: 'acceptedAt', as: 'unix' } },
  ],
  ['in the body is not enough', 'signatures[0].over[3]', { 'signatures/0/over/3': { $: 'type' } }],
  ['and in the same form', 'signatures[0].over[0]', { 'signatures/0/over/0/as': 'unixMs' }],
  [
    'what is signed is never omitted',
    'signatures[0].over[3]',
    { 'request/headers/x-try': { $: 'attempt', omit: 'firstAttempt' }, 'signatures/0/over/3': { $: 'attempt' } },
  ],
  ['the body is signed', 'signatures[0].over', { 'signatures/0/over/2': undefined }],
  [
    'a tolerance needs a signed time',
    'signatures[0].toleranceSeconds',
    { 'signatures/0/toleranceSeconds': 300, 'signatures/0/over/0': undefined },
  ],
  ['a shared secret signs nothing', 'signatures[0].over', { 'signatures/0/algorithm': 'shared-secret' }],
  ['a curve’s key is binary', 'signatures[0].key.encoding', { 'signatures/0/algorithm': 'ed25519' }],
  ['the transport’s headers are its own', 'request.headers.Host', { 'request/headers/Host': 'evil' }],
  ['a header has no line break', 'request.headers.x-a', { 'request/headers/x-a': 'a\r\nX: 1' }],
  ['a header has a name', 'request.headers["x a"]', { 'request/headers/x a': 'a' }],
  ['the order of members is the author’s', 'body.shape["1"]', { 'body/shape/1': 1 }],
  [
    'no member is __proto__',
    'body.shape.__proto__',
    { 'body/shape': JSON.parse('{"event":{"$":"type"},"data":{"$":"payload"},"__proto__":1}') },
  ],
]

describe('the laws', () => {
  for (const [law, path, changes] of breaches) test(law, () => expect(problemsAfter(changes)).toContain(path))
})

const message: WireMessage = { id: 'msg_1', type: 'a.b', payload: '{"x":1}', occurredAt: 0, acceptedAt: 0 }

describe('messages that cannot be sent', () => {
  const cases: [dialect: string, code: string | undefined, change: Partial<WireMessage>][] = [
    ['standard', undefined, {}],
    ['standard', 'invalid_payload', { payload: '{' }],
    ['standard', 'invalid_payload', { payload: '{"a":1,"\\u0061":2}' }],
    ['standard', 'invalid_payload', { payload: '"\ud83d"' }],
    ['standard', 'invalid_payload', { payload: { x: 1 } as never }],
    ['standard', 'invalid_type', { type: '' }],
    ['standard', 'invalid_time', { occurredAt: Number.NaN }],
    ['standard', undefined, { payload: '[1]' }],
    ['scalefusion', undefined, { payload: '[1]' }],
    ['signinapp', 'invalid_payload', { payload: '[1]' }],
    ['signinapp', 'payload_clash', { payload: '{"event":1}' }],
    ['signinapp', 'payload_clash', { payload: '{"\\u0065vent":1}' }],
    ['signinapp', undefined, { payload: '{"site":{"event":1}}' }],
    ['screenmeet', 'payload_clash', { payload: '{"ts":1}' }],
    ['screenmeet', undefined, { payload: '{"id":1}' }],
    ['comapi', 'missing_param', {}],
    ['comapi', 'invalid_param', { params: { accountId: 'x', apiSpaceId: 'y' } }],
    ['comapi', 'invalid_param', { params: { accountId: '1', apiSpaceId: 'y', revision: '01' } }],
    ['comapi', undefined, { params: { accountId: '1', apiSpaceId: 'y' } }],
    ['autoflex', 'missing_claim', {}],
    ['autoflex', 'invalid_claim', { claim: 'a b' }],
    ['autoflex', undefined, { claim: '4f9c2a10-5b7e-4d3a-8c61-0e9f7a2b3c4d' }],
  ]
  for (const [name, code, change] of cases) {
    test(`${name}: ${JSON.stringify(change)} is ${code ?? 'sent'}`, () => {
      expect(dialect(name).check({ ...message, ...change })?.code).toBe(code)
    })
  }
  test('a type that cannot stand in a header', () => {
    const inHeader = compile({
      ...acme(),
      request: {
        method: 'POST',
        headers: { 'x-id': { $: 'id' }, 'x-type': { $: 'type' }, 'x-acme-time': { $: 'sentAt', as: 'unix' } },
      },
      body: { kind: 'payload' },
    })
    for (const type of ['a\r\nX: 1', 'é', ' a', 'a '])
      expect(inHeader.check({ ...message, type })?.code).toBe('invalid_type')
  })
})

describe('what is sent', () => {
  test('the key order, the precision and the compact form of Sign In App', () => {
    const body = dialect('signinapp').body({
      ...message,
      payload: ' { "site" : { "id" : 1.0 } } ',
      occurredAt: 1577880001999,
    })
    expect(new TextDecoder().decode(body)).toBe(
      '{"event":"a.b","event_at":"2020-01-01T12:00:01Z","pushed_at":"1970-01-01T00:00:00Z","idempotency_key":"msg_1","site":{"id":1.0}}',
    )
  })
  test('the time of a push of Sign In App is that of the push and not of the accept', () => {
    const pushed = { ...message, occurredAt: 1000, acceptedAt: 2000, pushedAt: 3999 }
    expect(new TextDecoder().decode(dialect('signinapp').body(pushed))).toContain(
      '"event_at":"1970-01-01T00:00:01Z","pushed_at":"1970-01-01T00:00:03Z"',
    )
    expect(dialect('signinapp').check({ ...pushed, pushedAt: -1 })?.code).toBe('invalid_time')
    expect(dialect('signinapp').pushedAtStepMs).toBe(1000)
    expect(dialect('standard').pushedAtStepMs).toBeNull()
  })
  test('params of Comapi: numbers as numbers, and no member for what is not given', () => {
    const body = dialect('comapi').body({
      ...message,
      params: { accountId: '12345678901234567890', apiSpaceId: 'y', etag: '"1-a"' },
    })
    expect(new TextDecoder().decode(body)).toBe(
      '{"eventId":"msg_1","accountId":12345678901234567890,"apiSpaceId":"y","name":"a.b","payload":{"x":1},"etag":"\\"1-a\\"","timestamp":"1970-01-01T00:00:00.000Z"}',
    )
  })
  test('a claim goes into the address, and a fragment out of it', async () => {
    const claimed = { ...message, claim: 'c-1' }
    const urlOf = async (url: string) => (await sign(claimed, { dialect: 'autoflex', url })).url
    expect(await urlOf('https://x.example/cb')).toBe('https://x.example/cb?id=c-1')
    expect(await urlOf('https://x.example/cb?a=b')).toBe('https://x.example/cb?a=b&id=c-1')
    expect(await urlOf('https://x.example/cb?#top')).toBe('https://x.example/cb?id=c-1')
  })
  test('an error text for people is cut down to what a header holds', async () => {
    const own = compile({
      ...acme(),
      request: {
        ...acme().request,
        headers: { ...acme().request.headers, 'x-error': { $: 'lastError', omit: 'absent' } },
      },
    })
    const { headers } = await own.encode({
      message,
      url: '',
      secrets: ['s'],
      sentAt: 0,
      attempt: 2,
      lastError: 'é\r\nX: 1',
    })
    expect(Object.fromEntries(headers)['x-error']).toBe('X: 1')
  })
  test('unsigned when there is no secret, with the newest alone where the format holds one', async () => {
    const request = await dialect('scalefusion').encode({ message, url: '', secrets: [], sentAt: 0, attempt: 1 })
    expect(request.headers).toEqual([['content-type', 'application/json']])
    const rotated = await dialect('scalefusion').encode({
      message,
      url: '',
      secrets: ['new', 'old'],
      sentAt: 0,
      attempt: 1,
    })
    expect(rotated).toEqual(
      await dialect('scalefusion').encode({ message, url: '', secrets: ['new'], sentAt: 0, attempt: 1 }),
    )
  })
  test('both forms of encode give the same request', async () => {
    for (const { name } of dialects) {
      const compiled = dialect(name)
      const secret = compiled.newSecret((bytes) => new Uint8Array(bytes).fill(9))
      const input = {
        message: { ...message, claim: 'c', params: { accountId: '1', apiSpaceId: 'x' } },
        url: 'https://x.example',
        secrets: secret === null ? [] : [secret],
        sentAt: 5000,
        attempt: 1,
      }
      expect(compiled.encodeSync(input)).toEqual(await compiled.encode(input))
    }
  })
  test('new secrets have the vendor’s form, and pass the check', () => {
    for (const { name, signatures } of dialects) {
      const compiled = dialect(name)
      const secret = compiled.newSecret((bytes) => crypto.getRandomValues(new Uint8Array(bytes)))
      if (signatures.length === 0) expect(secret).toBeNull()
      else expect(compiled.checkSecret(secret!)).toBeNull()
      if (name === 'standard') expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/)
    }
  })
  test('an unknown dialect is an error that lists the known ones', () => {
    expect(() => dialect('acme')).toThrow(
      expect.objectContaining({ code: 'unknown_dialect', hint: expect.stringContaining('scalefusion') }),
    )
  })
})
