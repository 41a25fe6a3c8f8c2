/** What a receiver gets of a vendor's own request: its id as it came, the whole body, and nothing that it did not say. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { verify, type Dialect } from '../src/index.ts'

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

function read(dialect: Dialect, body: string, headers: Record<string, string> = {}) {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return verify({ headers: { 'x-signature': signature, ...headers }, body }, { dialect, secret })
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
