import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve, token, type Serving } from './serve.ts'

const rounds = 50
const producers = 16
const org = 'org_killtest00000000'

/** A random moment, from a seed that is printed, so that a run that failed can be looked at again. */
const seed = Number(process.env.POSTHORN_TEST_SEED ?? Date.now() % 1_000_000)
let state = seed
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}

let folder: string
let receiver: Server
let bearer: string
/** The receivers' own book: event id and path, and how often each came. */
const receipts = new Map<string, number>()
let onReceipt = (): void => undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-kill-'))
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { n } = JSON.parse(Buffer.concat(chunks).toString()) as { n: string }
      const key = `${n} ${request.url}`
      receipts.set(key, (receipts.get(key) ?? 0) + 1)
      // A receiver that works takes its time: requests are out when the process dies.
      setTimeout(() => response.writeHead(200).end(), 1 + Math.floor(random() * 20))
      onReceipt()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  bearer = await token('--org', org)
})

afterAll(() => {
  receiver.closeAllConnections()
  receiver.close()
  rmSync(folder, { recursive: true, force: true })
})

function start(): Promise<Serving> {
  return serve({ POSTHORN_DATABASE_URL: `sqlite:${folder}`, POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8' })
}

async function call(
  serving: Serving,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${serving.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, json: text === '' ? null : JSON.parse(text) }
}

test(
  `A2: killed ${rounds} times under load, every acknowledged message arrives (POSTHORN_TEST_SEED=${seed})`,
  { timeout: 600_000 },
  async () => {
    const acked = new Set<string>()
    const unanswered = new Set<string>()
    const paths = ['/one', '/two']
    let next = 0
    let serving = await start()
    const base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
    expect((await call(serving, 'POST', '/app', { uid: 'acme', name: 'Acme' })).status).toBe(201)
    for (const path of paths)
      expect(
        (await call(serving, 'POST', '/app/acme/endpoint', { url: base + path, retrySchedule: [1, 1, 1, 1, 1] }))
          .status,
      ).toBe(201)

    /** Sends until the process is gone. What got no answer is sent again, with the same eventId, to the next process. */
    async function produce(to: Serving, gone: () => boolean): Promise<void> {
      while (!gone()) {
        const [again] = unanswered
        const n = again ?? `n${next++}`
        unanswered.delete(n)
        try {
          const { status } = await call(to, 'POST', '/app/acme/msg', { eventType: 'a.b', eventId: n, payload: { n } })
          expect([202, 409]).toContain(status)
          acked.add(n)
        } catch (error) {
          if (error instanceof Error && error.name === 'AssertionError') throw error
          unanswered.add(n)
          return
        }
      }
    }

    for (let round = 0; round < rounds; round++) {
      let gone = false
      const load = Array.from({ length: producers }, () => produce(serving, () => gone))
      await new Promise((resolve) => setTimeout(resolve, 20 + random() * 400))
      const killed = serving.kill()
      gone = true
      await Promise.all([killed, ...load])
      serving = await start()
    }
    for (const n of unanswered) {
      const { status } = await call(serving, 'POST', '/app/acme/msg', { eventType: 'a.b', eventId: n, payload: { n } })
      expect([202, 409]).toContain(status)
      acked.add(n)
    }

    const wanted = [...acked].flatMap((n) => paths.map((path) => `${n} ${path}`))
    await new Promise<void>((resolve) => {
      onReceipt = () => {
        if (wanted.every((key) => receipts.has(key))) resolve()
      }
      onReceipt()
    })
    onReceipt = () => undefined
    // SIGTERM drains: what is out is recorded before the log is read.
    expect(await serving.stop()).toBe(0)
    serving = await start()

    const interrupted = new Map<string, number>()
    for (let iterator: string | null = null; ;) {
      const page = `?limit=250&status=interrupted${iterator === null ? '' : `&iterator=${iterator}`}`
      const { json } = await call(serving, 'GET', `/app/acme/log${page}`)
      const {
        data,
        done,
        iterator: more,
      } = json as {
        data: { msgId: string; url: string }[]
        done: boolean
        iterator: string | null
      }
      for (const { msgId, url } of data) {
        const key = `${msgId} ${new URL(url).pathname}`
        interrupted.set(key, (interrupted.get(key) ?? 0) + 1)
      }
      if (done) break
      iterator = more
    }

    const ids = new Map<string, string[]>()
    for (let iterator: string | null = null; ;) {
      const { json } = await call(
        serving,
        'GET',
        `/app/acme/msg?limit=250${iterator === null ? '' : `&iterator=${iterator}`}`,
      )
      const {
        data,
        done,
        iterator: more,
      } = json as { data: { id: string; eventId: string }[]; done: boolean; iterator: string | null }
      for (const { id, eventId } of data) ids.set(eventId, [...(ids.get(eventId) ?? []), id])
      if (done) break
      iterator = more
    }
    await serving.stop()

    // I1 and I9: every acknowledged event is there once, and arrived at every endpoint.
    expect([...acked].filter((n) => ids.get(n)?.length !== 1)).toEqual([])
    expect(wanted.filter((key) => !receipts.has(key))).toEqual([])
    // I3: it came twice only where it was in the hands of a process that died, and as often as that at most.
    const surplus = wanted.filter((key) => {
      const [n = '', path = ''] = key.split(' ')
      return (receipts.get(key) ?? 0) > 1 + (interrupted.get(`${ids.get(n)?.[0]} ${path}`) ?? 0)
    })
    expect(surplus).toEqual([])
    const duplicates = wanted.reduce((sum, key) => sum + (receipts.get(key) ?? 0) - 1, 0)
    console.log(`${acked.size} messages, ${wanted.length} deliveries, ${rounds} kills: ${duplicates} arrived twice`)
    expect(acked.size).toBeGreaterThan(rounds * 10)
  },
)
