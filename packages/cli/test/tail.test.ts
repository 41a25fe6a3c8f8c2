import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, test } from 'vitest'
import { createClient, type Client, type LogEntry } from '@posthorn/api'
import { freePort } from './free-port.ts'
import { localReceiver } from './local-receiver.ts'
import { startLogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'
import { descendants, launcher, start, type Running } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'posthorn-tail-'))
afterAll(() => rmSync(folder, { recursive: true }))

const jwtSecret = 'a secret of the test, long enough'

/** A server process that can be started again on its port and its data. */
async function servers(name: string) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const token = (await posthorn(['token', '--org', 'org_test'], { env: { POSTHORN_JWT_SECRET: jwtSecret } })).out.trim()
  const serve = async (): Promise<Running> => {
    const running = start(process.execPath, [launcher, 'serve'], {
      env: {
        POSTHORN_PORT: String(port),
        POSTHORN_DATABASE_URL: `sqlite:${join(folder, name)}`,
        POSTHORN_JWT_SECRET: jwtSecret,
        POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
        POSTHORN_ALLOW_PRIVATE: '127.0.0.1',
        POSTHORN_LOG_LEVEL: 'error',
      },
    })
    await running.until(/ready /)
    return running
  }
  const tail = (...args: string[]) =>
    start(process.execPath, [launcher, 'tail', ...args], { env: { POSTHORN_URL: url, POSTHORN_TOKEN: token } })
  return { serve, tail, client: createClient({ url, token }) }
}

async function newApp(client: Client, url: string, more: object = {}): Promise<string> {
  const app = await client.application.create({ body: { name: 'Acme', uid: 'acme' } })
  await client.endpoint.create({ params: { app_id: app.id }, body: { url, uid: 'there', ...more } })
  return app.id
}

const send = (client: Client, eventType = 'a.b') =>
  client.message.create({ params: { app_id: 'acme' }, body: { eventType, payload: {} } })

/** Ids of the lines that a tail has printed as JSON. */
function idsIn(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => (JSON.parse(line) as LogEntry).id)
}

async function idsInLog(client: Client): Promise<string[]> {
  const { data } = await client.log.list({ params: { app_id: 'acme' }, query: { limit: 250, order: 'ascending' } })
  return data.map(({ id }) => id)
}

// They mostly wait: a tail that lost its server waits two seconds before it comes back.
test.concurrent.for(['SIGTERM', 'SIGKILL'] as const)(
  'I1 a restart after %s loses no line and repeats none',
  async (signal, { expect }) => {
    await using receiver = await localReceiver()
    // Answers when the server was told to go: what is out then ends as interrupted, or while the server drains.
    const leaving = Promise.withResolvers<void>()
    let out = 0
    const slow = createServer((socket) => {
      socket.on('error', () => undefined)
      out += 1
      void leaving.promise.then(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
    })
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
    try {
      const { serve, tail, client } = await servers(signal)
      await using before = await serve()
      await newApp(client, receiver.url)
      const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`
      await client.eventType.create({ body: { name: 'slow.one' } })
      await client.endpoint.create({ params: { app_id: 'acme' }, body: { url, eventTypes: ['slow.one'] } })
      // Before the tail begins: not its business.
      await send(client)
      await expect.poll(() => idsInLog(client)).toHaveLength(1)
      const [old] = await idsInLog(client)
      // The server names the time at which a tail begins in whole seconds.
      const second = Math.floor(Date.now() / 1000)
      await expect.poll(() => Math.floor(Date.now() / 1000)).toBeGreaterThan(second)

      await using following = tail('acme', '--json')
      await following.until(/^following acme of /m)
      for (let count = 0; count < 5; count++) await send(client)
      await send(client, 'slow.one')
      await following.until(/(\{"id".*\n){5}/)
      await expect.poll(() => out).toBe(1)
      // The launcher passes a SIGTERM on; what nobody can pass on goes to the server itself.
      const server = descendants(before.child.pid ?? 0)
      if (signal === 'SIGTERM') before.child.kill(signal)
      else for (const pid of server) process.kill(pid, signal)
      if (signal === 'SIGKILL') await before.ended
      leaving.resolve()
      await before.ended
      await following.until(/^connection lost \(.*\), next try in \d+ s$/m)

      await using _after = await serve()
      for (let count = 0; count < 20; count++) await send(client)
      await following.until(/^reconnected, \d+ missed$/m)
      for (let count = 0; count < 5; count++) await send(client)
      const wanted = async () => (await idsInLog(client)).filter((id) => id !== old)
      // 31 quick ones; the slow one once, or interrupted and once more.
      const most = signal === 'SIGTERM' ? 32 : 33
      await expect.poll(wanted).toHaveLength(most)
      // A line that would come twice comes before the one of a message that is sent now.
      await expect.poll(() => idsIn(following.output.text).length).toBeGreaterThanOrEqual(most)
      await send(client)
      await expect.poll(wanted).toHaveLength(most + 1)
      await expect.poll(() => idsIn(following.output.text).length).toBeGreaterThan(most)
      expect(idsIn(following.output.text).toSorted()).toEqual((await wanted()).toSorted())

      following.child.kill('SIGINT')
      expect(await following.ended).toEqual({ code: 0, signal: null })
    } finally {
      slow.close()
    }
  },
)

test.concurrent('ends with 75 when the server does not come back', async ({ expect }) => {
  const { serve, tail, client } = await servers('gone')
  await using running = await serve()
  await newApp(client, 'http://127.0.0.1:1/')
  await using following = tail('--give-up', '3s')
  await following.until(/^following the log of /m)
  running.child.kill('SIGKILL')
  expect(await following.ended).toEqual({ code: 75, signal: null })
  expect(following.output.text).toMatch(/error: the connection did not come back within 3 s: no server listens there\./)
  expect(following.output.text).toMatch(/posthorn log APP --after \d{4}-/)
})

test.concurrent('shows attempts as they are made, those that are wanted, and ends after --count', async ({
  expect,
}) => {
  await using log = await startLogServer()
  await using receiver = await localReceiver()
  await using busy = await localReceiver({ status: 503 })
  const app = await newApp(log.client, receiver.url)
  const other = await log.client.application.create({ body: { name: 'Other', uid: 'other' } })
  for (const id of [app, other.id]) {
    await log.client.endpoint.create({
      params: { app_id: id },
      body: { url: busy.url, uid: 'busy', retrySchedule: [] },
    })
  }
  const tails = [
    ['acme', '--count', '2'],
    ['--count', '3'],
    ['acme', '--status', 'failed', '--count', '1'],
    ['acme', '--code', '2xx', '--count', '1', '--json'],
    ['acme', '--endpoint', 'busy', '--count', '1', '--json'],
    ['acme', '--event-type', 'other.type', '--for', '4s'],
    ['acme', '--event-type', 'other.type', '--for', '4s', '--count', '1'],
    ['--count', '1', '--token', await log.token({ subject: other.id, org: 'org_log' })],
  ]
  const connected = tails.map(() => Promise.withResolvers<string>())
  const ran = tails.map((args, index) =>
    posthorn(['tail', ...args], { env: log.env, onErr: (text) => connected[index]?.resolve(text) }),
  )
  for (const { promise } of connected) expect(await promise).toMatch(/^following /)
  await log.send('acme', 'a.b')
  await log.send('other', 'a.b')
  const [both, all, failed, good, atBusy, none, notOne, own] = await Promise.all(ran)
  const line = (answer: string) =>
    `\\S+ \\S+Z  . \\w+ +(acme  |other  )?a\\.b +msg_\\w+ +${answer} +1 +\\d+ ms  127\\S+\n`
  expect(both?.out).toMatch(new RegExp(`^(${line('(200|503)')}){2}$`))
  expect(all?.out).toMatch(new RegExp(`^(${line('(200|503)')}){3}$`))
  expect(all?.out).toMatch(/ other +a\.b/)
  expect(failed?.out).toMatch(new RegExp(`^${line('503')}$`))
  expect(JSON.parse(good?.out ?? '')).toMatchObject({ code: 200, appId: app })
  expect(JSON.parse(atBusy?.out ?? '')).toMatchObject({ code: 503, appId: app })
  expect(none).toMatchObject({ code: 0, out: '' })
  expect(notOne).toMatchObject({ code: 1, out: '' })
  expect(own?.out).toMatch(new RegExp(`^${line('503')}$`))
  for (const one of [both, all, failed, good, atBusy, own]) expect(one?.code).toBe(0)
})

test.concurrent('is refused at once, with what to do', async ({ expect }) => {
  await using log = await startLogServer()
  const tail = (...args: string[]) => posthorn(['tail', ...args], { env: log.env })
  const scoped = await log.token({ subject: 'org_log', scopes: ['messages:send'] })
  const expired = await log.token({ subject: 'org_log', expiresInSeconds: -60 })
  expect(await tail('--token', scoped)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/posthorn token .*integrations:read/),
  })
  expect(await tail('--token', expired)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/expired[^]*posthorn token/),
  })
  expect(await tail('nobody')).toMatchObject({ code: 2, err: expect.stringMatching(/no application "nobody"/) })
  expect(await tail('--endpoint', 'there')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/needs the application/),
  })
  expect(await tail('--url', 'http://127.0.0.1:65000')).toMatchObject({
    code: 3,
    err: expect.stringMatching(/no server listens/),
  })
})

test.concurrent('a server that does not answer is told when --for ends', async ({ expect }) => {
  const silent = createServer((socket) => void socket.on('error', () => undefined))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const ran = await posthorn(['tail', '--url', url, '--token', 'a.b.c', '--for', '1s'])
  expect(ran).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/did not answer within the time of --for/) })
  silent.close()
})
