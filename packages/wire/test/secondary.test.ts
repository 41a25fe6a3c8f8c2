/** Two formats on one request: each receiver sees its own, and what cannot stand together is refused with the reason. */
import {
  compile,
  dialect,
  secondaryProblem,
  verify,
  withSecondary,
  type Dialect,
  type EncodeInput,
  type WireRequest,
} from '@posthorn/wire'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, test } from 'vitest'
import { snippetDialects } from './snippets/dialects.ts'

const standard = dialect('standard')
const svix = dialect('svix')
const standardSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const svixSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'
const now = Date.now()
const input: EncodeInput = {
  message: { id: 'msg_0K3OcC9O39pNCR5O', type: 'a', payload: '{"name": "Zoë"}', occurredAt: now, acceptedAt: now },
  url: 'https://example.com/hooks',
  secrets: [standardSecret],
  sentAt: now,
  attempt: 1,
}
const primary = (): WireRequest => standard.encodeSync(input)
const both = (): WireRequest => withSecondary(primary(), svix, { ...input, secrets: [svixSecret] })

describe('standard and svix on one request', () => {
  test('each verifies with its own dialect and secret, and not with the other secret', async () => {
    const request = both()
    const options = [
      { dialect: standard, secret: standardSecret, other: svixSecret },
      { dialect: svix, secret: svixSecret, other: standardSecret },
    ]
    for (const { dialect: one, secret, other } of options) {
      expect(await verify(request, { dialect: one, secret })).toMatchObject({
        ok: true,
        messages: [{ id: input.message.id }],
      })
      expect(await verify(request, { dialect: one, secret: other })).toMatchObject({ code: 'signature_mismatch' })
    }
  })
  test('the official packages verify it', () => {
    const { headers, body } = both()
    const text = Buffer.from(body!).toString()
    const given = Object.fromEntries(headers)
    for (const receiver of [new SvixWebhook(svixSecret), new StandardWebhook(standardSecret)]) {
      expect(() => receiver.verify(text, given)).not.toThrow()
      expect(() => receiver.verify(text.replace('Zoë', 'Zoe'), given)).toThrow()
    }
    // Each took its own signature: with the other's secret there is none that is right.
    for (const receiver of [new SvixWebhook(standardSecret), new StandardWebhook(svixSecret)]) {
      expect(() => receiver.verify(text, given)).toThrow()
    }
  })
  test('the body is the same one, and the first request stays as it was', () => {
    const request = primary()
    const before = structuredClone(request)
    const result = withSecondary(request, svix, { ...input, secrets: [svixSecret] })
    expect(request).toEqual(before)
    expect(result.body).toBe(request.body)
    expect(result.url).toBe(request.url)
    expect(result.headers.map(([name]) => name)).toEqual([
      'content-type',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'svix-id',
      'svix-timestamp',
      'svix-signature',
    ])
  })
  test('a second format without secrets adds no signature', () => {
    const { headers } = withSecondary(primary(), svix, { ...input, secrets: [] })
    expect(headers.some(([name]) => name === 'svix-signature')).toBe(false)
    expect(headers.some(([name]) => name === 'svix-id')).toBe(true)
  })
})

test('a second format that signs the address signs the one that is sent', async () => {
  const first: Dialect = {
    ...standard.dialect,
    name: 'first',
    request: { ...standard.dialect.request, query: { at: { $: 'type' } } },
    absent: [],
  }
  const second: Dialect = {
    ...svix.dialect,
    name: 'second',
    signatures: standard.dialect.signatures.map(({ key, algorithm, encoding, format }) => ({
      key,
      algorithm,
      encoding,
      format,
      header: 'svix-signature',
      over: [{ $: 'url' }, { $: 'body' }],
    })),
  }
  expect(secondaryProblem(first, second)).toBeNull()
  const request = withSecondary(compile(first).encodeSync(input), compile(second), { ...input, secrets: [svixSecret] })
  expect(request.url).toBe('https://example.com/hooks?at=a')
  expect(await verify(request, { dialect: second, secret: svixSecret, now })).toMatchObject({ ok: true })
})

describe('what cannot stand together', () => {
  const other = (change: (svix: Dialect) => Partial<Dialect>): Dialect => ({ ...svix.dialect, ...change(svix.dialect) })
  const request = svix.dialect.request
  test.each([
    ['different bodies', dialect('scalefusion').dialect, /different bodies.*two endpoints/],
    ['a body and none', dialect('autoflex').dialect, /different bodies/],
    ['another method', other(() => ({ request: { ...request, method: 'PUT' } })), /different methods, POST and PUT/],
    [
      'another content type',
      other(() => ({ request: { ...request, contentType: 'text/plain' } })),
      /content types, application\/json and text\/plain/,
    ],
    [
      'no content type',
      other(() => ({ request: { method: request.method, headers: request.headers! } })),
      /application\/json and none/,
    ],
    [
      'a query',
      other(() => ({ request: { ...request, query: { x: { $: 'type' } } }, absent: [] })),
      /query parameter x/,
    ],
    ['the same format', standard.dialect, /header webhook-id/],
    [
      'a header in other letters',
      other(() => ({ request: { ...request, headers: { ...request.headers, 'Webhook-ID': 'x' } } })),
      /header webhook-id/,
    ],
    [
      'the header of a signature',
      other(({ signatures }) => ({ signatures: [{ ...signatures[0]!, header: 'WEBHOOK-signature' }] })),
      /header webhook-signature/,
    ],
    [
      'the header of an algorithm',
      other(({ signatures }) => ({
        signatures: [{ ...signatures[0]!, algorithmHeader: { name: 'Webhook-Timestamp', value: 'x' } }],
      })),
      /header webhook-timestamp/,
    ],
  ])('%s', (_, secondary, sentence) => {
    expect(secondaryProblem(standard.dialect, secondary)).toMatch(sentence)
  })

  test('bodies differ by the order of their members, and not by that of their definition', () => {
    const { body } = dialect('scalefusion').dialect
    const shape = body.kind === 'json' ? (body.shape as Record<string, unknown>) : {}
    const base = { ...dialect('scalefusion').dialect, signatures: [] }
    const same = {
      ...base,
      body: { shape: { ...shape, id: { as: 'uuid', $: 'id' } }, kind: 'json' },
    } as unknown as Dialect
    const turned = {
      ...base,
      body: { kind: 'json', shape: Object.fromEntries(Object.entries(shape).toReversed()) },
    } as unknown as Dialect
    expect(secondaryProblem(base, same)).toBeNull()
    expect(secondaryProblem(base, turned)).toMatch(/different bodies/)
  })

  test('who did not ask is refused while sending', () => {
    const code = expect.objectContaining({ code: 'incompatible_secondary' }) as Error
    expect(() => withSecondary(primary(), standard, input)).toThrow(code)
    const query = compile(other(() => ({ request: { ...request, query: { x: { $: 'type' } } }, absent: [] })))
    expect(() => withSecondary(primary(), query, { ...input, secrets: [svixSecret] })).toThrow(code)
  })
})

test('an asymmetric format goes beside a symmetric one', async () => {
  const asymmetric = snippetDialects.find(({ name }) => name === 'ed25519-list')!
  const renamed: Dialect = {
    ...asymmetric,
    request: {
      ...asymmetric.request,
      headers: { 'next-id': { $: 'id' }, 'next-timestamp': { $: 'sentAt', as: 'unix' } },
    },
    signatures: [{ ...asymmetric.signatures[0]!, header: 'next-signature' }],
  }
  expect(secondaryProblem(standard.dialect, renamed)).toBeNull()
  const next = compile(renamed)
  const secret = next.newSecret((bytes) => new Uint8Array(bytes).fill(3))!
  const request = withSecondary(primary(), next, { ...input, secrets: [secret] })
  expect(await verify(request, { dialect: next, secret })).toMatchObject({ ok: true })
  expect(await verify(request, { dialect: standard, secret: standardSecret })).toMatchObject({ ok: true })
})
