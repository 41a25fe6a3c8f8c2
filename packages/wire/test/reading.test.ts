/** What a receiver gets of a vendor's own request: its id as it came, the whole body, and nothing that it did not say. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { sign, verify, type Dialect } from '../src/index.ts'

const secret = 'a secret of twenty characters'

/** A vendor whose ids begin with `evt_`, in the body; the type is in the body too. */
const inBody: Dialect = {
  name: 'in-body',
  title: 'In body',
  version: 1,
  request: { method: 'POST', contentType: 'application/json' },
  body: {
    kind: 'json',
    shape: {
      id: { $: 'id', prefix: 'evt_' },
      object: 'event',
      live: true,
      type: { $: 'type' },
      data: { $: 'payload' },
    },
  },
  signatures: [
    {
      algorithm: 'hmac-sha256',
      over: [{ $: 'body' }],
      header: 'x-signature',
      format: { bare: {} },
      encoding: 'hex',
      key: { encoding: 'utf8', scope: 'endpoint' },
    },
  ],
}

/** The same in headers. */
const inHeaders: Dialect = {
  ...inBody,
  name: 'in-headers',
  request: {
    method: 'POST',
    contentType: 'application/json',
    headers: { 'X-Event-Id': { $: 'id', prefix: 'Ev' }, 'X-Event': { $: 'type' } },
  },
  body: { kind: 'payload' },
}

function read(dialect: Dialect, body: string, headers: Record<string, string> = {}, url = '') {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return verify({ url, headers: { 'x-signature': signature, ...headers }, body }, { dialect, secret })
}

const event = { id: 'evt_1NG8Du2eZvKYlo2C', object: 'event', live: true, type: 'invoice.paid', data: { n: 1 } }

describe('the id', () => {
  test('keeps what the vendor puts in front of it', async () => {
    expect(await read(inBody, JSON.stringify(event))).toMatchObject({ ok: true, messages: [{ id: event.id }] })
    const headers = { 'x-event-id': 'Ev08MFMKH6', 'x-event': 'message' }
    expect(await read(inHeaders, '{}', headers)).toMatchObject({ ok: true, messages: [{ id: 'Ev08MFMKH6' }] })
  })

  test('without it is refused', async () => {
    expect(await read(inBody, JSON.stringify({ ...event, id: '1NG8Du2eZvKYlo2C' }))).toMatchObject({
      ok: false,
      code: 'malformed_body',
    })
  })
})

test('the whole body stands beside the fields, with what the dialect does not name', async () => {
  const body = { ...event, livemode: false, account: 'acct_1', nested: { team_id: 'T1' } }
  expect(await read(inBody, JSON.stringify(body))).toMatchObject({ ok: true, messages: [{ payload: { n: 1 }, body }] })
})

describe('a constant of the shape', () => {
  test.each([
    ['another text', { object: 'v2.core.event' }, /The member object is "v2\.core\.event" and not "event"/],
    ['another kind', { object: 1 }, /The member object is 1 and not "event"/],
    ['false for true', { live: false }, /The member live is false and not true/],
    ['null', { object: null }, /The member object is null/],
  ])('that is %s is refused', async (_, changed, message) => {
    expect(await read(inBody, JSON.stringify({ ...event, ...changed }))).toMatchObject({
      ok: false,
      code: 'malformed_body',
      message: expect.stringMatching(message),
    })
  })

  test('in another spelling is the same', async () => {
    const text = JSON.stringify(event).replace('"event"', String.raw`"\u0065vent"`)
    expect(await read(inBody, text)).toMatchObject({ ok: true })
  })
})

describe('the type', () => {
  test.each([
    ['is missing in the body', inBody, JSON.stringify({ ...event, type: undefined }), {}],
    ['is null', inBody, JSON.stringify({ ...event, type: null }), {}],
    ['has lost its header', inHeaders, '{}', { 'x-event-id': 'Ev1' }],
  ] as const)('that %s: the request is refused, and says so', async (_, dialect, body, headers) => {
    expect(await read(dialect, body, headers)).toMatchObject({
      ok: false,
      message: 'The request does not say which type of event it carries.',
    })
  })
})

describe('a field that every message has', () => {
  /** Id and type in the query, and a claim. */
  const inQuery: Dialect = {
    ...inHeaders,
    name: 'in-query',
    request: {
      method: 'POST',
      contentType: 'application/json',
      query: { id: { $: 'id' }, type: { $: 'type' }, claim: { $: 'claim', omit: 'absent' } },
    },
  }
  const noId = 'The request does not say the id of the message that it carries.'
  const noType = 'The request does not say which type of event it carries.'
  const url = (query: string) => `https://example.com/hooks?${query}`

  test.each([
    ['an id that is missing in the body', inBody, JSON.stringify({ ...event, id: undefined }), {}, noId],
    ['an id that is null', inBody, JSON.stringify({ ...event, id: null }), {}, noId],
    ['an id that is only its prefix', inBody, JSON.stringify({ ...event, id: 'evt_' }), {}, noId],
    ['an id that has lost its header', inHeaders, '{}', { 'x-event': 'message' }, noId],
    ['an id that is only its prefix in a header', inHeaders, '{}', { 'x-event-id': 'Ev', 'x-event': 'a' }, noId],
    ['an empty type in the body', inBody, JSON.stringify({ ...event, type: '' }), {}, noType],
    ['an empty type in a header', inHeaders, '{}', { 'x-event-id': 'Ev1', 'x-event': '' }, noType],
  ] as const)('%s: the request is refused, and says so', async (_, dialect, body, headers, message) => {
    const refusal = { ok: false, code: 'malformed_body', status: 400, message }
    expect(await read(dialect, body, headers)).toMatchObject(refusal)
  })

  test.each([
    ['id=1&id=2&type=a', 'The address has the parameter id 2 times.'],
    ['id=1&type=a&%69d=1', 'The address has the parameter id 2 times.'],
    ['type=a&id=1&type=a&type=a', 'The address has the parameter type 3 times.'],
    ['id=1&type=a&claim=x&claim=y', 'The address has the parameter claim 2 times.'],
    ['id=1', 'The address has no parameter type.'],
    ['id=&type=a', noId],
    ['id=1&type=', noType],
  ])('in the query %s: the request is refused', async (query, message) => {
    expect(await read(inQuery, '{}', {}, url(query))).toMatchObject({ ok: false, status: 400, message })
  })

  test('in a query that has it already is not written a second time', async () => {
    const message = { id: 'msg_0K3OcC9O39pNCR5O', type: 'a', payload: '{}', occurredAt: 0, acceptedAt: 0 }
    const signed = (query: string) => sign(message, { dialect: inQuery, secret, url: url(query) })
    await expect(signed('a=b&id=7')).rejects.toMatchObject({
      code: 'invalid_url',
      message: expect.stringContaining('the parameter "id" already'),
    })
    expect((await signed('a=b')).url).toBe(url('a=b&id=msg_0K3OcC9O39pNCR5O&type=a'))
  })

  test.each(['id=1&type=a', 'id=1&type=a&claim=c', 'other=1&id=1&other=2&type=a'])(
    'in the query %s: it is read',
    async (query) => {
      const message = { id: '1', type: 'a' }
      expect(await read(inQuery, '{}', {}, url(query))).toMatchObject({ ok: true, messages: [message] })
    },
  )

  test('one message of a batch without it refuses the request', async () => {
    const batched: Dialect = {
      ...inBody,
      body: {
        ...inBody.body,
        batch: { form: 'array', maxMessages: 9, maxBytes: 9999, maxWaitMs: 9 },
      } as Dialect['body'],
    }
    const whole = await read(batched, JSON.stringify([event, event]))
    expect(whole).toMatchObject({ ok: true, messages: [{ id: event.id }, { id: event.id }] })
    const without = await read(batched, JSON.stringify([event, { ...event, id: undefined }]))
    expect(without).toMatchObject({ ok: false, message: noId })
  })

  test('may be missing where the dialect says so', async () => {
    const shape = { id: { $: 'id', omit: 'absent' }, type: { $: 'type' }, data: { $: 'payload' } } as const
    const sometimes: Dialect = { ...inBody, body: { kind: 'json', shape } }
    const result = await read(sometimes, '{"type":"a","data":{}}')
    expect(result).toMatchObject({ ok: true, messages: [{ type: 'a' }] })
    expect(result.ok && result.messages[0]?.id).toBeUndefined()
  })

  test('that the dialect says is not there is not missed', async () => {
    const anonymous: Dialect = {
      ...inBody,
      absent: ['id'],
      body: { kind: 'json', shape: { type: { $: 'type' }, data: { $: 'payload' } } },
    }
    expect(await read(anonymous, '{"type":"a","data":{}}')).toMatchObject({ ok: true, messages: [{ type: 'a' }] })
  })
})

test('an age is never printed as one that is allowed', async () => {
  const sentAt = Date.UTC(2026, 10, 28)
  const body = '{"event":"visitor.signin","data":{}}'
  const time = String(sentAt / 1000)
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  const request = { headers: { 'x-signinapp-webhook-signature': `t=${time},s1=${signature}` }, body }
  const options = { dialect: 'signinapp', secret, toleranceSeconds: 300 }
  expect(await verify(request, { ...options, now: sentAt + 300_400 })).toMatchObject({
    code: 'timestamp_too_old',
    message: 'The request was sent 300.400 s ago; 300 s are allowed.',
  })
  expect(await verify(request, { ...options, now: sentAt + 412_000 })).toMatchObject({
    message: 'The request was sent 412 s ago; 300 s are allowed.',
  })
})
