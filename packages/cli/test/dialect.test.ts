import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLogServer, type LogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'

const good = fileURLToPath(new URL('../../../test/vendor/parcelbird/dialect.json', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'posthorn-dialect-'))
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

let server: LogServer
const run = (...args: string[]) => posthorn(['dialect', ...args], { env: server.env })

beforeAll(async () => {
  server = await startLogServer()
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server[Symbol.asyncDispose]()
})

describe('posthorn dialect', () => {
  test('list shows the built-in dialects', async () => {
    const { code, out } = await run('list')
    expect(code).toBe(0)
    expect(out).toMatch(/^Name +Version +Whose +Parameters +Title\n/)
    expect(out).toMatch(/\nstandard +1 +built in +Standard Webhooks\n/)
    expect(
      (await run('list', '--json')).out.split('\n').filter((line) => line.includes('"name":"comapi"')),
    ).toHaveLength(1)
  })

  test('show prints parameters and definition', async () => {
    const { out } = await run('show', 'comapi')
    expect(out).toMatch(/^.* \(comapi\)\nbuilt in\n\nParameters\n {2}\w+, required: .*\n/)
    expect(out).toMatch(/\nDefinition\n\{\n {2}"name": "comapi",\n/)
    expect(JSON.parse((await run('show', 'comapi', '--json')).out)).toMatchObject({ name: 'comapi', builtIn: true })
    expect(await run('show', 'morse')).toMatchObject({ code: 2, err: expect.stringMatching(/no dialect "morse"/) })
  })

  test('put defines versions, show and docs print one of them, delete removes all', async () => {
    expect(await run('put', 'parcelbird', good)).toMatchObject({ code: 0, out: 'parcelbird is defined, version 1\n' })
    const text = readFileSync(good, 'utf8').replace('"Parcelbird"', '"Parcelbird, anew"')
    const second = await posthorn(['dialect', 'put', 'parcelbird', '-', '--json'], { env: server.env, stdin: text })
    expect(JSON.parse(second.out)).toMatchObject({ version: 2, versions: [1, 2] })
    expect((await run('show', 'parcelbird')).out).toMatch(
      /^Parcelbird, anew \(parcelbird\)\nyour own, version 2 \(there are also 1\)\n/,
    )
    expect((await run('show', 'parcelbird', '--version', '1')).out).toMatch(/^Parcelbird \(parcelbird\)\n/)
    const page = await run('docs', 'parcelbird', '--version', '1')
    expect(page).toMatchObject({ code: 0, out: expect.stringMatching(/^#+ .*\n/) })
    expect(JSON.parse((await run('docs', 'standard', '--json')).out)).toMatchObject({ name: 'standard' })

    const app = await server.client.application.create({ body: { name: 'Acme', uid: 'acme', dialect: 'parcelbird' } })
    expect(await run('delete', 'parcelbird')).toMatchObject({ code: 2, err: expect.stringContaining(app.id) })
    await server.client.application.delete({ params: { app_id: app.id } })
    expect(await run('delete', 'parcelbird')).toMatchObject({ code: 0, out: 'parcelbird is deleted\n' })
    expect(await run('delete', 'parcelbird')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no dialect "parcelbird"/),
    })
    expect(await run('delete', 'standard')).toMatchObject({ code: 2 })
  })

  test('put prints everything that the server refuses, one line each', async () => {
    const { code, err } = await run('put', 'acme', file('empty.json', '{"request": {}}'))
    expect(code).toBe(2)
    expect(err).toMatch(/^error: the server refused: \n( {2}`.*\n){3,}/)
  })
})

describe('posthorn dialect check', () => {
  const check = (...args: string[]) => posthorn(['dialect', 'check', ...args])

  test('needs no server', async () => {
    expect(await check(good)).toMatchObject({ code: 0, out: '✓ good  Parcelbird (parcelbird)\n' })
    expect(await check(good, '--json')).toMatchObject({ code: 0, out: '' })
  })

  test('accepts the definition that show prints, without its name', async () => {
    const { definition } = JSON.parse((await run('show', 'standard', '--json')).out) as { definition: object }
    const path = file('acme.json', JSON.stringify({ ...definition, name: undefined, version: undefined }))
    expect(await check(path)).toMatchObject({ code: 0, out: '✓ good  Standard Webhooks (without a name)\n' })
    expect(await run('put', 'acme', path)).toMatchObject({ code: 0, out: 'acme is defined, version 1\n' })
  })

  test('names line and column of every place, with the reason', async () => {
    const text = readFileSync(good, 'utf8')
      .replace('"hmac-sha512"', '"rot13"')
      .replace('"contentType"', '"contenttype"')
    const path = file('wrong.json', text)
    const { code, out } = await check(path)
    expect(code).toBe(1)
    const at = (part: string) => text.slice(0, text.indexOf(part)).split('\n').length
    expect(out).toMatch(new RegExp(`^${path}:${at('"rot13"')}:\\d+ signatures\\[0\\]\\.algorithm must be `, 'm'))
    expect(out).toMatch(
      new RegExp(
        `^${path}:${at('"contenttype"')}:\\d+ request\\.contenttype is not known here: did you mean "contentType"\\?$`,
        'm',
      ),
    )
    const lines = (await check(path, '--json')).out.trimEnd().split('\n')
    expect(lines).toHaveLength(out.trimEnd().split('\n').length)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      file: path,
      line: expect.any(Number),
      column: expect.any(Number),
      path: expect.any(String),
      reason: expect.any(String),
    })
  })

  test.each([
    ['{\n  "name": acme\n}', /:2:11 this is not valid JSON/],
    ['{\n  "name": 1,\n  "name": 2\n}', /:3:3 this is not valid JSON/],
    ['[]', /does not contain a JSON object/],
  ])('%j is not JSON for it', async (text, message) => {
    expect(await check(file('broken.json', text))).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(message),
    })
  })

  test('a missing file is an error', async () => {
    expect(await check('/nowhere.json')).toMatchObject({ code: 3, err: expect.stringMatching(/cannot be read/) })
  })
})
