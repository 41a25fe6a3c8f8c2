/**
 * The documentation is true where a machine can tell: snippets marked `ts test` and `sh test` run as they are printed, beside a
 * running `posthorn dev`, and every relative link leads to a file and a heading.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../packages/cli/test/free-port.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const posthorn = join(root, 'packages/cli/bin/posthorn.js')
const pages = globSync('**/*.md', { cwd: root, exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path) }).toSorted()

interface Snippet {
  readonly where: string
  /** `ts`, `sh`; a `receiver` is a program that listens on PORT and takes a scalefusion event. */
  readonly kind: 'ts' | 'sh' | 'receiver'
  readonly code: string
}

const snippets = pages.flatMap((page): Snippet[] => {
  const text = read(page)
  return [...text.matchAll(/^```(ts|sh) test( receiver)?\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, language = '', receiver, code = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    return { where: `${page}:${line}`, kind: receiver ? 'receiver' : language === 'ts' ? 'ts' : 'sh', code }
  })
})

describe('snippets', () => {
  // The folder in which a reader would try them: `posthorn dev` has run there, and the packages are installed.
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-docs-'))
  let dev: ChildProcess
  let count = 0
  const env = {
    ...process.env,
    PATH: `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`,
    POSTHORN_URL: '',
    POSTHORN_TOKEN: '',
  }

  beforeAll(async () => {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    dev = spawn(process.execPath, [posthorn, 'dev', '--port', '0'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    env.POSTHORN_URL = await lineOf(dev, /^ready (\S+)$/m)
    env.POSTHORN_TOKEN = (await run(process.execPath, [posthorn, 'token'])).out.trim()
  })

  afterAll(async () => {
    if (dev.exitCode === null) {
      const exited = once(dev, 'exit')
      dev.kill()
      await exited
    }
    rmSync(folder, { recursive: true, force: true })
  })

  test('are there', () =>
    expect(snippets.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ts', 'sh', 'receiver'])))

  for (const { where, kind, code } of snippets) {
    const title = `${where}: ${code.split('\n')[0]}`
    if (kind === 'ts')
      test.concurrent(title, async () => {
        const { code: exit, out, err } = await runTypeScript(code)
        expect({ exit, err }).toEqual({ exit: 0, err: '' })
        const expected = [...code.matchAll(/console\.log\(.*\) \/\/ ([^:\n]+)/g)].map(([, text]) => text)
        expect(out.split('\n').slice(0, -1)).toEqual(expected)
      })
    else if (kind === 'sh')
      test.concurrent(title, async ({ skip }) => {
        const lacking = ['bash', 'curl'].find((tool) => `bash ${code}`.includes(tool) && !isHere(tool))
        if (lacking !== undefined && process.env['POSTHORN_TEST_REQUIRE'] !== 'all') skip(`${lacking} is not here`)
        // What npx does here, without the second that npm takes to start.
        const { code: exit, out, err } = await run('bash', ['-euo', 'pipefail', '-c', `npx() { "$@"; }\n${code}`])
        expect(exit, out + err).toBe(0)
      })
    else
      test.concurrent(title, async () => {
        const port = await freePort()
        const receiver = startTypeScript(code, { PORT: String(port) })
        try {
          const trigger = (secret: string): ReturnType<typeof run> =>
            run(process.execPath, [
              posthorn,
              ...'trigger device.enrolled --dialect scalefusion'.split(' '),
              '--secret',
              secret,
              '--to',
              `http://localhost:${port}/`,
            ])
          const right = lineOf(receiver, /(device\.enrolled)/)
          await expect.poll(async () => (await trigger('MySharedSecret')).code).toBe(0)
          expect(await right).toBe('device.enrolled')
          const wrong = lineOf(receiver, /(signature_mismatch)/)
          expect((await trigger('another')).code).toBe(1)
          expect(await wrong).toBe('signature_mismatch')
        } finally {
          receiver.kill()
        }
      })
  }

  function startTypeScript(code: string, more: Readonly<Record<string, string>> = {}): ChildProcess {
    const file = join(folder, `${++count}.ts`)
    writeFileSync(file, code)
    return spawn(process.execPath, ['--conditions=posthorn-source', file], {
      cwd: folder,
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  function runTypeScript(code: string): ReturnType<typeof finished> {
    return finished(startTypeScript(code))
  }

  function run(command: string, args: readonly string[]): ReturnType<typeof finished> {
    return finished(spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }))
  }
})

describe('lists are complete', () => {
  test('docs/dialects.md: every dialect', () => {
    const names = [...read('packages/wire/src/dialects/index.ts').matchAll(/^import \{ (\w+) \}/gm)].map(
      ([, name]) => name,
    )
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter((name) => !headingsOf(read('docs/dialects.md')).includes(name ?? ''))).toEqual([])
  })
})

describe('every sentence of a vendor has its test', () => {
  const tables = pages.filter((page) => page.startsWith('docs/vendors/'))

  test('there is a table for each of the five', () => expect(tables).toHaveLength(5))

  for (const page of tables) {
    test(page, () => {
      const cells = [...read(page).matchAll(/`([^`]+\.test\.ts)` › `([^`]+)`/g)]
      expect(cells.length).toBeGreaterThan(3)
      const missing = cells.flatMap(([, file = '', title = '']) => {
        const path = /^(packages|test)\//.test(file) ? file : `packages/server/test/${file}`
        // As the title stands in the source, where an apostrophe may be escaped.
        const isThere = existsSync(join(root, path)) && read(path).replaceAll("\\'", "'").includes(title)
        return isThere ? [] : [`${file} › ${title}`]
      })
      expect(missing).toEqual([])
    })
  }
})

describe('links', () => {
  for (const page of pages) {
    test(`of ${page}`, () => {
      const broken = linksOf(read(page)).filter((link) => !leadsSomewhere(page, link))
      expect(broken).toEqual([])
    })
  }
})

function isHere(tool: string): boolean {
  return spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0
}

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** Addresses of relative links; code is not looked at. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`(?!\])/g, '')
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link))
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return false
  return heading === undefined || !target.endsWith('.md') || headingsOf(read(target)).includes(heading)
}

/** As the usual renderers name them. */
function headingsOf(text: string): string[] {
  const titles = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title)
  return titles.map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

async function finished(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/** What the first group of a pattern finds in the output; rejects when the program ends without it. */
function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((found, reject) => {
    let out = ''
    const onData = (chunk: Buffer): void => {
      out += chunk.toString()
      const match = pattern.exec(out)
      if (!match) return
      found(match[1] ?? '')
    }
    // Read on afterwards: a pipe that nobody empties would stop the program.
    child.stdout?.on('data', onData)
    child.stderr?.on('data', onData)
    child.once('exit', () => reject(new Error(`ended without ${pattern}:\n${out}`)))
  })
}
