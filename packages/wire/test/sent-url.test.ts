import { expect, test } from 'vitest'
import { dialect, sentUrl, sign } from '@posthorn/wire'
import { sampleMessage } from './sample.ts'

const message = sampleMessage(dialect('scalefusion'), 0, 'a')

test.each([
  ['https://example.com', '/'],
  ['https://example.com/us?', '/us?'],
  ['https://EXAMPLE.com:443/A?b=%27', '/A?b=%27'],
  ["https://example.com/it's", "/it's"],
  ['https://bücher.example/a', '/a'],
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
  'https://me@example.com/',
  'mailto:me@example.com',
  '/hooks',
  '',
]

test.each(changed)('%j is refused', (url) => {
  expect(sentUrl(url)).toMatchObject({ ok: false })
})

test.each(changed)('nothing is signed for %j, because another URL would be sent', async (url) => {
  await expect(sign(message, { dialect: 'scalefusion', secret: 'abc', url })).rejects.toMatchObject({
    name: 'WireError',
    code: 'invalid_url',
  })
})
