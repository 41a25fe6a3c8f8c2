import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Client } from '@posthorn/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve, token, type Serving } from './serve.ts'

const count = 100_000
const producers = 64
const batchSize = 100
const org = 'org_batchkill0000000'
const app = { app_id: 'acme' }

let folder: string
let receiver: Server
let bearer: string
/** Bodies as they came. */
const bodies: string[] = []
/** Numbers that arrived, however often. */
const arrived = new Set<number>()
let onReceipt = (): void => undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-batch-kill-'))
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      bodies.push(body)
      for (const n of numbersIn(body)) arrived.add(n)
      // A receiver that works takes its time: a batch is out when the process dies.
      setTimeout(() => response.writeHead(200).end(), 5)
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

function numbersIn(body: string): number[] {
  return (JSON.parse(body) as { n: number }[]).map(({ n }) => n)
}

function start(): Promise<Serving> {
  return serve({ POSTHORN_DATABASE_URL: `sqlite:${folder}`, POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8' })
}

/** Resolves once so many different numbers arrived. */
function arrivals(wanted: number): Promise<void> {
  return new Promise((resolve) => {
    onReceipt = () => {
      if (arrived.size >= wanted) resolve()
    }
    onReceipt()
  })
}

test(
  `A2: ${count} messages to one endpoint with batches, killed twice: all arrive, in order, twice only as whole batches`,
  { timeout: 600_000 },
  async () => {
    const ids = new Map<number, string>()
    const unanswered: number[] = []
    let next = 0
    let serving = await start()
    let client: Client = createClient({ url: serving.url, token: bearer })
    await client.application.create({ body: { uid: 'acme', name: 'Acme', dialect: 'screenmeet' } })
    await client.endpoint.create({
      params: app,
      body: {
        url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
        batch: { maxMessages: batchSize, maxWaitSeconds: 1 },
        retrySchedule: [1, 1, 1, 1, 1],
      },
    })

    /** Sends until all is sent or the process is gone; what got no answer is asked for again. */
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
      await arrivals(count * share)
      const killed = serving.kill()
      gone = true
      await Promise.all([killed, ...load])
      serving = await start()
      client = createClient({ url: serving.url, token: bearer })
    }
    expect(unanswered).toEqual([])
    await arrivals(count)
    expect(await serving.stop()).toBe(0)

    // I1: every one arrived.
    expect(arrived.size).toBe(count)
    // I3: what came twice came in the same batch, whole and with the same bytes.
    const bodyOf = new Map<number, string>()
    const torn = bodies.filter((body) =>
      numbersIn(body).some((n) => (bodyOf.get(n) ?? body) !== body || !bodyOf.set(n, body)),
    )
    expect(torn).toEqual([])
    // In order: ids rise, and so does what is in a batch.
    const disordered = bodies.filter((body) => {
      const known = numbersIn(body)
        .map((n) => ids.get(n)!)
        .filter((id) => id !== '')
      return known.some((id, index) => index > 0 && known[index - 1]! > id)
    })
    expect(disordered).toEqual([])
    const full = bodies.filter((body) => numbersIn(body).length === batchSize).length
    expect(full).toBeGreaterThan(bodies.length / 2)
    console.log(`${bodies.length} batches for ${count} messages, ${bodies.length - new Set(bodies).size} came twice`)
  },
)
