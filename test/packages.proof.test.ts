/**
 * The packages as npm would install them: built, packed and unpacked. Each holds what it should and nothing else, and runs in the
 * oldest Node that it says it needs. What needs a newer one says so in one sentence.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oldNode } from '../packages/cli/test/processes.ts'
import { build, packages } from '../scripts/build.ts'

const root = resolve(import.meta.dirname, '..')
// Below node_modules, so that what the packages depend on is found there.
mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true })
const folder = mkdtempSync(join(root, 'node_modules', '.cache', 'posthorn-packed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The paths in each package, by the folder of its source. */
const packed = new Map<string, string[]>()
const unpackedBytes = new Map<string, number>()

beforeAll(() => {
  for (const name of packages) build(name)
  for (const name of packages) {
    const source = join(root, 'packages', name)
    const { stdout, stderr, status } = spawnSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: source,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    })
    if (status !== 0) throw new Error(`npm pack in ${source}: ${stderr}`)
    const [{ filename, files, unpackedSize }] = packOutput(stdout)
    unpackedBytes.set(name, unpackedSize)
    packed.set(
      name,
      files.map(({ path }) => path),
    )
    const target = join(folder, 'node_modules', manifestName(name))
    mkdirSync(target, { recursive: true })
    const unpacked = spawnSync('tar', ['-xzf', join(folder, filename), '-C', target, '--strip-components=1'])
    if (unpacked.status !== 0) throw new Error(`tar: ${String(unpacked.stderr)}`)
  }
})

type PackOutput = [
  { readonly filename: string; readonly unpackedSize: number; readonly files: readonly { readonly path: string }[] },
]

/** npm 11 prints a list, npm 12 an object by name. */
function packOutput(text: string): PackOutput {
  const output = JSON.parse(text) as PackOutput | Readonly<Record<string, PackOutput[0]>>
  return Array.isArray(output) ? output : [Object.values(output)[0]!]
}

function manifestName(name: string): string {
  return (JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as { name: string }).name
}

test('together they take at most 8 MB on a disk, and what a receiver installs at most 1 MB', () => {
  const all = [...unpackedBytes.values()].reduce((sum, bytes) => sum + bytes, 0)
  expect(all).toBeLessThan(8_000_000)
  expect(unpackedBytes.get('wire')).toBeLessThan(1_000_000)
})

describe.each(packages)('%s, packed', (name) => {
  test('holds its license, its README and what was built', () => {
    expect(packed.get(name)).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']))
    expect(packed.get(name)!.filter((path) => path.startsWith('dist/')).length).toBeGreaterThan(3)
  })

  test('holds no tests and no sources', () => {
    const extra = packed
      .get(name)!
      .filter((path) => /\.test\.|^(src|test|bench|sim|scripts)\/|(?<!\.d)\.ts$/.test(path))
    expect(extra).toEqual([])
  })

  test('has every file that its exports name', () => {
    const { exports = {}, bin = {} } = JSON.parse(
      readFileSync(join(folder, 'node_modules', manifestName(name), 'package.json'), 'utf8'),
    ) as { exports?: Record<string, unknown>; bin?: Record<string, string> }
    const named = [...JSON.stringify([exports, bin]).matchAll(/"(?:\.\/)?((?:dist|bin)\/[^"*]+|openapi\.json)"/g)]
    expect(named.map(([, path]) => path).filter((path) => !packed.get(name)!.includes(path!))).toEqual([])
    expect(named.length).toBeGreaterThan(0)
  })
})

/** What each package does at least, printed as one line. */
const programs: Readonly<Record<string, string>> = {
  '@posthorn/wire': `
    import { sign, verify } from '@posthorn/wire'
    const message = { id: 'msg_0K3OcC9O39pNCR5O', type: 'a', payload: '{}', occurredAt: 0, acceptedAt: 0 }
    const request = await sign(message, { dialect: 'scalefusion', secret: 'secret', url: 'https://example.com/' })
    console.log((await verify(request, { dialect: 'scalefusion', secret: 'secret' })).ok)`,
  '@posthorn/model': `
    import { endpointFields, inputProblem } from '@posthorn/model'
    console.log(inputProblem(endpointFields, { url: 'https://example.com/' }, 'create') === null)`,
  '@posthorn/preset': `
    import { dialect } from '@posthorn/wire'
    import { builtInPresetFolder, checkAgainstSchema, checkSamples, compileFilter, documentPreset, loadPresets } from '@posthorn/preset'
    const presets = loadPresets([builtInPresetFolder()])
    checkSamples(presets)
    checkAgainstSchema({ $ref: '#/$defs/a', $defs: { a: { type: 'string', pattern: '^(a+)+$' } } }, 'aaa').length === 0 || process.exit(2)
    for (const preset of presets) await documentPreset(preset, dialect(preset.dialect).dialect, 'en')
    console.log(compileFilter({ a: { $gt: 1 } }).matches({ a: 2 }))`,
  '@posthorn/api': `
    import { createServer } from 'node:http'
    import { createClient } from '@posthorn/api'
    for (const framework of ['express', 'fastify', 'hono']) await import('@posthorn/api/slow-route/' + framework)
    const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end('{"name":"x"}'))
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
    const client = createClient({ url: 'http://127.0.0.1:' + server.address().port, token: 't' })
    console.log((await client.application.get({ params: { app_id: 'a' } })).name === 'x')
    server.close()`,
  '@posthorn/engine': `
    import { open } from '@posthorn/engine'
    const engine = await open({ database: 'sqlite::memory:' })
    console.log((await engine.applications.create('org_a', { name: 'x' })).name === 'x')
    await engine.close()`,
  '@posthorn/server': `
    import { readSettings, startServer } from '@posthorn/server'
    const server = await startServer({ settings: readSettings({ POSTHORN_PORT: '0', POSTHORN_DATABASE_URL: 'sqlite::memory:',
      POSTHORN_JWT_SECRET: 'x'.repeat(32), POSTHORN_SECRET_KEY: Buffer.alloc(32).toString('base64'), POSTHORN_LOG_LEVEL: 'silent' }) })
    console.log((await fetch(server.url + '/readyz')).ok)
    await server.close()`,
}

function run(node: string, name: string): { out: string; err: string; status: number | null } {
  const file = join(folder, `${name.replaceAll('/', '-')}.mjs`)
  writeFileSync(file, programs[name]!)
  const { NODE_OPTIONS: _, ...env } = process.env
  const { stdout, stderr, status } = spawnSync(node, [file], { cwd: folder, env, encoding: 'utf8', timeout: 120_000 })
  return { out: stdout, err: stderr, status }
}

test.each(Object.keys(programs))('%s runs in the Node that the tests have', (name) => {
  expect(run(process.execPath, name)).toEqual({ out: 'true\n', err: expect.any(String) as string, status: 0 })
})

function runCommand(node: string): { out: string; status: number | null } {
  const command = join(folder, 'node_modules', 'posthorn', 'bin', 'posthorn.js')
  const { stdout, status } = spawnSync(node, [command, 'sign', '--help'], { encoding: 'utf8', timeout: 120_000 })
  return { out: stdout, status }
}

test('the command runs', () => {
  expect(runCommand(process.execPath)).toEqual({ out: expect.stringContaining('scalefusion') as string, status: 0 })
})

describe('in a Node that is too old for the engine', () => {
  const old = oldNode()
  const version = old === null ? null : spawnSync(old, ['--version'], { encoding: 'utf8' }).stdout.trim()
  const isSupported = version !== null && Number.parseInt(version.slice(1), 10) >= 20

  test('Node 20 to 23 is on this machine', ({ skip }) => {
    if (!isSupported && process.env['POSTHORN_TEST_REQUIRE'] !== 'all') skip(`there is ${version ?? 'none'}`)
    expect(isSupported).toBe(true)
  })

  const reason = `the PATH has ${version ?? 'no Node below 24'}, and this needs a Node that is too old for the engine`

  for (const name of ['@posthorn/wire', '@posthorn/model', '@posthorn/preset', '@posthorn/api'])
    test(`${name} runs`, ({ skip }) => {
      skip(!isSupported, `${reason}, 20 or newer`)
      expect(run(old!, name)).toEqual({ out: 'true\n', err: expect.any(String) as string, status: 0 })
    })

  test('the command runs all the same, with the Node that came through npm', ({ skip }) => {
    skip(old === null, reason)
    expect(runCommand(old!)).toEqual({ out: expect.stringContaining('scalefusion') as string, status: 0 })
  })

  for (const name of ['@posthorn/engine', '@posthorn/server'])
    test(`${name} says in one sentence which Node it needs`, ({ skip }) => {
      skip(old === null, reason)
      const { err, status } = run(old!, name)
      expect(status).toBe(1)
      expect(err).toMatch(/Error: @posthorn\/engine needs Node 24 or newer, and this is v\d/)
      expect(err).not.toContain('ERR_UNKNOWN_BUILTIN_MODULE')
    })
})

test('nothing is left in the packages', () => {
  for (const name of packages)
    expect(readdirSync(join(root, 'packages', name)).filter((file) => file.endsWith('.tgz'))).toEqual([])
})
