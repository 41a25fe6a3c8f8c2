import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startLogServer, type LogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'

let server: LogServer
const run = (...args: string[]) => posthorn(['preset', ...args], { env: server.env })

beforeAll(async () => {
  server = await startLogServer()
  for (const uid of ['acme', 'bolt']) await server.client.application.create({ body: { name: uid, uid } })
})
afterAll(() => server[Symbol.asyncDispose]())

describe('posthorn preset list', () => {
  test('prints a line for each preset, or an object', async () => {
    const { code, out } = await run('list')
    expect(code).toBe(0)
    expect(out).toMatch(/^Name +Title +Dialect +Events +Words +Description\n/)
    expect(out).toMatch(/\nscalefusion +Scalefusion +scalefusion +\d+ /)
    const { out: lines } = await run('list', '--json')
    const names = lines
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { name: string }).name)
    expect(names).toContain('signinapp')
    expect(out.trimEnd().split('\n')).toHaveLength(names.length + 1)
  })

  test('fits a terminal', async () => {
    const { out } = await posthorn(['preset', 'list'], { env: server.env, terminalColumns: 70 })
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(70)
  })
})

describe('posthorn preset show', () => {
  test('prints how it delivers and what it allows, and the platforms of its event types by category', async () => {
    const { code, out } = await run('show', 'scalefusion')
    expect(code).toBe(0)
    expect(out).toMatch(/^Scalefusion \(scalefusion\)\nDevice management: /)
    expect(out).toMatch(
      /\nDelivery\n {2}There is one attempt; .*\n {2}An attempt without a response after 10 s is a failure\.\n/,
    )
    expect(out).toMatch(
      /\nRules\n {2}A new endpoint is off\. .*\n {2}An endpoint gets only the event types that it names/,
    )
    expect(out).toContain('\n  An application has at most 1 endpoint.\n')
    expect(out).toMatch(
      /\n {2}Before an endpoint is created or changed, the facts must match \{"plan":"Enterprise 2023"\}\. Otherwise: .*first\.\n/,
    )
    expect(out).toMatch(/\nFact +Type +Example +Meaning\nplan +string +Enterprise 2023 +What/)
    expect(out).toMatch(/\nEvent type +Android +iOS +macOS +Windows +Linux +What it says\n/)
    expect(out).toMatch(/\nEnrollment Events\ndevice\.enrolled +✓ +✓ +✓ +✓ +✓ +Device Enrolled\n/)
    expect(out).toMatch(/\ndevice\.unenrolled +- +- +✓ +✓ +- +Device Unenrolled\n/)
    const [matrix = ''] = out.split('\n').filter((line) => line.startsWith('Event type'))
    for (const line of out.split('\n').filter((text) => text.startsWith('device.')))
      expect(line.indexOf('Device')).toBe(matrix.indexOf('What it says'))
  })

  test.each(['standard', 'signinapp', 'comapi', 'screenmeet', 'autoflex'])('%s: every event type', async (name) => {
    const { out } = await run('show', name)
    const preset = JSON.parse((await run('show', name, '--json')).out) as { eventTypes: { name: string }[] }
    for (const { name: type } of preset.eventTypes) expect(out).toMatch(new RegExp(`\n${type.replaceAll('.', '\\.')} `))
  })

  test('an unknown preset is an error', async () => {
    expect(await run('show', 'nobody')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/no preset "nobody"/),
    })
  })
})

describe('posthorn preset apply', () => {
  test('applies a preset, and says when that would replace something', async () => {
    expect(await run('apply', 'acme', 'scalefusion')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^acme now uses the preset of Scalefusion: dialect scalefusion, \d+ event types\.\n/),
    })
    expect(await server.client.application.get({ params: { app_id: 'acme' } })).toMatchObject({ preset: 'scalefusion' })
    await server.client.eventType.patch({
      params: { event_type_name: 'device.enrolled' },
      body: { description: 'our own words' },
    })
    expect(await run('apply', 'bolt', 'scalefusion')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/the event type device\.enrolled[^]*--overwrite/),
    })
    const forced = await run('apply', 'bolt', 'scalefusion', '--overwrite', '--json')
    expect(forced.code).toBe(0)
    expect(JSON.parse(forced.out)).toMatchObject({ uid: 'bolt', preset: 'scalefusion' })
  })

  test('needs a token of the organisation, and says so', async () => {
    const { id } = await server.client.application.get({ params: { app_id: 'acme' } })
    const token = await server.token({ subject: id, org: 'org_log' })
    expect(await run('apply', 'acme', 'scalefusion', '--token', token)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/posthorn token --org ORG\n/),
    })
    const scoped = await server.token({ subject: 'org_log', scopes: ['integrations:read'] })
    expect((await run('apply', 'acme', 'scalefusion', '--token', scoped)).err).toMatch(/--scopes admin\n/)
  })
})

describe('posthorn preset docs', () => {
  test('prints the page, in the words of a language', async () => {
    const { code, out } = await run('docs', 'signinapp')
    expect(code).toBe(0)
    expect(out).toMatch(/^# .*\n/)
    const german = await run('docs', 'signinapp', '--language', 'de')
    expect(german.out).not.toBe(out)
    expect(JSON.parse((await run('docs', 'signinapp', '--json')).out)).toEqual({ name: 'signinapp', markdown: out })
    expect(await run('docs', 'signinapp', '--language', 'fr')).toMatchObject({ code: 2 })
  })
})

describe('posthorn preset check', () => {
  const vendors = fileURLToPath(new URL('../../../test/vendor', import.meta.url))
  const check = (...args: string[]) => posthorn(['preset', 'check', ...args])
  const copy = () => {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-presets-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    cpSync(vendors, folder, { recursive: true })
    return folder
  }
  const edit = (file: string, change: (text: string) => string) =>
    writeFileSync(file, change(readFileSync(file, 'utf8')))

  test('needs no server, and lists valid presets', async () => {
    expect(await check(vendors)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Result +Name +Title +Events +Samples\n✓ good +parcelbird +Parcelbird +\d+ +\d+\n$/),
    })
    expect(await check(vendors, '--json')).toMatchObject({ code: 0, out: '' })
  })

  test('names file, line and column of every problem', async () => {
    const folder = copy()
    const file = join(folder, 'parcelbird', 'preset.json')
    edit(file, (text) => text.replace('"timeoutSeconds":', '"timeoutSecond":').replace('"title":', '"titel":'))
    const { code, out } = await check(folder)
    expect(code).toBe(1)
    const lines = out.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(3)
    for (const line of lines) expect(line).toMatch(/preset\.json:\d+:\d+ \S/)
    expect(out).toContain('policy.timeoutSecond')
    const problems = (await check(folder, '--json')).out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(problems).toHaveLength(lines.length)
    expect(problems[0]).toEqual({
      file,
      line: expect.any(Number),
      column: expect.any(Number),
      path: expect.any(String),
      reason: expect.any(String),
    })
  })

  test('checks the samples', async () => {
    const folder = copy()
    const file = join(folder, 'parcelbird', 'samples', 'parcel.delivered.json')
    edit(file, () => '{}')
    expect(await check(folder)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^\S+\/parcel\.delivered\.json:1:1 .*\n/),
    })
  })

  test('a missing folder and a single preset are errors that say so', async () => {
    expect(await check('/nowhere')).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/does not exist/) })
    expect(await check(join(vendors, 'parcelbird'))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/a single preset[^]*posthorn preset check .*vendor/),
    })
  })
})
