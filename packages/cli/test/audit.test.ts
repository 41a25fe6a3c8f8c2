import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLogServer, type LogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'

let server: LogServer
const run = (...args: string[]) => posthorn(args, { env: server.env })

beforeAll(async () => {
  server = await startLogServer()
  for (const uid of ['screens', 'plain']) await server.client.application.create({ body: { name: uid, uid } })
  await server.client.preset.apply({ params: { app_id: 'screens' }, body: { name: 'screenmeet' } })
  await server.client.endpoint.create({ params: { app_id: 'screens' }, body: { url: 'https://example.com/in' } })
  await run('key', 'show', 'screens')
  await run('key', 'reset', 'screens', '--overlap', '7d')
})
afterAll(() => server[Symbol.asyncDispose]())

test('lists who looked and who changed, the newest first', async () => {
  const { code, out } = await run('audit', 'screens')
  expect(code).toBe(0)
  expect(out).toMatch(/^Time +Actor +Action +Target +Detail\n/)
  expect(out).toMatch(/\n\d{4}-\S+ \S+Z {2}org_log +signing_key\.reset +app_\w+ +overlapSeconds=604800 switchAt=\d+\n/)
  expect(out).toMatch(/ preset\.applied +screenmeet +eventTypes=\d+ overwrite=false\n$/)
  const [header, ...lines] = out.trimEnd().split('\n')
  expect(header).toBeDefined()
  expect((await run('audit', 'screens', '--json')).out.trimEnd().split('\n')).toHaveLength(lines.length)
})

test('pages have each line once', async () => {
  const all = (await run('audit', '--json')).out.trimEnd().split('\n')
  const first = await run('audit', '--json', '--limit', '2')
  const [, iterator = ''] = /--iterator (\S+)\n$/.exec(first.err) ?? []
  const rest = await run('audit', '--json', '--iterator', iterator)
  expect([...first.out.trimEnd().split('\n'), ...rest.out.trimEnd().split('\n')]).toEqual(all)
  expect((await run('audit', '--limit', '2')).out).toMatch(/\nthere is more: --iterator \S+\n$/)
})

test('an application without entries says so', async () => {
  expect(await run('audit', 'plain')).toMatchObject({ code: 0, out: 'nothing has been audited here\n' })
  expect(await run('audit', 'nobody')).toMatchObject({ code: 2, err: expect.stringMatching(/no application "nobody"/) })
})
