import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLogServer, type LogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'

let server: LogServer
beforeAll(async () => {
  server = await startLogServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** Command lines that fail, each for a reason of another kind. */
const failing: Readonly<Record<string, readonly [args: string[], code: number, says: RegExp]>> = {
  'a missing argument': [['log', '--json'], 2, /missing required argument/],
  'an unknown option': [['audit', '--json', '--limt', '3'], 2, /unknown option '--limt'/],
  'an unknown command': [['adit', '--json'], 2, /unknown command 'adit'/],
  'a value of a wrong form': [['audit', '--json', '--limit', 'x'], 2, /--limit/],
  'a missing file': [
    ['sign', '-d', 'standard', '--secret', 'a', './none.json', '--json'],
    3,
    /none\.json cannot be read/,
  ],
  'an unknown dialect': [['sign', '-d', 'morse', '--secret', 'a', '--json'], 2, /there is no dialect "morse"/],
  'what the server does not have': [['preset', 'show', 'acme', '--json'], 2, /no preset "acme"/],
  'a server that does not answer': [['audit', '--json', '--url', 'http://127.0.0.1:65534'], 3, /connection refused/],
}

test.each(Object.entries(failing))(
  '%s is one JSON object on standard error with --json',
  async (_, [args, code, says]) => {
    const ran = await posthorn(args, { env: server.env })
    expect(ran.code).toBe(code)
    expect(ran.out).toBe('')
    expect(ran.err.trimEnd().split('\n')).toHaveLength(1)
    const told = JSON.parse(ran.err) as { error: string; next: string; exitCode: number }
    expect(told).toMatchObject({ error: expect.stringMatching(says), next: expect.any(String), exitCode: code })
    expect(told.error).not.toMatch(/^error:/)
  },
)

test('without --json they stay sentences', async () => {
  const ran = await posthorn(['sign', '-d', 'morse', '--secret', 'a'])
  expect(ran.err).toMatch(/^error: there is no dialect "morse"\.\n/)
})

test('what was probably meant is in it', async () => {
  const { err } = await posthorn(['audit', '--json', '--limt', '3'], { env: server.env })
  expect(JSON.parse(err)).toMatchObject({ next: 'Did you mean --limit?' })
})
