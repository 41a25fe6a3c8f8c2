import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '@posthorn/api'
import { posthorn } from './memory-io.ts'
import { descendants, eventually, launcher, start } from './processes.ts'

const jwtSecret = 'a secret of the test, long enough'

/** `posthorn serve` that may have so many file descriptors. */
async function serveWith(descriptors: number) {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-descriptors-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const running = start('sh', ['-c', `ulimit -n ${descriptors}; exec "$0" "$1" serve`, process.execPath, launcher], {
    env: {
      POSTHORN_PORT: '0',
      POSTHORN_DATABASE_URL: `sqlite:${join(folder, 'data')}`,
      POSTHORN_JWT_SECRET: jwtSecret,
      POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      POSTHORN_ALLOW_PRIVATE: '127.0.0.1',
    },
  })
  onTestFinished(async () => running[Symbol.asyncDispose]())
  const [, url = ''] = /ready (\S+)/.exec(await running.until(/ready .*\n/)) ?? []
  const token = (await posthorn(['token', '--org', 'org_test'], { env: { POSTHORN_JWT_SECRET: jwtSecret } })).out.trim()
  return { running, url, client: createClient({ url, token }) }
}

async function receiver(): Promise<{ url: string; count: () => number }> {
  let count = 0
  const server = createServer((_, response) => {
    count += 1
    // Each response closes its connection, so that every delivery needs a descriptor of its own.
    setTimeout(() => response.writeHead(200, { connection: 'close' }).end(), 20)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, count: () => count }
}

test('A7 with 300 descriptors and 400 clients that only hold connections, the API answers and no attempt is lost', async ({
  skip,
}) => {
  if (process.platform !== 'linux') return skip('only Linux tells a process its limit')
  const { running, url, client } = await serveWith(300)
  const target = await receiver()
  const app = await client.application.create({ body: { name: 'Acme' } })
  const params = { app_id: app.id }
  await client.endpoint.create({ params, body: { url: target.url, retrySchedule: [] } })
  await client.eventType.create({ body: { name: 'a.b' } })

  const silent: Socket[] = []
  onTestFinished(() => silent.forEach((socket) => socket.destroy()))
  const { port } = new URL(url)
  for (let nth = 0; nth < 400; nth++) {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write('POST /api/v1/app HTTP/1.1\r\nHost: x\r\nX: '))
    socket.on('error', () => undefined)
    silent.push(socket)
  }
  for (let nth = 0; nth < 60; nth++) {
    await client.message.create({ params, body: { eventType: 'a.b', payload: { nth } } })
  }
  await eventually(() => target.count() === 60)
  expect(target.count()).toBe(60)
  // The last one is recorded after the receiver has answered.
  await expect
    .poll(async () => {
      const { data } = await client.log.list({ params, query: { limit: 100 } })
      return data.map(({ result, attempt }) => `${result} ${attempt}`)
    })
    .toEqual(Array(60).fill('success 1'))
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  const [pid = running.child.pid ?? 0] = descendants(running.child.pid ?? 0)
  expect(readdirSync(`/proc/${pid}/fd`).length).toBeLessThan(240)
})
