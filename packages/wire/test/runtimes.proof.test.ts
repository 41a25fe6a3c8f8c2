/**
 * "Node, Deno, Bun, browsers, workers": the package as it is built and installed, with its own `exports` and `imports`,
 * checks itself in each of them. The check is `runtimes/check.js`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync, cpSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build } from '../../../scripts/build.ts'
import { chromium, startChromium } from './chromium.ts'
import { missing } from './installed.ts'
import { vectorFiles } from './vectors.ts'

interface Report {
  passed: number
  failures: string[]
  isSync: boolean
}

const source = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'posthorn-runtimes-'))
const installed = join(folder, 'node_modules', '@posthorn', 'wire')

/** A folder with the package in its node_modules, as npm would put it there, and the check. */
beforeAll(() => {
  mkdirSync(installed, { recursive: true })
  build('wire', join(installed, 'dist'))
  cpSync(join(source, 'package.json'), join(installed, 'package.json'))
  cpSync(join(source, 'test', 'runtimes'), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'vectors.js'), `export default ${JSON.stringify(vectorFiles)}`)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function expectPassed({ passed, failures, isSync }: Report, hasNodeCrypto: boolean): void {
  expect(failures).toEqual([])
  expect(passed).toBeGreaterThan(80)
  expect(isSync).toBe(hasNodeCrypto)
}

describe('with node:crypto', () => {
  const runtimes = [
    ...nodes().map((program) => ({ name: `Node ${versionOf(program)}`, program, args: [] as string[] })),
    { name: 'Deno', program: 'deno', args: ['run', '--no-remote', '--node-modules-dir=manual', '--allow-read'] },
    { name: 'Bun', program: 'bun', args: ['run'] },
  ]
  for (const { name, program, args } of runtimes) {
    const reason = missing(program)
    if (reason !== null) {
      test.skip(`${name} (skipped: ${reason})`, () => {})
      continue
    }
    test(name, () => {
      expectPassed(run(program, args), true)
    })
  }
})

/** Workers of edge hosts offer parts of Node and set their own condition, which must have priority. */
describe('with Web Crypto, by the condition of a worker, though node matches too', () => {
  for (const condition of ['browser', 'worker', 'workerd', 'edge-light']) {
    test(condition, () => {
      expectPassed(run(process.execPath, [`--conditions=${condition}`]), false)
    })
  }
})

describe('in a browser', () => {
  const reason = missing(chromium)
  for (const kind of ['page', 'worker'] as const) {
    if (reason !== null) {
      test.skip(`Chromium, a ${kind} (skipped: ${reason})`, () => {})
      continue
    }
    test(`Chromium, a ${kind}`, async () => {
      expectPassed(await inChromium(kind), false)
    })
  }
})

function run(program: string, args: string[]): Report {
  const { status, stdout, stderr, error } = spawnSync(program, [...args, 'program.js'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 110_000,
    // Options of this test's own process are not passed on.
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`, { cause: error })
  return JSON.parse(stdout) as Report
}

/** The Node that runs this test, and each other supported one on PATH. */
function nodes(): string[] {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, 'node'))
  const found = [process.execPath, ...onPath].filter((program) => existsSync(program))
  return [...new Set(found.map((program) => realpathSync(program)))].filter(
    (program) => Number(versionOf(program).split('.')[0]) >= 20,
  )
}

function versionOf(program: string): string {
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim().replace(/^v/, '')
}

/** Serves the folder to a browser of its own, which posts the report back. */
async function inChromium(kind: 'page' | 'worker'): Promise<Report> {
  const { promise, resolve } = Promise.withResolvers<Report>()
  const server = createServer((request, response) => {
    if (request.url === '/result') {
      let text = ''
      request.on('data', (chunk: Buffer) => (text += chunk.toString()))
      request.on('end', () => {
        response.end()
        resolve(JSON.parse(text) as Report)
      })
      return
    }
    const isPage = request.url === '/'
    const path = join(folder, (request.url ?? '').replace(/^\/bundled/, ''))
    if (!isPage && !existsSync(path)) {
      response.writeHead(404).end()
      return
    }
    response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript')
    const isBundled = request.url?.startsWith('/bundled') === true
    response.end(isPage ? pages[kind] : isBundled ? bundled(path) : readFileSync(path))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  try {
    await using browser = await startChromium()
    await browser.open(`http://127.0.0.1:${port}/`)
    return await promise
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const files: Record<string, string> = {
  '@posthorn/wire': '/node_modules/@posthorn/wire/dist/index.js',
  '@posthorn/wire/conformance': '/node_modules/@posthorn/wire/dist/conformance/index.js',
  '#crypto': '/node_modules/@posthorn/wire/dist/crypto/web.js',
}

const pages = {
  page: `<!doctype html>
    <script type="importmap">${JSON.stringify({ imports: files })}</script>
    <script type="module" src="/page.js"></script>`,
  worker: `<!doctype html><script>new Worker('/bundled/page.js', { type: 'module' })</script>`,
}

/** Import maps do not reach into workers: the names are replaced, as a bundler does. */
function bundled(path: string): string {
  return readFileSync(path, 'utf8').replace(/(?<= from ')[^.'][^']*(?=')/g, (name) => `/bundled${files[name]}`)
}
