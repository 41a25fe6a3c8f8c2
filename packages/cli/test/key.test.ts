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

  test('show of an endpoint: the secret that signs, and beside it the next one with its time', async () => {
    const { client } = server
    const body = { url: 'https://example.com/in', uid: 'visits', dialect: 'signinapp', secret: 'first-secret-of-plain' }
    const params = {
      app_id: 'plain',
      endpoint_id: (await client.endpoint.create({ params: { app_id: 'plain' }, body })).id,
    }
    expect((await run('key', 'show', 'plain', 'visits')).out).toBe('key         first-secret-of-plain\n')
    await client.endpoint.rotateSecret({ params, body: { key: 'other-secret-of-plain' } })
    expect((await run('key', 'show', 'plain', 'visits')).out).toMatch(
      new RegExp(`^key +first-secret-of-plain\nnext key +other-secret-of-plain\ntakes over +${time}\n$`),
    )
    expect(JSON.parse((await run('key', 'show', 'plain', 'visits', '--json')).out)).toMatchObject({
      key: 'first-secret-of-plain',
      next: { key: 'other-secret-of-plain', signsFrom: expect.any(String) },
    })
    const two = { url: 'https://example.com/in', uid: 'two', dialect: 'standard', secondary: { dialect: 'svix' } }
    await client.endpoint.create({ params: { app_id: 'plain' }, body: two })
    expect((await run('key', 'show', 'plain', 'two')).out).toMatch(/^key +whsec_\S+\nsecond key +whsec_\S+\n$/)
  })

  test('an impossible reset is refused with the reason', async () => {
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
