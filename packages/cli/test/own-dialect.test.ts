import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLogServer, type LogServer } from './log-server.ts'
import { localReceiver } from './local-receiver.ts'
import { posthorn, type Around } from './memory-io.ts'

const file = fileURLToPath(new URL('../../../test/vendor/parcelbird/dialect.json', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'posthorn-own-dialect-'))
const secret = `pbk_${Buffer.alloc(32, 7).toString('base64')}`
const depot = ['--param', 'depot=7']
const payload = '{"parcel": 7}'

let server: LogServer

beforeAll(async () => {
  server = await startLogServer()
  expect(await posthorn(['dialect', 'put', 'parcelbird', file], { env: server.env })).toMatchObject({ code: 0 })
})

afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server[Symbol.asyncDispose]()
})

function written(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** The ways to name the same dialect, and what stands around the command. */
const ways = (): Readonly<Record<string, readonly [given: string[], around: Around]>> => ({
  'its file': [['--dialect', file], {}],
  'its file behind an @': [['--dialect', `@${file}`], {}],
  'a file without name and version': [['--dialect', nameless()], {}],
  'its name, on the server of the environment': [['--dialect', 'parcelbird'], { env: server.env }],
  'its name, on a server that is given': [
    ['--dialect', 'parcelbird', '--server', server.env['POSTHORN_URL']!, '--token', server.env['POSTHORN_TOKEN']!],
    {},
  ],
})

function nameless(): string {
  const { name: _name, version: _version, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  return written('parcelbird.json', JSON.stringify(rest))
}

describe.each([
  'its file',
  'its file behind an @',
  'a file without name and version',
  'its name, on the server of the environment',
  'its name, on a server that is given',
])('one of your own dialects by %s', (way) => {
  test('signs what it verifies', async () => {
    const [given, around] = ways()[way]!
    const signed = await posthorn(['sign', ...given, ...depot, '--secret', secret, '--type', 'parcel.sent', '--json'], {
      ...around,
      stdin: payload,
    })
    expect(signed).toMatchObject({ code: 0, err: '' })
    const { headers, body, url } = JSON.parse(signed.out) as {
      headers: [string, string][]
      body: string
      url: string
    }
    const lines = headers.flatMap(([name, value]) => ['--header', `${name}: ${value}`])
    const verified = await posthorn(['verify', ...given, '--secret', secret, '--url', url, ...lines], {
      ...around,
      stdin: body,
    })
    expect(verified).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^verified\n[^]*payload +\{/) })
  })

  test('plays the vendor', async () => {
    const [given, around] = ways()[way]!
    await using receiver = await localReceiver()
    const ran = await posthorn(
      ['trigger', 'parcel.sent', ...given, ...depot, '--to', receiver.url, '--payload', payload, '--secret', secret],
      around,
    )
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(receiver.got).toHaveLength(1)
    const headers = receiver.got[0]!.headers.flatMap(([name, value]) => ['--header', `${name}: ${value}`])
    const verified = await posthorn(['verify', ...given, '--secret', secret, '--url', receiver.url, ...headers], {
      ...around,
      stdin: receiver.got[0]!.body,
    })
    expect(verified).toMatchObject({ code: 0 })
  })
})

describe.each(['sign', 'verify', 'trigger'])('%s', (command) => {
  const rest =
    command === 'trigger' ? ['a.b', '--to', 'http://127.0.0.1:1/', '--payload', payload] : ['--secret', secret]
  const run = (given: readonly string[], around: Around = {}) =>
    posthorn([command, ...rest, ...given], { stdin: payload, ...around })

  test('says what there is where a name is none, and how to give one of your own', async () => {
    const ran = await run(['--dialect', 'github'])
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toMatch(
      /there is no dialect "github"\.\s+Known: standard, [^]*--dialect \.\/github\.json[^]*--server URL/,
    )
  })

  test('asks the server, and says what it has where a name is none', async () => {
    const ran = await run(['--dialect', 'parcelbrd'], { env: server.env })
    expect(ran.code).toBe(2)
    expect(ran.err).toMatch(
      /built in or on the server http[^]*Did you mean parcelbird\? Known: standard, [^]*parcelbird/,
    )
  })

  test('names file, line and column of what is wrong in a definition', async () => {
    const wrong = written('wrong.json', '{\n  "title": "Wrong",\n  "body": 7\n}')
    const ran = await run(['--dialect', wrong])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(`${wrong}:3:11 body `)
    expect(ran.err).toContain('posthorn dialect check')
  })

  test.each([
    ['a file that is no JSON', () => written('broken.json', '{"a": }'), 2, /broken\.json:1:7 this is not valid JSON/],
    ['a file that does not exist', () => join(folder, 'none.json'), 3, /none\.json cannot be read/],
    ['a folder', () => folder, 3, /cannot be read/],
  ])('says so where it is given %s', async (_, given, code, message) => {
    const ran = await run(['--dialect', given()])
    expect(ran.err).toMatch(message)
    expect(ran.code).toBe(code)
  })

  test('says that a server does not answer', async () => {
    const ran = await run(['--dialect', 'acme', '--server', 'http://127.0.0.1:1', '--token', 'a.b.c'])
    expect(ran.err).toMatch(/no built-in dialect "acme", and the server http:\/\/127\.0\.0\.1:1 cannot be asked/)
    expect(ran.code).toBe(3)
  })
})

/** What the engine refuses for an endpoint, and here too: it would be signed and sent differently. */
const changedUrls: readonly (readonly [url: string, says: RegExp])[] = [
  ['http://127.0.0.1:9/a\tb', /a tab at character 21/],
  ['http://127.0.0.1:9/a/../b', /would be changed before it is sent: write http:\/\/127\.0\.0\.1:9\/b/],
  ['http://127.0.0.1:9/./b', /write http:\/\/127\.0\.0\.1:9\/b/],
  ['http://127.0.0.1:9/%2e%2e/b', /write http:\/\/127\.0\.0\.1:9\/b/],
  ['http://127.0.0.1:9/é', /write http:\/\/127\.0\.0\.1:9\/%C3%A9/],
  ['http://127.0.0.1:9/a b', /a space at character 21/],
  [' http://127.0.0.1:9/', /a space at character 1/],
  ['http://127.0.0.1:9\\a', /a backslash/],
  ['http://127.0.0.1:9/#top', /a fragment/],
  ['http://127.0.0.1:9/#', /a fragment/],
  ['http://me:secret@127.0.0.1:9/', /a user name or password/],
  ['ftp://127.0.0.1/', /not a scheme/],
  ['127.0.0.1:9/hooks', /is not a URL|not a scheme/],
  ['localhost:3000/hooks', /not a scheme/],
  ['', /is not a URL/],
]

describe('the URL of a receiver', () => {
  test.each(changedUrls)('trigger --to %j is refused as the engine refuses it', async (url, says) => {
    const ran = await posthorn(['trigger', 'device.enrolled', '-d', 'scalefusion', '--to', url])
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringMatching(says) })
  })

  test.each(changedUrls)('sign --url %j too', async (url, says) => {
    const ran = await posthorn(['sign', '-d', 'scalefusion', '--secret', 'a', '--url', url], { stdin: '{}' })
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringMatching(says) })
  })

  test('is sent to the byte as it was written, with a ? at its end too', async () => {
    await using receiver = await localReceiver()
    for (const target of ['/us?', '/a%20b?x=%27', "/it's?y=1", '/a;b=c?&&', '/?id=1&id=2'])
      await posthorn(['trigger', 'device.enrolled', '-d', 'scalefusion', '--to', receiver.url + target])
    expect(receiver.got.map(({ url }) => url)).toEqual([
      '/us?',
      '/a%20b?x=%27',
      "/it's?y=1",
      '/a;b=c?&&',
      '/?id=1&id=2',
    ])
  })
})
