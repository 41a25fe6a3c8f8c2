import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve, token, type Serving } from './serve.ts'

const producers = 16
const org = 'org_killtest00000000'
const paths = ['/one', '/two']
/** A run with fewer messages shows little, so the last round goes on until there were so many for each round. */
const messagesPerRound = 10

export interface KillOptions {
  readonly rounds: number
  /** Of the random moments at which the process is killed. */
  readonly seed: number
}

export interface KillResult {
  readonly messages: number
  readonly deliveries: number
  readonly kills: number
  /** Deliveries that arrived once more because the process died while they were out. */
  readonly duplicates: number
  /** Broken promises, each with its letter. */
  readonly violations: readonly string[]
}

/**
 * Kills `posthorn serve` at random moments while producers send to it, and compares three books afterwards: what the producers
 * were told, what the receivers got, and what the log says.
 */
export async function killRun({ rounds, seed }: KillOptions): Promise<KillResult> {
  const random = randomFrom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-kill-'))
  const receivers = await startReceivers(random)
  let serving: Serving | null = null
  try {
    const bearer = await token('--org', org)
    const start = () => serve({ POSTHORN_DATABASE_URL: `sqlite:${folder}`, POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8' })
    serving = await start()
    const { acked, violations } = await load(bearer, receivers.url)
    const wanted = [...acked].flatMap((n) => paths.map((path) => `${n} ${path}`))
    await receivers.until((receipts) => wanted.every((key) => receipts.has(key)))
    // SIGTERM drains: what is out is recorded before the log is read.
    if ((await serving.stop()) !== 0) violations.push('D6: SIGTERM did not end the process with 0')
    serving = await start()
    const api = caller(serving, bearer)
    const interrupted = countInterrupted(await api.all('/app/acme/log', '&status=interrupted'))
    const ids = idsByEvent(await api.all('/app/acme/msg', ''))
    await serving.stop()

    for (const n of acked)
      if (ids.get(n)?.length !== 1) violations.push(`I1, I9: ${n} is stored ${ids.get(n)?.length ?? 0} times`)
    let duplicates = 0
    for (const key of wanted) {
      const [n = '', path = ''] = key.split(' ')
      const receipts = receivers.receipts.get(key) ?? 0
      duplicates += receipts - 1
      // It may come twice only where it was out when a process died, and as often as that at most.
      if (receipts > 1 + (interrupted.get(`${ids.get(n)?.[0]} ${path}`) ?? 0))
        violations.push(`I3: ${key} arrived ${receipts} times`)
    }
    return { messages: acked.size, deliveries: wanted.length, kills: rounds, duplicates, violations }
  } finally {
    await serving?.kill()
    receivers.stop()
    rmSync(folder, { recursive: true, force: true })
  }

  /** Sends, kills and starts again, so many rounds. */
  async function load(bearer: string, base: string): Promise<{ acked: Set<string>; violations: string[] }> {
    const acked = new Set<string>()
    const progress = new EventEmitter()
    const unanswered = new Set<string>()
    const violations: string[] = []
    let next = 0
    const setUp = caller(serving!, bearer)
    await setUp.created('/app', { uid: 'acme', name: 'Acme' })
    for (const path of paths)
      await setUp.created('/app/acme/endpoint', { url: base + path, retrySchedule: [1, 1, 1, 1, 1] })

    /** Whether an answer came. */
    async function send(to: Serving, n: string): Promise<void> {
      const { status } = await caller(to, bearer).post('/app/acme/msg', {
        eventType: 'a.b',
        eventId: n,
        payload: { n },
      })
      // 409: accepted before, by a process that died before it answered.
      if (status !== 202 && status !== 409) violations.push(`I1: ${n} was answered with ${status}`)
      acked.add(n)
      progress.emit('acked')
    }

    /** Sends until the process is gone. What got no answer is sent again, with the same eventId, to the next process. */
    async function produce(to: Serving, gone: () => boolean): Promise<void> {
      while (!gone()) {
        const [again] = unanswered
        const n = again ?? `n${next++}`
        unanswered.delete(n)
        try {
          await send(to, n)
        } catch {
          unanswered.add(n)
          return
        }
      }
    }

    for (let round = 0; round < rounds; round++) {
      let gone = false
      const current = serving!
      const producing = Array.from({ length: producers }, () => produce(current, () => gone))
      // The moment of the kill is random: that is what this tries.
      await sleep(20 + random() * 400)
      while (round === rounds - 1 && acked.size <= rounds * messagesPerRound) await once(progress, 'acked')
      const killed = current.kill()
      gone = true
      await Promise.all([killed, ...producing])
      serving = await serve({ POSTHORN_DATABASE_URL: `sqlite:${folder}`, POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8' })
    }
    for (const n of unanswered) await send(serving!, n)
    return { acked, violations }
  }
}

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

interface Receivers {
  readonly url: string
  /** The receivers' own book: event and path, and how often each came. */
  readonly receipts: ReadonlyMap<string, number>
  until(condition: (receipts: ReadonlyMap<string, number>) => boolean): Promise<void>
  stop(): void
}

async function startReceivers(random: () => number): Promise<Receivers> {
  const receipts = new Map<string, number>()
  let onReceipt = (): void => undefined
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { n } = JSON.parse(Buffer.concat(chunks).toString()) as { n: string }
      const key = `${n} ${request.url}`
      receipts.set(key, (receipts.get(key) ?? 0) + 1)
      // A real receiver needs some time, so requests are in flight when the process dies.
      setTimeout(() => response.writeHead(200).end(), 1 + Math.floor(random() * 20))
      onReceipt()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    receipts,
    async until(condition) {
      await new Promise<void>((resolve) => {
        onReceipt = () => {
          if (condition(receipts)) resolve()
        }
        onReceipt()
      })
      onReceipt = () => undefined
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function caller({ url }: Serving, bearer: string) {
  async function call(method: string, path: string, body?: object): Promise<{ status: number; json: unknown }> {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, json: text === '' ? null : JSON.parse(text) }
  }
  return {
    post: (path: string, body: object) => call('POST', path, body),
    async created(path: string, body: object): Promise<void> {
      const { status } = await call('POST', path, body)
      if (status !== 201) throw new Error(`POST ${path} was answered with ${status}`)
    },
    /** The rows of every page. */
    async all(path: string, query: string): Promise<Record<string, string>[]> {
      const rows: Record<string, string>[] = []
      for (let iterator = ''; ;) {
        const { json } = await call('GET', `${path}?limit=250${query}${iterator}`)
        const page = json as { data: Record<string, string>[]; done: boolean; iterator: string | null }
        rows.push(...page.data)
        if (page.done) return rows
        iterator = `&iterator=${page.iterator}`
      }
    },
  }
}

function countInterrupted(rows: readonly Record<string, string>[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { msgId, url = '' } of rows) {
    const key = `${msgId} ${new URL(url).pathname}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

function idsByEvent(rows: readonly Record<string, string>[]): Map<string, string[]> {
  const ids = new Map<string, string[]>()
  for (const { id = '', eventId = '' } of rows) ids.set(eventId, [...(ids.get(eventId) ?? []), id])
  return ids
}
