/**
 * Sends one message over HTTP and prints the source files whose functions ran on the way from the socket to the ledger, as JSON
 * text. The store runs in this thread, so that its files are seen too. `test/walk.test.ts` holds ARCHITECTURE.md against it.
 *
 *     node --conditions=posthorn-source test/walk/program.ts
 */
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { Session } from 'node:inspector/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { open } from '@posthorn/engine'
import { mintToken, readSettings, startServer } from '@posthorn/server'

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'posthorn-walk-'))
const org = 'org_walk'
const jwtSecret = 'a-secret-for-tokens-of-the-walk-012345'

const receiver = createServer((request, response) => request.resume().on('end', () => response.end('ok')))
receiver.listen(0, '127.0.0.1')
await once(receiver, 'listening')
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`

const nothing = (): void => undefined
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
const engine = await open({ database: `sqlite:${folder}`, allowPrivate: ['127.0.0.0/8'], threads: false, log })
const server = await startServer({
  engine,
  log,
  settings: readSettings({
    POSTHORN_PORT: '0',
    POSTHORN_JWT_SECRET: jwtSecret,
    POSTHORN_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    POSTHORN_LOG_LEVEL: 'error',
  }),
})
const token = await mintToken(jwtSecret, { subject: org })
const app = await engine.applications.create(org, { name: 'Walk' })
await engine.endpoints.create(org, app.id, { url })

const events = new EventEmitter()
engine.on('attempt', () => events.emit('recorded'))

async function post(): Promise<void> {
  const recorded = once(events, 'recorded')
  const response = await fetch(`${server.url}/api/v1/app/${app.id}/msg`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"eventType": "walk.done", "payload": {"step": 1}}',
  })
  if (response.status !== 202)
    throw new Error(`The message was not accepted: ${response.status} ${await response.text()}`)
  await recorded
  // The ledger is written in the same turn, since the store has no threads here.
  await setImmediate()
}

/** The first message compiles, connects and fills caches; every later one goes the way that is walked here. */
await post()
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
await post()
const { result } = await session.post('Profiler.takePreciseCoverage')

const files = result
  .filter(({ url, functions }) => url.startsWith('file:') && functions.some(({ ranges }) => ranges[0]!.count > 0))
  .map(({ url }) => relative(root, fileURLToPath(url)))
  .filter((file) => /^packages\/\w+\/src\//.test(file))
  .toSorted()
process.stdout.write(`${JSON.stringify(files, null, 2)}\n`)

await server.close()
await engine.close()
receiver.close()
rmSync(folder, { recursive: true })
