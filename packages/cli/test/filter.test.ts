import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLogServer, type LogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'

let server: LogServer
const run = (...args: string[]) => posthorn(['filter', ...args], { env: server.env })

beforeAll(async () => {
  server = await startLogServer()
  for (const uid of ['acme', 'empty']) await server.client.application.create({ body: { name: uid, uid } })
  for (const total of [5, 50, 500]) await server.send('acme', 'invoice.paid', { total })
  await server.send('acme', 'invoice.void', { total: 50 })
})
afterAll(() => server[Symbol.asyncDispose]())

test('prints how many messages match, and which', async () => {
  const { code, out } = await run('acme', '{"total": {"$gte": 50}}')
  expect(code).toBe(0)
  expect(out).toMatch(/^3 of the 4 newest messages match\n\nMatch +Time +Event type +Message\n/)
  const lines = out.trimEnd().split('\n').slice(3)
  expect(lines.map((line) => line.slice(0, 5))).toEqual(['✓ yes', '✓ yes', '✓ yes', '- no '])
  expect(lines[0]).toMatch(/^✓ yes +\d{4}-\S+ \S+Z +invoice\.void +msg_\w+$/)
})

test('filters the whole message, for some event types, for the newest messages', async () => {
  expect((await run('acme', '{"topic": "invoice.void"}', '--over', 'message')).out).toMatch(
    /^1 of the 4 newest messages matches\n/,
  )
  expect((await run('acme', '{}', '--event-type', 'invoice.paid')).out).toMatch(/^3 of the 4 /)
  const ran = await posthorn(['filter', 'acme', '-', '--limit', '1', '--json'], {
    env: server.env,
    stdin: '{"total": 1}',
  })
  expect(JSON.parse(ran.out)).toMatchObject({ checked: 1, matched: 0, messages: [{ matches: false }] })
  expect((await run('empty', '{}')).out).toBe('this application has no messages yet\n')
})

test('a key that looks like a path is pointed out when nothing matched', async () => {
  const { code, out } = await run('acme', '{"visitor.additional.Email Address": "a@b.test"}')
  expect(code).toBe(0)
  expect(out).toContain('is one key with dots in its name, not a path')
  expect(out).toContain('{"visitor":{"additional":{"Email Address":...}}}')
  expect((await run('acme', '{"total": {"$gte": 50}}')).out).not.toContain('not a path')
})

test.each([
  [['acme', 'total > 5'], /the filter is not JSON/],
  [['acme', '[]'], /the filter is not a JSON object/],
  [['acme', '{"a": {"$near": 1}}'], /the server refused/],
  [['acme', '{}', '--limit', '251'], /from 1 to 250/],
  [['nobody', '{}'], /no application "nobody"/],
])('refuses %j', async (args, message) => {
  expect(await run(...args)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) })
})
