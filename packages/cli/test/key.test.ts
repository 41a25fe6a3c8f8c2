import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLogServer, type LogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'

let server: LogServer
const run = (...args: string[]) => posthorn(args, { env: server.env })

beforeAll(async () => {
  server = await startLogServer()
  for (const uid of ['screens', 'plain']) await server.client.application.create({ body: { name: uid, uid } })
  await server.client.preset.apply({ params: { app_id: 'screens' }, body: { name: 'screenmeet' } })
  await server.client.endpoint.create({ params: { app_id: 'screens' }, body: { url: 'https://example.com/in' } })
})
afterAll(() => server[Symbol.asyncDispose]())

const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ \(in \d+ \w[^)]*\)`
const shownKey = async () => (JSON.parse((await run('key', 'show', 'screens', '--json')).out) as { key: string }).key

describe('posthorn key', () => {
  test('show, reset with an overlap, and show both', async () => {
    const before = await shownKey()
    expect(await run('key', 'show', 'screens')).toMatchObject({ code: 0, out: `key         ${before}\n` })

    const { code, out } = await run('key', 'reset', 'screens', '--overlap', '7d')
    expect(code).toBe(0)
    expect(out).toMatch(
      new RegExp(
        `^The new key signs from ${time}\\.\nThe old key signs until ${time}\\.\nposthorn key show screens shows the new key`,
      ),
    )
    expect(out).not.toContain(before)
    expect((await run('key', 'show', 'screens')).out).toMatch(
      new RegExp(`^key +\\S+\nnext key +\\S+\ntakes over +${time}\n$`),
    )
    expect(await shownKey()).toBe(before)
  })

  test('reset at once, with a key of your own', async () => {
    const own = 'a-key-of-our-own-that-is-long-enough'
    const ran = await posthorn(['key', 'reset', 'screens', '--overlap', '0', '--key', '-'], {
      env: server.env,
      stdin: `${own}\n`,
    })
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^The new key signs from now on\.\nThe old key no longer signs\.\n/),
    })
    expect(await shownKey()).toBe(own)
    expect(JSON.parse((await run('key', 'reset', 'screens', '--json')).out)).toEqual({
      signsFrom: expect.any(String),
      previousUntil: expect.any(String),
    })
  })

  test('what cannot be is refused with the reason', async () => {
    expect(await run('key', 'reset', 'screens', '--overlap', '8d')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/7d/),
    })
    expect(await run('key', 'show', 'plain')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/the server refused/),
    })
    const token = await server.token({ subject: 'org_log', scopes: ['integrations:read'] })
    expect(await run('key', 'show', 'screens', '--token', token)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/secrets:read[^]*posthorn token --org ORG --scopes secrets:read/),
    })
  })
})

describe('posthorn audit', () => {
  test('tells who looked and who changed, the newest first', async () => {
    const { code, out } = await run('audit', 'screens')
    expect(code).toBe(0)
    expect(out).toMatch(/^Time +Actor +Action +Target +Detail\n/)
    expect(out).toMatch(
      /\n\d{4}-\S+ \S+Z {2}org_log +signing_key\.reset +app_\w+ +overlapSeconds=604800 switchAt=\d+\n/,
    )
    expect(out).toMatch(/ preset\.applied +screenmeet +eventTypes=\d+ overwrite=false\n$/)
    const [header, ...lines] = out.trimEnd().split('\n')
    expect(header).toBeDefined()
    expect((await run('audit', 'screens', '--json')).out.trimEnd().split('\n')).toHaveLength(lines.length)
  })

  test('pages: each line once', async () => {
    const all = (await run('audit', '--json')).out.trimEnd().split('\n')
    const first = await run('audit', '--json', '--limit', '2')
    const [, iterator = ''] = /--iterator (\S+)\n$/.exec(first.err) ?? []
    const rest = await run('audit', '--json', '--iterator', iterator)
    expect([...first.out.trimEnd().split('\n'), ...rest.out.trimEnd().split('\n')]).toEqual(all)
    expect((await run('audit', '--limit', '2')).out).toMatch(/\nthere is more: --iterator \S+\n$/)
  })

  test('of an application without any', async () => {
    expect(await run('audit', 'plain')).toMatchObject({ code: 0, out: 'nothing has been audited here\n' })
    expect(await run('audit', 'nobody')).toMatchObject({ code: 2, err: expect.stringMatching(/no such thing/) })
  })
})
