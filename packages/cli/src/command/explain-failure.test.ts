import { expect, test } from 'vitest'
import { posthorn } from '../../test/memory-io.ts'

test('a port that fetch does not connect to is a wrong argument, not a bug', async () => {
  expect(await posthorn(['log', 'acme', '--url', 'http://127.0.0.1:6000', '--token', 'a.b.c'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/^error: .* do not connect to the port of this URL[^]*--url/),
  })
})
