import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve, token } from './serve.ts'

const folder = mkdtempSync(join(tmpdir(), 'posthorn-full-'))
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'posthorn-test', folder]).status === 0
const required = process.env.POSTHORN_TEST_REQUIRE === 'all'
const reason = mounted || required ? '' : ' (skipped: a small disk cannot be mounted without root)'

let receiver: Server
let answer = 500
let received = new Set<string>()
let onReceived = (): void => undefined

beforeAll(async () => {
  if (!mounted && required) throw new Error('POSTHORN_TEST_REQUIRE=all, and a tmpfs cannot be mounted')
  receiver = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(answer).end()
      if (answer === 200) received.add(String(request.headers['webhook-id']))
      onReceived()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
})

afterAll(() => {
  receiver.closeAllConnections()
  receiver.close()
  if (mounted) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
})

test.skipIf(!mounted && !required)(
  `A6: a full disk is answered 503, retries wait for space, and nothing acknowledged is lost${reason}`,
  async () => {
    received = new Set()
    const org = 'org_diskfulltest0000'
    const bearer = await token('--org', org)
    const serving = await serve({
      POSTHORN_DATABASE_URL: `sqlite:${join(folder, 'data')}`,
      POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
    })
    const post = (path: string, body: object): Promise<Response> =>
      fetch(`${serving.url}/api/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
    expect((await post('/app', { uid: 'acme', name: 'Acme' })).status).toBe(201)
    const endpoint = { url, retrySchedule: Array<number>(50).fill(1) }
    expect((await post('/app/acme/endpoint', endpoint)).status).toBe(201)

    const acked: string[] = []
    const filler = 'x'.repeat(256 * 1024)
    let refused: Response | null = null
    for (let count = 0; count < 200 && !refused; count++) {
      const response = await post('/app/acme/msg', { eventType: 'a.b', payload: { filler } })
      if (response.status === 202) acked.push(((await response.json()) as { id: string }).id)
      else refused = response
    }
    expect(refused?.status).toBe(503)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused?.json()).toMatchObject({ code: 'overloaded', detail: expect.stringContaining('disk is full') })
    // Fill the rest of the disk. Retries come due now, and their outcomes cannot be written.
    for (let size = 1024 * 1024; size >= 4096; size /= 2) {
      try {
        for (let part = 0; ; part++) writeFileSync(join(folder, `filler-${size}-${part}`), 'x'.repeat(size))
      } catch {
        // Full to this size.
      }
    }
    // The retries wait one second. Three seconds show that the process goes on when it cannot write their outcomes.
    const ended = once(serving.process, 'exit').then(() => 'ended')
    expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3000, 'alive'))])).toBe('alive')
    // It answers. Whether it is ready changes with each write, because some still find room.
    expect((await fetch(`${serving.url}/livez`)).status).toBe(200)

    spawnSync('sh', ['-c', `rm -f ${folder}/filler-*`])
    spawnSync('mount', ['-o', 'remount,size=256m', folder])
    answer = 200
    await new Promise<void>((resolve) => {
      onReceived = () => {
        if (acked.every((id) => received.has(id))) resolve()
      }
      onReceived()
    })
    expect((await post('/app/acme/msg', { eventType: 'a.b', payload: {} })).status).toBe(202)
    expect(await serving.stop()).toBe(0)
  },
)
