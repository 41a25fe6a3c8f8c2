/**
 * Makes the data folder of an older commit, for the test beside it. See README.md.
 *
 *     node test/data-folder/make.ts <checkout of that commit>
 *
 * It speaks to that commit's own server, over HTTP, and kills it: what is on disk then is the fixture. Besides node's own modules
 * it imports nothing, so that nothing of today's program writes into the folder.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const checkout = process.argv[2]
if (checkout === undefined) throw new Error('Name the checkout of the commit that is to write the folder.')
const commit = execFileSync('git', ['-C', checkout, 'rev-parse', '--short=7', 'HEAD'], { encoding: 'utf8' }).trim()
const output = join(import.meta.dirname, commit)
if (existsSync(output))
  throw new Error(`${output} is there, and shows what ${commit} really wrote. It is not made again.`)
const main = join(checkout, 'packages/cli/src/main.ts')

const org = 'org_fixture'
const jwtSecret = 'the jwt secret of the fixture'
const secretKey = Buffer.alloc(32, 9).toString('base64')
const day = 24 * 3600
/** Long enough to be still waiting when the folder is written. */
const later = 3600

const folder = mkdtempSync(join(tmpdir(), 'posthorn-make-'))
const environment = {
  PATH: process.env['PATH'],
  POSTHORN_PORT: '0',
  POSTHORN_LOG_LEVEL: 'warn',
  POSTHORN_JWT_SECRET: jwtSecret,
  POSTHORN_SECRET_KEY: secretKey,
  POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
  POSTHORN_DATABASE_URL: `sqlite:${folder}`,
  POSTHORN_PUBLIC_URL: 'http://posthorn.test',
}

// A receiver: the path says what it does.

/** Requests that came to a path and were not answered. */
const hanging: string[] = []
const receiver = createServer((request, response) => {
  request.resume().on('end', () => {
    const path = request.url ?? ''
    if (path.startsWith('/hang')) hanging.push(path)
    else response.writeHead(path.startsWith('/gone') ? 410 : path.startsWith('/fail') ? 500 : 200).end('noted')
  })
})
receiver.listen(0, '127.0.0.1')
await once(receiver, 'listening')
const { port } = receiver.address() as AddressInfo
const at = (path: string): string => `http://127.0.0.1:${port}${path}`

// The old server.

interface Server {
  readonly url: string
  readonly process: ChildProcess
}

async function start(): Promise<Server> {
  const child = spawn(process.execPath, ['--conditions=posthorn-source', '--no-warnings', main, 'serve'], {
    env: environment,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let text = ''
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const url = /^ready (\S+)$/m.exec(text)?.[1]
      if (url !== undefined) resolve({ url, process: child })
    })
    child.once('exit', (code) => reject(new Error(`The server of ${commit} ended with ${code}: ${text}`)))
  })
}

let server = await start()

async function kill(): Promise<void> {
  server.process.kill('SIGKILL')
  await once(server.process, 'exit')
}

async function restart(): Promise<void> {
  await kill()
  server = await start()
}

function tokenOf(organisation: string): string {
  const args = ['--conditions=posthorn-source', '--no-warnings', main, 'token', '--org', organisation]
  return execFileSync(process.execPath, args, { env: environment, encoding: 'utf8' }).trim()
}

const token = tokenOf(org)

interface Answer {
  readonly status: number
  readonly text: string
}

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...type, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const answer: Answer = { status: response.status, text: await response.text() }
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
  return answer
}

async function json(method: string, path: string, body?: unknown): Promise<Row> {
  return JSON.parse((await call(method, path, body)).text || '{}') as Row
}

interface Row {
  readonly id: string
  readonly [name: string]: unknown
}

/** Every row of a list, page by page. */
async function all(path: string): Promise<Row[]> {
  const rows: Row[] = []
  for (let iterator = ''; ;) {
    const more = `limit=100${iterator && `&iterator=${encodeURIComponent(iterator)}`}`
    const page = await json('GET', `${path}${path.includes('?') ? '&' : '?'}${more}`)
    rows.push(...(page['data'] as Row[]))
    if (page['done'] === true) return rows
    iterator = String(page['iterator'])
  }
}

/** Asks until the condition holds: the server that makes the folder is another process, of an old version. */
async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain: ${what}`)
}

const event = (text: string): object => ({ eventType: 'invoice.paid', payload: { text, amount: 12.5, note: 'é😀' } })

interface AttemptRow extends Row {
  readonly result: string
  readonly msgId: string
}

async function results(app: string): Promise<string[]> {
  return ((await all(`/app/${app}/log`)) as AttemptRow[]).map(({ result }) => result)
}

// Requests whose answer is kept: the test repeats them.

interface Kept {
  readonly path: string
  readonly body: string
  readonly key: string
  readonly status: number
  readonly text: string
}

const kept: Kept[] = []

/** A request that is answered once in 24 hours: a repeat with its key gets the same answer. */
async function askOnce(path: string, body: unknown): Promise<Row> {
  const key = `fixture-${kept.length + 1}`
  const text = JSON.stringify(body)
  const answer = await call('POST', path, text, { 'idempotency-key': key })
  kept.push({ path, body: text, key, ...answer })
  return JSON.parse(answer.text || '{}') as Row
}

// 1. A delivery that ends its process: out at four crashes, alone at two more, then set aside.

await json('POST', '/event-type', { name: 'invoice.paid', description: 'An invoice was paid.' })
await json('POST', '/app', { uid: 'plain', name: 'Plain', metadata: { tier: 'gold' } })
await json('POST', '/app/plain/endpoint', { uid: 'hang', url: at('/hang/quarantine'), timeoutSeconds: 60 })
await json('POST', '/app/plain/msg', event('ends its process'))
for (let deaths = 1; deaths <= 6; deaths += 1) {
  await until(`out for the ${deaths}. time`, () => hanging.length === deaths)
  await restart()
}
await until('quarantined', async () => (await results('plain')).includes('quarantined'))
await json('PATCH', '/app/plain/endpoint/hang', { disabled: true })

// 2. What is configured.

await json('POST', '/event-type', {
  name: 'room-entered',
  description: 'Somebody entered.',
  schemas: { '1': { type: 'object', properties: { room: { type: 'string' } } } },
})
await json('POST', '/event-type', { name: 'old.event', archived: true })
await askOnce('/event-type', { name: 'kept.event', groupName: 'kept' })

await json('POST', '/app/plain/endpoint', {
  uid: 'ok',
  name: 'Works',
  description: 'everything that an endpoint can have',
  url: at('/ok/plain'),
  eventTypes: ['invoice.paid'],
  channels: ['eu'],
  filter: { amount: { $gte: 1 } },
  metadata: { a: 'b' },
  params: { region: 'é' },
  headers: { authorization: 'Bearer of the receiver', 'x-plain': 'shown' },
  throttleRate: 50,
})
await json('POST', '/app/plain/endpoint', { uid: 'retry', url: at('/fail/retry'), retrySchedule: [later, later] })
await json('POST', '/app/plain/endpoint', { uid: 'exhausted', url: at('/fail/once'), retrySchedule: [] })
await json('POST', '/app/plain/endpoint', { uid: 'gone', url: at('/gone'), retrySchedule: [later] })
await json('POST', '/app/plain/endpoint', { uid: 'off', url: at('/ok/off'), disabled: true })
await json('POST', '/app/plain/endpoint', { uid: 'deleted', url: at('/fail/deleted'), retrySchedule: [later] })
await json('POST', '/app/plain/endpoint', {
  uid: 'two-formats',
  url: at('/ok/two-formats'),
  secondary: { dialect: 'svix' },
})
await askOnce('/app/plain/endpoint', { uid: 'kept', url: at('/ok/kept') })

await askOnce('/app', { uid: 'visits', name: 'Visits' })
await askOnce('/app/visits/preset', { name: 'signinapp' })
await json('POST', '/app/visits/endpoint', { uid: 'visits', url: at('/fail/visits'), retrySchedule: [later] })

const own = (title: string): object => ({
  title,
  request: {
    method: 'POST',
    contentType: 'application/json',
    headers: { 'x-own-id': { $: 'id' }, 'x-own-time': { $: 'sentAt', as: 'unix' } },
  },
  absent: ['type'],
  body: {
    kind: 'json',
    shape: { [title === 'First' ? 'data' : 'payload']: { $: 'payload' }, at: { $: 'occurredAt', as: 'iso' } },
  },
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: { encoding: 'utf8', scope: 'endpoint' },
      over: [{ $: 'sentAt', as: 'unix' }, '.', { $: 'body' }],
      encoding: 'hex',
      header: 'x-own-signature',
      format: { bare: {} },
    },
  ],
})
await json('PUT', '/dialect/own', own('First'))
await json('POST', '/app', { uid: 'own', name: 'Own format', dialect: 'own' })
await json('POST', '/app/own/endpoint', {
  uid: 'first',
  url: at('/fail/first'),
  retrySchedule: [later],
  secret: 'a secret of the first version',
})
await json('PUT', '/dialect/own', own('Second'))
await json('POST', '/app/own/endpoint', {
  uid: 'second',
  url: at('/fail/second'),
  retrySchedule: [later],
  secret: 'a secret of the second version',
  dialect: 'own',
})

await json('POST', '/app', { uid: 'rooms', name: 'Rooms', dialect: 'screenmeet' })
await json('POST', '/app/rooms/endpoint', {
  uid: 'batches',
  url: at('/fail/batches'),
  batch: { maxMessages: 3, maxWaitSeconds: 1 },
  retrySchedule: [later],
})
await askOnce('/app/rooms/signing-key/reset', { overlapSeconds: day })

await json('POST', '/app', { uid: 'jobs', name: 'Jobs' })
await json('POST', '/app/jobs/preset', { name: 'autoflex' })

await json('POST', '/app', { uid: 'devices', name: 'Devices', dialect: 'scalefusion' })
await json('POST', '/app/devices/endpoint', {
  uid: 'rotating',
  url: at('/fail/rotating'),
  retrySchedule: [later],
  secret: 'the secret until then',
})

// 3. What happened.

await json('POST', '/app/plain/msg', {
  ...event('with everything'),
  eventId: 'evt-1',
  channels: ['eu'],
  tags: ['t1', 't2'],
  occurredAt: '2026-01-02T03:04:05Z',
})
await json('POST', '/app/plain/msg', { ...event('never delivered'), deliver: false })
await askOnce('/app/plain/msg', event('kept'))
await until('tried everywhere', async () => {
  const done = await results('plain')
  return (
    done.filter((result) => result === 'failed').length >= 5 &&
    done.filter((result) => result === 'exhausted').length >= 2
  )
})
await call('DELETE', '/app/plain/endpoint/deleted')
await until('cancelled', async () => (await results('plain')).filter((result) => result === 'cancelled').length >= 2)
const messages = await all('/app/plain/msg')
const toResend = messages.find((row) => row['eventId'] === 'evt-1')
const { id: forgotten } = await json('POST', '/app/plain/msg', event('its content is forgotten'))
await until('tried', async () => (await all(`/app/plain/attempt/msg/${forgotten}`)).length >= 4)
await call('DELETE', `/app/plain/msg/${forgotten}/content`)
await askOnce(`/app/plain/msg/${toResend?.id}/endpoint/exhausted/resend`, {})

// 4. What waits.

await json('POST', '/app/plain/msg', {
  ...event('later'),
  channels: ['eu'],
  deliverAt: new Date(Date.now() + later * 1000).toISOString(),
})
for (const n of [1, 2]) await json('POST', '/app/visits/msg', { eventType: 'visitor.signin', payload: { n } })
await json('POST', '/app/own/msg', event('in two versions'))
for (const n of [1, 2, 3])
  await json('POST', '/app/rooms/msg', { eventType: 'room-entered', payload: { room: `R${n}` } })
await json('POST', '/app/devices/msg', event('signed by the old secret or the new one'))
for (const app of ['visits', 'own', 'rooms', 'devices'])
  await until(
    `${app} failed`,
    async () =>
      (await results(app)).filter((result) => result === 'failed').length >=
      (app === 'rooms' ? 3 : app === 'devices' ? 1 : 2),
  )
await askOnce('/app/devices/endpoint/rotating/secret/rotate', {
  key: 'the secret that takes over',
  gracePeriodSeconds: day,
})
await json('POST', '/app/plain/endpoint/two-formats/secret/rotate', { gracePeriodSeconds: day })

const job = async (name: string): Promise<Row> =>
  json('POST', '/app/jobs/operation', {
    kind: 'backup.owner',
    callbackUrl: `https://callback.test/${name}`,
    metadata: { name },
    expiresInSeconds: 7 * day,
  })
await job('running')
const withResult = await job('result')
await askOnce(`/app/jobs/operation/${withResult.id}/complete`, { payload: { url: 'https://backup.test/1' } })
const withFile = await job('file')
await call('POST', `/app/jobs/operation/${withFile.id}/complete?name=backup.txt`, 'the bytes of the file', {
  'content-type': 'text/plain',
})
const failed = await job('failed')
await json('POST', `/app/jobs/operation/${failed.id}/fail`, { reason: 'There was no space.' })
await askOnce('/app/jobs/operation', { callbackUrl: 'https://callback.test/kept' })
await until('called in vain', async () => (await results('jobs')).filter((result) => result === 'failed').length >= 3)

const other = tokenOf('org_other')
const headers = { authorization: `Bearer ${other}` }
await call('POST', '/app', { uid: 'plain', name: 'Of another organisation' }, headers)
await call('POST', '/app/plain/endpoint', { url: at('/ok/other') }, headers)

// 5. A lane that is full: eight requests are out, some wait in memory, the rest was written to the queue alone.

await json('POST', '/app', { uid: 'full', name: 'Full' })
await json('POST', '/app/full/endpoint', { uid: 'full', url: at('/hang/full'), timeoutSeconds: 60 })
const big = 'x'.repeat(400_000)
hanging.length = 0
for (let n = 1; n <= 12; n += 1) await json('POST', '/app/full/msg', { eventType: 'invoice.paid', payload: { n, big } })
await until('eight are out', () => hanging.length === 8)

// What there is, as that server lists it.

const applications = await Promise.all(
  (await all('/app')).map(async (application) => {
    const path = `/app/${application.id}`
    const endpoints = await Promise.all(
      (await all(`${path}/endpoint`)).map(async (endpoint) => ({
        endpoint,
        secret: await json('GET', `${path}/endpoint/${endpoint.id}/secret`),
        headers: await json('GET', `${path}/endpoint/${endpoint.id}/headers`),
      })),
    )
    const signingKey = await json('GET', `${path}/signing-key`).catch(() => null)
    const rows = await all(`${path}/msg?with_content=${application['uid'] !== 'full'}`)
    return {
      application,
      endpoints,
      signingKey,
      messages: rows,
      attempts: await all(`${path}/log`),
      operations: await all(`${path}/operation`),
    }
  }),
)
const expected = {
  commit,
  madeAt: Date.now(),
  org,
  jwtSecret,
  receiver: `127.0.0.1:${port}`,
  applications,
  eventTypes: await all('/event-type?include_archived=true&with_content=true'),
  dialects: [await json('GET', '/dialect/own?version=1'), await json('GET', '/dialect/own?version=2')],
  audit: await all('/audit'),
  kept,
}
await kill()
receiver.closeAllConnections()
receiver.close()

// The folder, compressed file by file.

writeFileSync(join(folder, 'secret.key'), secretKey, { mode: 0o600 })
// As after a reboot: with the boot id of this machine a test would find other deliveries interrupted here than elsewhere.
const inFlight = readFileSync(join(folder, 'in-flight'))
inFlight.write('of another boot'.padEnd(64), 0, 'latin1')
writeFileSync(join(folder, 'in-flight'), inFlight)
for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  const file = join(folder, path)
  // The lock and the index of the log are made again.
  if (!statSync(file).isFile() || /^posthorn\.lock|-shm$/.test(path)) continue
  const to = join(output, 'folder', `${relative(folder, file)}.br`)
  mkdirSync(join(to, '..'), { recursive: true })
  const bytes = readFileSync(file)
  writeFileSync(to, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }))
}
writeFileSync(join(output, 'expected.json.br'), brotliCompressSync(JSON.stringify(expected)))
rmSync(folder, { recursive: true, force: true })
