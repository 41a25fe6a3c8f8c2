import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createClient } from '@posthorn/api'
import { posthorn } from './memory-io.ts'
import { eventually, launcher } from './processes.ts'

const jwtSecret = 'a secret of the test, long enough'

/** `posthorn serve` with a log of every request on this standard output. */
async function serveOn(stdout: number | 'pipe') {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-output-'))
  const child = spawn(
    process.execPath,
    ['--conditions=posthorn-source', join(launcher, '../../src/main.ts'), 'serve'],
    {
      stdio: ['ignore', stdout, 'pipe'],
      env: {
        PATH: process.env['PATH'],
        POSTHORN_PORT: '0',
        POSTHORN_DATABASE_URL: `sqlite:${join(folder, 'data')}`,
        POSTHORN_JWT_SECRET: jwtSecret,
        POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
        POSTHORN_LOG_LEVEL: 'trace',
      },
    },
  )
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
    rmSync(folder, { recursive: true, force: true })
  })
  let errors = ''
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  await eventually(() => /ready \S+/.test(errors) || child.exitCode !== null)
  const [, url = ''] = /ready (\S+)/.exec(errors) ?? []
  expect(url, errors).not.toBe('')
  const token = (await posthorn(['token', '--org', 'org_test'], { env: { POSTHORN_JWT_SECRET: jwtSecret } })).out.trim()
  return { child, url, client: createClient({ url, token }), exited, stop: () => (child.kill('SIGTERM'), exited) }
}

/** Far more lines than a pipe and the lines that wait can hold. */
async function manyRequests(url: string, count: number): Promise<void> {
  const path = `${url}/api/v1/${'x'.repeat(8000)}`
  for (let sent = 0; sent < count; sent += 50) {
    await Promise.all(Array.from({ length: 50 }, async () => (await fetch(path)).arrayBuffer()))
  }
}

const ready = async (url: string): Promise<{ status: string; reasons: string[] }> =>
  (await (await fetch(`${url}/readyz`)).json()) as { status: string; reasons: string[] }

describe('A6 a log that cannot be written', () => {
  test('because its disk is full stops nothing, and readyz says so', async ({ skip }) => {
    if (!existsSync('/dev/full')) return skip('no /dev/full')
    const full = openSync('/dev/full', 'w')
    const { url, client, stop } = await serveOn(full)
    closeSync(full)
    await manyRequests(url, 100)
    await client.application.create({ body: { name: 'Acme' } })
    await expect
      .poll(async () => await ready(url))
      .toEqual({
        status: 'ready',
        reasons: [expect.stringMatching(/Lines of the log are lost: .*ENOSPC/)],
      })
    expect(await stop()).toBe(0)
  })

  test('because nobody reads its pipe stops nothing, and lines say how many are missing when somebody does', async () => {
    const { child, url, client, stop } = await serveOn('pipe')
    await manyRequests(url, 1000)
    await client.application.create({ body: { name: 'Acme' } })
    expect((await ready(url)).reasons).toEqual([expect.stringMatching(/too slow/)])

    let text = ''
    child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await eventually(() => text.includes('lines of the log were dropped'))
    expect(text).toMatch(/"msg":"\d+ lines of the log were dropped, because standard output could not take them"/)
    await expect.poll(async () => (await ready(url)).reasons).toEqual([])
    expect(await stop()).toBe(0)
    for (const line of text.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow()
  })

  test('does not keep the process from ending', async () => {
    const { url, stop } = await serveOn('pipe')
    await manyRequests(url, 1000)
    expect(await stop()).toBe(0)
  })

  test('because the reader has closed its pipe stops nothing', async () => {
    const { child, url, client, stop } = await serveOn('pipe')
    child.stdout!.destroy()
    await manyRequests(url, 50)
    await client.application.create({ body: { name: 'Acme' } })
    expect((await ready(url)).reasons).toEqual([expect.stringMatching(/Lines of the log are lost/)])
    expect(await stop()).toBe(0)
  })
})

test('another command that cannot write its answer says so', ({ skip }) => {
  if (!existsSync('/dev/full')) return skip('no /dev/full')
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-output-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const errors = join(folder, 'errors')
  const main = join(launcher, '../../src/main.ts')
  const command = `"$0" --conditions=posthorn-source "$1" --help > /dev/full 2> "$2"`
  const { status } = spawnSync('sh', ['-c', command, process.execPath, main, errors])
  expect(readFileSync(errors, 'utf8')).toBe('posthorn: cannot write to standard output (ENOSPC)\n')
  expect(status).toBe(3)
})
