import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shownHeaders, shownUrl, type HeaderOwners } from './redact.ts'

function owners(custom: Record<string, string>, first: string[] = [], second: string[] | null = null): HeaderOwners {
  const secondary = second && { secretHeaders: second }
  return { headers: custom, dialect: { secretHeaders: first }, secondary }
}

describe('K1: headers as the log keeps them', () => {
  test.each([
    'Authorization',
    'authorization',
    'Proxy-Authorization',
    'Cookie',
    'X-Api-Key',
    'x-apikey',
    'X-Auth-User',
    'X-Access-Token',
    'X-Client-Secret',
    'X-Password',
    'X-Credentials',
    'Ocp-Apim-Subscription-Key',
    'X-Functions-Key',
    'X-Access-Key',
    'X-Pass',
    'X-Session-Id',
    'X-Hub-Pin',
    'X-Anything',
    'From',
  ])('the value of an owner’s %s is hidden; that it was sent is not', (name) => {
    expect(shownHeaders([[name, 'canary']], owners({ [name]: 'canary' }))).toEqual([[name, '***']])
  })

  test.each(['X-Region', 'Content-Type', 'ACCEPT', 'traceparent'])(
    'the value of %s is known to be harmless and shown',
    (name) => {
      expect(shownHeaders([[name, 'eu']], owners({ [name]: 'eu' }))).toEqual([[name, 'eu']])
    },
  )

  test('what the dialect wrote is shown, signatures and tokens of its own too: receivers check against it', () => {
    const headers = [
      ['webhook-signature', 'v1,abc'],
      ['X-Auth-Signature', 'abc'],
    ] as const
    expect(shownHeaders(headers, owners({}))).toEqual(headers)
  })

  test('a header that carries the secret itself is hidden, of either format, whatever its name is and its case', () => {
    const headers = [
      ['X-Stamp', 'canary'],
      ['Second-Stamp', 'v=canary'],
      ['X-Signature', 'abc'],
    ] as const
    expect(shownHeaders(headers, owners({}, ['x-stamp'], ['second-stamp']))).toEqual([
      ['X-Stamp', '***'],
      ['Second-Stamp', '***'],
      ['X-Signature', 'abc'],
    ])
  })

  test('names that every object inherits are no custom headers', () => {
    for (const name of ['toString', 'constructor', '__proto__'])
      expect(shownHeaders([[`${name}`, 'a']], owners({}))).toEqual([[name, 'a']])
  })

  test('names, order and number stay', () => {
    const headers = fc.array(fc.tuple(fc.constantFrom('a', 'x-token', 'Cookie', 'b'), fc.string()))
    fc.assert(
      fc.property(headers, (list) => {
        const shown = shownHeaders(list, owners(Object.fromEntries(list)))
        expect(shown.map(([name]) => name)).toEqual(list.map(([name]) => name))
        for (const [name, value] of shown) if (name === 'x-token' || name === 'Cookie') expect(value).toBe('***')
      }),
    )
  })
})

describe('K1: addresses as the log shows them', () => {
  test('one without a query stays', () => {
    expect(shownUrl('https://example.com/hook')).toBe('https://example.com/hook')
  })

  test('the query is hidden, as a whole: its values may be secrets, and its names too', () => {
    expect(shownUrl('https://example.com/hook?token=canary&b=2')).toBe('https://example.com/hook?…')
    expect(shownUrl('https://example.com/hook?')).toBe('https://example.com/hook?…')
    expect(shownUrl('https://example.com/hook?a=1?b=canary')).not.toContain('canary')
  })

  test('user info is hidden', () => {
    expect(shownUrl('https://user:canary@example.com/hook')).toBe('https://***@example.com/hook')
    expect(shownUrl('amqp://user:can@ary@example.com:5672/vhost')).toBe('amqp://***@example.com:5672/vhost')
    expect(shownUrl('https://example.com/@user?a')).toBe('https://example.com/@user?…')
  })
})
