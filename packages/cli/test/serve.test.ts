import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createClient } from '@posthorn/api'
import { posthorn } from './memory-io.ts'
import { eventually, launcher, start } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'posthorn-serve-'))
afterAll(() => rmSync(folder, { recursive: true }))

const jwtSecret = 'a secret of the test, long enough'
const env = {
  POSTHORN_PORT: '0',
  POSTHORN_DATABASE_URL: `sqlite:${join(folder, 'data')}`,
  POSTHORN_JWT_SECRET: jwtSecret,
  POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  POSTHORN_ALLOW_PRIVATE: '127.0.0.1',
  POSTHORN_LOG_LEVEL: 'warn',
}
const serve = (more: Record<string, string> = {}) =>
  start(process.execPath, [launcher, 'serve'], { env: { ...env, ...more } })

test('serves, and ends with 0 on SIGTERM', async () => {
  await using running = serve({ POSTHORN_URL: 'http://127.0.0.1:1' })
  const [, url = ''] = /ready (\S+)/.exec(await running.until(/ready .*\n/)) ?? []
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  running.child.kill('SIGTERM')
  expect(await running.ended).toEqual({ code: 0, signal: null })
})

test('a delivery in progress is waited for, and a second signal ends it at once', async () => {
  const open: { destroy(): void }[] = []
  const silent = createServer((socket) => {
    open.push(socket)
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve)
  })
  try {
    await using running = serve()
    const [, url = ''] = /ready (\S+)/.exec(await running.until(/ready .*\n/)) ?? []
    const token = (
      await posthorn(['token', '--org', 'org_test'], { env: { POSTHORN_JWT_SECRET: jwtSecret } })
    ).out.trim()
    const client = createClient({ url, token })
    const app = await client.application.create({ body: { name: 'Acme' } })
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
    await client.endpoint.create({ params: { app_id: app.id }, body: { url: address } })
    await client.eventType.create({ body: { name: 'a.b' } })
    await client.message.create({ params: { app_id: app.id }, body: { eventType: 'a.b', payload: {} } })
    await eventually(() => open.length > 0)
    const askedAt = performance.now()
    running.child.kill('SIGTERM')
    await running.until(/finishing deliveries in progress/)
    // A terminal, npm and the launcher each pass a Ctrl-C on: within half a second they are one signal. The next one counts.
    const asking = setInterval(() => running.child.kill('SIGTERM'), 50)
    expect(await running.ended).toEqual({ code: 1, signal: null })
    clearInterval(asking)
    expect(performance.now() - askedAt).toBeGreaterThan(500)
    expect(running.output.text).toContain('ended without waiting')
  } finally {
    for (const socket of open) socket.destroy()
    silent.close()
  }
})

test('refuses settings that are missing, wrong or unknown, all at once', async () => {
  const running = start(process.execPath, [launcher, 'serve'], {
    env: { POSTHORN_PORT: 'many', POSTHORN_JWT_SECERT: 'x' },
  })
  expect(await running.ended).toEqual({ code: 2, signal: null })
  expect(running.output.text).toMatch(/POSTHORN_JWT_SECERT is not a setting/)
  expect(running.output.text).toMatch(/POSTHORN_PORT is not valid\. /)
  expect(running.output.text).toMatch(/POSTHORN_SECRET_KEY is required and not set\. .*openssl rand -base64 32/)
  expect(running.output.text).not.toMatch(/\n +at /)
})

test.each(['/proc/x', '/sys/x/y', '/dev/null/x', '/proc'])(
  'A7 a data folder that cannot be made or written (%s) ends the start at once, with the reason',
  async (path) => {
    const running = start(process.execPath, [launcher, 'serve'], {
      env: { ...env, POSTHORN_DATABASE_URL: `sqlite:${path}` },
    })
    expect(await running.ended).toEqual({ code: 3, signal: null })
    expect(running.output.text).toMatch(
      /^error: The data folder \S+ cannot be (created|written) \(.+\)\. Name a folder/,
    )
    expect(running.output.text).not.toMatch(/\n +at /)
  },
)

test('A7 so does the folder of dev', async () => {
  const running = start(process.execPath, [launcher, 'dev', '--port', '0', '--data', '/proc/x'])
  expect(await running.ended).toEqual({ code: 3, signal: null })
  expect(running.output.text).toMatch(/^error: the data folder \/proc\/x cannot be written: ENOENT/)
})

test('starts beside a Service of Kubernetes with its name, and says so in one line', async () => {
  await using running = serve({
    POSTHORN_SERVICE_HOST: '10.96.0.7',
    POSTHORN_SERVICE_PORT_HTTP: '8071',
    POSTHORN_PORT_8071_TCP: 'tcp://10.96.0.7:8071',
    POSTHORN_LOG_LEVEL: 'info',
  })
  await running.until(/ready .*\n/)
  const lines = running.output.text.split('\n').filter((line) => line.includes('Kubernetes'))
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'info',
    ignored: ['POSTHORN_SERVICE_HOST', 'POSTHORN_SERVICE_PORT_HTTP', 'POSTHORN_PORT_8071_TCP'],
  })
})
