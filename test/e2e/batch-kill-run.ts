import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Client } from '@posthorn/api'
import { serve, token, type Serving } from './serve.ts'

const producers = 64
const batchSize = 100
const org = 'org_batchkill0000000'
const app = { app_id: 'acme' }

export interface BatchKillResult {
  readonly messages: number
  readonly batches: number
  readonly kills: number
  /** Batches that arrived once more because the process died while they were out. */
  readonly duplicates: number
  /** Broken promises, each with its letter. */
  readonly violations: readonly string[]
}

/** Sends so many messages to one endpoint with batches, and kills the process after 30 and after 60 percent of them. */
export async function batchKillRun(count: number): Promise<BatchKillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-batch-kill-'))
  const receiver = await startReceiver()
  const start = (): Promise<Serving> =>
    serve({ POSTHORN_DATABASE_URL: `sqlite:${folder}`, POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8' })
  let serving: Serving | null = null
  try {
    const bearer = await token('--org', org)
    serving = await start()
    const ids = new Map<number, string>()
    const unanswered: number[] = []
    let next = 0
    let client: Client = createClient({ url: serving.url, token: bearer })
    await client.application.create({ body: { uid: 'acme', name: 'Acme', dialect: 'screenmeet' } })
    await client.endpoint.create({
      params: app,
      body: {
        url: receiver.url,
        batch: { maxMessages: batchSize, maxWaitSeconds: 3 },
        retrySchedule: [1, 1, 1, 1, 1],
      },
    })

    /** Sends until all is sent or the process is gone; what got no answer is sent again to the next process. */
    async function produce(gone: () => boolean): Promise<void> {
      while (!gone()) {
        const n = unanswered.pop() ?? (next < count ? next++ : null)
        if (n === null) return
        const body = { eventType: 'room-entered', eventId: `n${n}`, payload: { n } }
        try {
          ids.set(n, (await client.message.create({ params: app, query: { with_content: false }, body })).id)
        } catch (error) {
          // Accepted before the process died, and the answer was lost.
          if (error instanceof Error && 'status' in error && error.status === 409) ids.set(n, '')
          else unanswered.push(n)
        }
      }
    }

    for (const share of [0.3, 0.6, 1]) {
      let gone = false
      const load = Array.from({ length: producers }, () => produce(() => gone))
      if (share === 1) {
        await Promise.all(load)
        break
      }
      await receiver.arrivals(count * share)
      const killed = serving.kill()
      gone = true
      await Promise.all([killed, ...load])
      serving = await start()
      client = createClient({ url: serving.url, token: bearer })
    }
    await receiver.arrivals(count)
    const violations = unanswered.map((n) => `I1: ${n} was never accepted`)
    if ((await serving.stop()) !== 0) violations.push('D6: SIGTERM did not end the process with 0')
    violations.push(...check(receiver.bodies, ids))
    if (receiver.arrived.size !== count) violations.push(`I1: ${receiver.arrived.size} of ${count} arrived`)
    const { bodies } = receiver
    const duplicates = bodies.length - new Set(bodies).size
    return { messages: count, batches: bodies.length, kills: 2, duplicates, violations }
  } finally {
    await serving?.kill()
    receiver.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function check(bodies: readonly string[], ids: ReadonlyMap<number, string>): string[] {
  const found: string[] = []
  const bodyOf = new Map<number, string>()
  for (const body of bodies) {
    const numbers = numbersIn(body)
    // What came twice came in the same batch, whole and with the same bytes.
    if (numbers.some((n) => (bodyOf.get(n) ?? body) !== body || !bodyOf.set(n, body)))
      found.push(`I3: a batch that came twice was not the same: ${body}`)
    const known = numbers.map((n) => ids.get(n)!).filter((id) => id !== '')
    if (known.some((id, index) => index > 0 && known[index - 1]! > id)) found.push(`a batch is out of order: ${body}`)
  }
  const full = bodies.filter((body) => numbersIn(body).length === batchSize).length
  if (full <= bodies.length / 2) found.push(`only ${full} of ${bodies.length} batches were full`)
  return found
}

function numbersIn(body: string): number[] {
  return (JSON.parse(body) as { n: number }[]).map(({ n }) => n)
}

interface BatchReceiver {
  readonly url: string
  /** Bodies as they came. */
  readonly bodies: readonly string[]
  /** Numbers that arrived, however often. */
  readonly arrived: ReadonlySet<number>
  /** Resolves once so many different numbers arrived. */
  arrivals(wanted: number): Promise<void>
  stop(): void
}

async function startReceiver(): Promise<BatchReceiver> {
  const bodies: string[] = []
  const arrived = new Set<number>()
  let onReceipt = (): void => undefined
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      bodies.push(body)
      for (const n of numbersIn(body)) arrived.add(n)
      // A real receiver needs some time, so a batch is in flight when the process dies.
      setTimeout(() => response.writeHead(200).end(), 5)
      onReceipt()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    bodies,
    arrived,
    arrivals: (wanted) =>
      new Promise((resolve) => {
        onReceipt = () => {
          if (arrived.size >= wanted) resolve()
        }
        onReceipt()
      }),
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
