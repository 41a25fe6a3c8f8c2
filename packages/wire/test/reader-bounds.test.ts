/** Promise 10: what the writer may send, the reader takes. */
import { describe, expect, test } from 'vitest'
import { bodyBounds, dialect, dialects, payloadBounds, scan, verify, type WireMessage } from '../src/index.ts'

/** An object with so many values, itself counted. */
const wide = (values: number) => JSON.stringify({ list: Array.from({ length: values - 2 }, (_, n) => n) })
const deep = (levels: number) => '{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1)

const sentAt = Date.UTC(2026, 10, 28)
const claim = '016f60fa-1ae2-74d2-ad4f-324d934b968d'

function message(payload: string, index: number): WireMessage {
  const params = { accountId: '1', apiSpaceId: 'a', revision: '2' }
  const id = `msg_${String(index).padStart(16, '0')}`
  return { id, type: 'a.b', payload, occurredAt: sentAt, acceptedAt: sentAt, params, claim }
}

/** Signs one message, or a batch of several, and reads the request back. */
async function roundTrip(name: string, payloads: readonly string[]) {
  const compiled = dialect(name)
  const [first, ...more] = payloads.map(message)
  const problem = compiled.check(first!)
  if (problem) throw problem
  const { batch } = compiled
  const body =
    more.length > 0 ? batch!.join([first!, ...more].map((one) => batch!.element(one))) : compiled.body(first!)
  const secrets = compiled.reading.signatures.length > 0 ? [secretOf(name)] : []
  const request = await compiled.encode({
    message: first!,
    url: 'https://example.com/',
    secrets,
    sentAt,
    attempt: 1,
    body,
  })
  return verify(request, { dialect: name, secrets, now: sentAt })
}

function secretOf(name: string): string {
  return ['standard', 'svix'].includes(name)
    ? 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    : 'a secret of twenty characters'
}

describe.each(dialects.map((found) => [found.name, found] as const))('%s', (name, found) => {
  test.each([
    ['as many values as a payload may have', wide(payloadBounds.values)],
    ['as many levels', deep(payloadBounds.depth)],
  ])('a payload with %s is read', async (_what, payload) => {
    if (found.body.kind === 'none') return
    expect(scan(payload)).toMatchObject({ ok: true })
    expect(await roundTrip(name, [payload])).toMatchObject({ ok: true })
  })

  test('one value or level more is not sent', async () => {
    if (found.body.kind === 'none') return
    for (const payload of [wide(payloadBounds.values + 1), deep(payloadBounds.depth + 1)])
      await expect(roundTrip(name, [payload])).rejects.toMatchObject({ code: 'invalid_payload' })
  })

  test('a batch of 100 payloads with 150 values each, and of 10 with 10,000, is read', async () => {
    if (found.body.kind !== 'json' || found.body.batch === undefined) return
    for (const [count, values] of [
      [100, 150],
      [10, payloadBounds.values],
    ] as const) {
      const read = await roundTrip(
        name,
        Array.from({ length: count }, () => wide(values)),
      )
      expect(read.ok && read.messages.length).toBe(count)
    }
  })
})

test('a body has bounds too: P3', () => {
  const { depth, values } = bodyBounds
  expect(scan('['.repeat(depth + 1) + ']'.repeat(depth + 1), bodyBounds)).toMatchObject({ ok: false })
  expect(scan(`{"a":[${'0,'.repeat(values)}0]}`, bodyBounds)).toMatchObject({ ok: false })
  expect(scan(`[{"a":[${'0,'.repeat(values)}0]}]`, bodyBounds)).toMatchObject({ ok: false })
})
