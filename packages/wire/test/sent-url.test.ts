import { expect, test } from 'vitest'
import { dialect, sentUrl, sign } from '@posthorn/wire'
import { sampleMessage } from './sample.ts'

const message = sampleMessage(dialect('scalefusion'), 0, 'a')

test.each([
  ['https://example.com', '/'],
  ['https://example.com/us?', '/us?'],
  ['HTTPS://EXAMPLE.com/A?b=%27', '/A?b=%27'],
  ['https://example.com:8443/a', '/a'],
  ['http://example.com:443/a', '/a'],
  ['https://example.com./a', '/a'],
  ['http://[::1]:8080/a', '/a'],
  ['https://xn--bcher-kva.example/a', '/a'],
  ["https://example.com/it's", "/it's"],
])('%s is sent as it was written', (url, target) => {
  expect(sentUrl(url)).toMatchObject({ ok: true, target })
})

const changed = [
  'https://example.com/a\tb',
  'https://example.com/a\nb',
  'https://example.com/a/./b',
  'https://example.com/%2E%2E/b',
  'https://example.com/é',
  'https://example.com\\a',
  'http:\\\\example.com\\',
  'http://example.com\\@127.0.0.1/',
  'https://me@example.com/',
  'mailto:me@example.com',
  '/hooks',
  '',
]

/** URLs whose scheme, host or port a parser changes, and what it makes of them. */
const otherHost = [
  ['http://2130706433/', 'http://127.0.0.1/'],
  ['http://0x7f.0.0.1/', 'http://127.0.0.1/'],
  ['http://0177.0.0.1/x?y', 'http://127.0.0.1/x?y'],
  ['http://127.1/', 'http://127.0.0.1/'],
  ['http://127.0.0.1./', 'http://127.0.0.1/'],
  ['http://１２７.0.0.1/', 'http://127.0.0.1/'],
  ['http://127。0。0。1/', 'http://127.0.0.1/'],
  ['http://[0:0:0:0:0:0:0:1]/', 'http://[::1]/'],
  ['http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/'],
  ['http://@example.com/', 'http://example.com/'],
  ['http://:@example.com/', 'http://example.com/'],
  ['https://exa%6dple.com/', 'https://example.com/'],
  ['http:example.com', 'http://example.com/'],
  ['http:/example.com/', 'http://example.com/'],
  ['http:///example.com/', 'http://example.com/'],
  ['https://example.com:443/a', 'https://example.com/a'],
  ['HTTP://EXAMPLE.com:80', 'http://example.com/'],
  ['https://example.com:/', 'https://example.com/'],
  ['https://example.com:08443/', 'https://example.com:8443/'],
  ['https://example.com:0443/', 'https://example.com/'],
  ['https://bücher.example/a', 'https://xn--bcher-kva.example/a'],
  ['https://BÜCHER.example/', 'https://xn--bcher-kva.example/'],
  ['https://\u212aelvin.example/', 'https://kelvin.example/'],
  ['https://stra\u00dfe.example/', 'https://xn--strae-oqa.example/'],
  ['https://exam\u00adple.com/', 'https://example.com/'],
  ['https://example\u3002com/', 'https://example.com/'],
] as const

test.each(otherHost)('%s would become %s: it is refused, with that', (url, instead) => {
  const checked = sentUrl(url)
  expect(checked).toMatchObject({ ok: false, message: expect.stringMatching(/ would be (changed|removed|left out)/) })
  expect(!checked.ok && checked.message.endsWith(`: write ${instead}`)).toBe(true)
  expect(sentUrl(instead), 'what to write is accepted').toMatchObject({ ok: true })
})

test.each(changed)('%j is refused', (url) => {
  expect(sentUrl(url)).toMatchObject({ ok: false })
})

test.each(changed)('nothing is signed for %j, because another URL would be sent', async (url) => {
  await expect(sign(message, { dialect: 'scalefusion', secret: 'abc', url })).rejects.toMatchObject({
    name: 'WireError',
    code: 'invalid_url',
  })
})
