import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLogServer, type LogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'

let server: LogServer
const refused = async (...args: string[]) => {
  const { code, out, err } = await posthorn(args, { env: server.env })
  expect({ code, out }).toEqual({ code: 2, out: '' })
  return err
}

beforeAll(async () => {
  server = await startLogServer()
  await server.client.application.create({ body: { name: 'Acme', uid: 'acme' } })
  await server.client.endpoint.create({
    params: { app_id: 'acme' },
    body: { url: 'https://hooks.example.com/', uid: 'main' },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

describe('a name that the server does not know', () => {
  test.each([
    [['send', 'acmee', 'invoice.paid', '--payload', '{}'], 'there is no application "acmee".', 'Did you mean acme?'],
    [['audit', 'amce'], 'there is no application "amce".', 'Did you mean acme?'],
    [['key', 'show', 'zebra'], 'there is no application "zebra".', 'Known: acme'],
    [['test', 'acme', 'mian'], 'this application has no endpoint "mian".', 'Did you mean main?'],
    [['test', 'acne', 'main'], 'there is no application "acne".', 'Did you mean acme?'],
    [['preset', 'show', 'scalefusoin'], 'there is no preset "scalefusoin".', 'Known: '],
    [['dialect', 'show', 'standrad'], 'there is no dialect "standrad".', 'Did you mean standard?'],
  ])('%j', async (args, what, next) => {
    const text = await refused(...args)
    expect(text).toContain(what)
    expect(text).toContain(next)
  })

  test('a token that may not list applications gets the refusal of the server', async () => {
    const application = await server.client.application.get({ params: { app_id: 'acme' } })
    const token = await server.token({ subject: application.id, org: 'org_log' })
    const ran = await posthorn(['key', 'show', 'nobody'], { env: { ...server.env, POSTHORN_TOKEN: token } })
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/the server refused/) })
  })
})

describe('a word of the command line that is not known', () => {
  test.each([
    [['lgo', 'acme'], /unknown command 'lgo'[^]*Did you mean log\?/],
    [['preset', 'shwo'], /unknown command 'shwo'[^]*Did you mean show\?/],
    [['log', 'acme', '--limti', '3'], /unknown option '--limti'[^]*Did you mean --limit\?/],
  ])('%j is near another one', async (args, message) => {
    expect(await refused(...args)).toMatch(message)
  })

  test.each([[['listen', '3000']], [['login']], [['log', 'acme', '--server', 'x']]])(
    '%j is near none: nothing is suggested',
    async (args) => {
      expect(await refused(...args)).not.toContain('Did you mean')
    },
  )
})

describe('a token', () => {
  test.each(['abc', 'Bearer a.b.c', 'eyJhbGciOiJIUzI1NiJ9.e30', ''])(
    'that is %j is refused before it is sent',
    async (token) => {
      const ran = await posthorn(['log', 'acme', `--token=${token}`], { env: { ...server.env, POSTHORN_TOKEN: 'abc' } })
      expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/three parts[^]*posthorn token/) })
    },
  )

  test('lives for a span with its unit', async () => {
    const { code, err } = await posthorn(['token', '--org', 'org_acme', '--expires', '3'], { env: server.env })
    expect(code).toBe(2)
    expect(err).toContain('Write the unit: 3s, 3m, 3h or 3d.')
  })
})
