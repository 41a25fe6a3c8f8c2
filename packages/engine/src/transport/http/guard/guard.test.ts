import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCidrList } from './address.ts'
import { createGuard } from './guard.ts'

const guard = createGuard({ allow: [] })
const guardAllowing = (list: string) => createGuard({ allow: parseCidrList(list) })

function messageOf(url: string, by = guard): string {
  const check = by.checkUrl(url)
  return check.ok ? `accepted as ${check.url.href}` : check.message
}

describe('spellings that URL converts to an address (RELIABILITY 3.1)', () => {
  test.each([
    ['127.1', '127.0.0.1'],
    ['127.0.1', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['0177.0.0.1', '127.0.0.1'],
    ['017700000001', '127.0.0.1'],
    ['127.0.0.1.', '127.0.0.1'],
    ['①②⑦.⓪.⓪.①', '127.0.0.1'],
    ['127。0。0。1', '127.0.0.1'],
    ['１２７.0.0.1', '127.0.0.1'],
    ['%31%32%37.0.0.1', '127.0.0.1'],
    ['0x7f.0x0.0x0.0x1', '127.0.0.1'],
    ['0', '0.0.0.0'],
    ['169.254.43518', '169.254.169.254'],
    ['0xa9fea9fe', '169.254.169.254'],
    ['[::ffff:127.0.0.1]', '::ffff:7f00:1'],
    ['[::127.0.0.1]', '::7f00:1'],
    ['[64:ff9b::7f00:1]', '64:ff9b::7f00:1'],
    ['[2002:7f00:1::]', '2002:7f00:1::'],
    ['[::ffff:0:127.0.0.1]', '::ffff:0:7f00:1'],
    ['[fec0::1]', 'fec0::1'],
    ['[::1]', '::1'],
    ['[::]', '::'],
    ['[0:0:0:0:0:0:0:1]', '::1'],
    ['10.0.0.1', '10.0.0.1'],
    ['192.168.0.1', '192.168.0.1'],
    ['169.254.169.254', '169.254.169.254'],
    ['168.63.129.16', '168.63.129.16'],
  ])('%s is refused as %s', (host, address) => {
    for (const scheme of ['http', 'https']) {
      const written = address.includes(':') ? `[${address}]` : address
      const message = messageOf(`${scheme}://${host}/`)
      // Another spelling is refused before anyone asks which address it is, with the usual one. That one is refused as what it is.
      if (host !== written)
        expect(message).toBe(`the host of the URL would be changed before it is sent: write ${scheme}://${written}/`)
      const refusal = messageOf(`${scheme}://${written}/`)
      expect(refusal).toMatch(/ is (a|an|the|outside) .*, and endpoints have to be public$/)
      expect(refusal.startsWith(`${address} is `)).toBe(true)
    }
  })

  test.each(['[fe80::1%25lo]', '127.0.0.1%00.x', '256.256.256.256', '::1', '1.2.3.4.5', '[::1', 'a b', 'exa<mple.com'])(
    '%s is not a URL',
    (host) => {
      expect(messageOf(`http://${host}/`)).toContain('is not a URL')
    },
  )

  test.each([
    ['localhoſt', 'write https://localhost/'],
    ['LOCALHOST.', 'names under ".localhost"'],
    ['localhost', 'names under ".localhost"'],
    ['a.localhost', 'names under ".localhost"'],
    ['printer.local', 'names under ".local"'],
    ['metadata.google.internal', 'names under ".internal"'],
    ['metadata.google.internal.', 'names under ".internal"'],
    ['nas.home.arpa', 'names under ".home.arpa"'],
    ['home.arpa', 'names under ".home.arpa"'],
    ['redis', 'a name without a domain'],
    ['com.', 'a name without a domain'],
  ])('the name %s: %s', (host, explanation) => {
    expect(messageOf(`https://${host}/`)).toContain(explanation)
  })
})

describe('parser confusion: the stored URL is the one that is connected to', () => {
  test.each([
    ['http://a@127.0.0.1/', 'user name or password'],
    ['http://127.0.0.1:80@example.com/', 'user name or password'],
    ['http://user:pw@example.com/', 'user name or password'],
    ['http://1.1.1.1 &@2.2.2.2# @3.3.3.3/', 'user name or password'],
    ['http://example.com\\@127.0.0.1/', 'a backslash'],
    ['http://example.com#@127.0.0.1/', 'a fragment'],
    ['http://example.com/#', 'a fragment'],
    ['http:example.com/x', 'write http://example.com/x'],
    ['http://@127.0.0.1/', 'write http://127.0.0.1/'],
    ['  https://example.com/a\r\nb?q=\u{10a}  ', 'a space at character 1'],
    ['https://example.com/a%0d%0aX', 'accepted as https://example.com/a%0d%0aX'],
    ['https://example.com//..//x', 'would be changed before it is sent: write https://example.com//x'],
    ['https://EXAMPLE.com/', 'accepted as https://example.com/'],
    ['https://EXAMPLE.com:443/', 'write https://example.com/'],
    ['https://münchen.example/', 'write https://xn--mnchen-3ya.example/'],
    ['https://xn--mnchen-3ya.example/', 'accepted as https://xn--mnchen-3ya.example/'],
    ['ftp://example.com/', 'is not a scheme for webhooks'],
    ['file:///etc/passwd', 'is not a scheme for webhooks'],
    ['gopher://example.com/', 'is not a scheme for webhooks'],
    ['javascript:alert(1)', 'is not a scheme for webhooks'],
    ['http://', 'is not a URL'],
    ['https:///', 'is not a URL'],
    ['/relative', 'is not a URL'],
    ['', 'is not a URL'],
  ])('%j: %s', (url, expected) => {
    expect(messageOf(url)).toContain(expected)
  })

  test('the canonical form is its own canonical form', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const check = guard.checkUrl(url)
        if (check.ok) expect(guard.checkUrl(check.url.href)).toEqual(check)
      }),
    )
  })

  test('any text gives a URL or a sentence, never an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `http://${text}`),
        ),
        (url) => {
          const check = guard.checkUrl(url)
          if (!check.ok) expect(check.message.length).toBeGreaterThan(10)
        },
      ),
    )
  })
})

describe('ports', () => {
  test.each([80, 443, 1024, 3000, 8000, 8071, 8080, 8443, 65535])('%i may be used', (port) => {
    const scheme = port === 80 ? 'https' : 'http'
    expect(messageOf(`${scheme}://example.com:${port}/`)).toContain('accepted')
  })

  test.each([0, 1, 22, 25, 465, 587, 53, 1023, 5432, 6379, 3306, 27017, 9200, 11211, 5672, 4222, 9092, 2375, 2379])(
    '%i may not',
    (port) => {
      expect(messageOf(`http://example.com:${port}/`)).toMatch(/\bport \d+\b/)
      expect(messageOf(`http://93.184.216.34:${port}/`)).toMatch(/\bport \d+\b/)
    },
  )
})

describe('the addresses that a name resolves to', () => {
  const admit = (host: string, answers: string[], by = guard) => {
    const check = by.checkUrl(`http://${host}/`)
    if (!check.ok) return check.message
    const admission = by.admit(check.url, answers)
    return admission.ok ? admission.addresses : admission.message
  }

  test('public addresses are returned in their order', () => {
    expect(admit('example.com', ['93.184.216.34', '2606:4700::1'])).toEqual(['93.184.216.34', '2606:4700::1'])
  })

  test.each([
    ['one private among fifty', [...Array.from({ length: 49 }, (_, i) => `8.8.8.${i}`), '10.0.0.1']],
    ['public A and loopback AAAA', ['8.8.8.8', '::1']],
    ['mapped', ['::ffff:10.0.0.1']],
    ['unreadable', ['8.8.8.8', 'fe80::1%eth0']],
  ])('%s refuses the whole name', (_what, answers) => {
    expect(admit('example.com', answers)).toContain('example.com resolves to ')
  })
})

describe("the operator's ranges", () => {
  const loopback = guardAllowing('127.0.0.0/8')

  test.each(['http://127.0.0.1:6379/', 'http://127.9.9.9/', 'http://[::ffff:7f00:1]:22/', 'http://localhost:5432/'])(
    '%s is accepted: the rules about ports and names do not apply to allowed ranges',
    (url) => {
      expect(messageOf(url, loopback)).toContain('accepted')
    },
  )

  test('everything else stays refused', () => {
    expect(messageOf('http://10.0.0.1/', loopback)).toContain('a private address')
    expect(messageOf('http://[::1]/', loopback)).toContain('the loopback address')
    expect(messageOf('http://8.8.8.8:6379/', loopback)).toContain('Redis')
  })

  test('a name without a domain is accepted when all its addresses are allowed', () => {
    const url = parse('http://receiver:5432/')
    expect(loopback.admit(url, ['127.0.0.5'])).toEqual({ ok: true, addresses: ['127.0.0.5'] })
    expect(loopback.admit(url, ['8.8.8.8'])).toMatchObject({ ok: false })
    expect(loopback.admit(url, ['127.0.0.5', '8.8.8.8'])).toMatchObject({ ok: false })
    expect(loopback.admit(url, ['127.0.0.5', '10.0.0.1'])).toMatchObject({ ok: false })
  })

  test('localhost is accepted when only one of its two addresses is allowed', () => {
    const url = parse('http://localhost/')
    expect(loopback.admit(url, ['127.0.0.1', '::1'])).toEqual({ ok: true, addresses: ['127.0.0.1'] })
    expect(guardAllowing('10.0.0.0/8').admit(url, ['127.0.0.1', '::1'])).toMatchObject({ ok: false })
  })

  function parse(url: string) {
    const check = loopback.checkUrl(url)
    if (!check.ok) throw new Error(check.message)
    return check.url
  }
})

test('the third check looks at the connected peer', () => {
  expect(guard.refusedPeer('93.184.216.34')).toBeNull()
  expect(guard.refusedPeer('::ffff:93.184.216.34')).toBeNull()
  expect(guard.refusedPeer('::ffff:127.0.0.1')).toContain('a loopback address')
  expect(guard.refusedPeer(undefined)).toContain('an unknown address')
})

describe('a URL is sent as it was written', () => {
  test.each([
    ['https://example.com/us?', '/us?'],
    ['https://example.com?', '/?'],
    ['https://example.com', '/'],
    ['https://example.com?a=b', '/?a=b'],
    ['https://example.com/a//b/', '/a//b/'],
    ['https://example.com/a%20b%2F%c3%A9?x=%zz&y=a+b', '/a%20b%2F%c3%A9?x=%zz&y=a+b'],
    ['https://example.com/a;b=c,d@e:f!$&()*+?q=/?:@', '/a;b=c,d@e:f!$&()*+?q=/?:@'],
    ["https://example.com/it's", "/it's"],
    ['https://example.com/...', '/...'],
    ['HTTPS://EXAMPLE.com/Path', '/Path'],
    ['https://xn--bcher-kva.example/x', '/x'],
  ])('%s has the path %s', (url, path) => {
    const check = guard.checkUrl(url)
    expect(check).toMatchObject({ ok: true, url: { path } })
    expect(check.ok && check.url.href).toBe(check.ok && check.url.origin + path)
    // The canonical form is its own canonical form.
    expect(check.ok && guard.checkUrl(check.url.href)).toEqual(check)
  })

  test.each([
    ['a tab in the path', 'https://example.com/a\tb', /a tab at character 22/],
    ['a tab in the host', 'https://exa\tmple.com/', /a tab at character 12/],
    ['a line break', 'https://example.com/\n', /a line break/],
    ['a space before it', ' https://example.com/', /a space at character 1/],
    ['a space after it', 'https://example.com/ ', /a space at character 21/],
    ['a space in the query', 'https://example.com/?a=b c', /a space .* write it as %20/],
    ['a NUL', 'https://example.com/\0', /a control character/],
    ['a backslash', 'https://example.com/a\\b', /a backslash/],
    ['a dot segment', 'https://example.com/a/../b', /write https:\/\/example\.com\/b/],
    ['an encoded dot segment', 'https://example.com/a/%2e%2E/b', /would be changed/],
    ['a single dot', 'https://example.com/./a', /would be changed/],
    ['a letter that has to be encoded', 'https://example.com/é', /write https:\/\/example\.com\/%C3%A9/],
    ['an apostrophe in the query', "https://example.com/?a='", /write https:\/\/example\.com\/\?a=%27/],
    ['a quotation mark', 'https://example.com/"a"', /%22a%22/],
    ['angle brackets in the query', 'https://example.com/?<a>', /%3Ca%3E/],
  ])('%s is refused, with what to write', (_what, url, message) => {
    expect(messageOf(url)).toMatch(message)
  })
})
