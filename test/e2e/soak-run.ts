import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, type Client } from '@posthorn/api'
import { serve, token, type Serving } from './serve.ts'

const org = 'org_soaktest00000000'
const app = { app_id: 'acme' }
/** Of each endpoint whose receiver can be reached, the bit that says that a message arrived there. */
const bits: Readonly<Record<string, number>> = { '/steady': 1, '/slow': 2, '/flaky': 4 }
const everywhere = 7

export interface SoakOptions {
  readonly durationMs: number
  readonly messagesPerSecond: number
}

export interface SoakResult {
  readonly messages: number
  readonly deliveries: number
  /** Accepts that were answered with 503 and made again. */
  readonly refused: number
  /** From the time at which a message should have been sent until it was accepted. */
  readonly acceptP50Ms: number
  readonly acceptP99Ms: number
  /** Memory of the server in the second and in the last quarter, in MB; `null` where there is no /proc. */
  readonly earlyMb: number | null
  readonly lateMb: number | null
  /** Broken promises, each with its letter. */
  readonly violations: readonly string[]
}

/**
 * A steady load for a long time: one receiver that answers at once, one that is slow, one that fails every tenth time, and one
 * that is not there, whose work piles up and must cost the others nothing. Everything arrives, and memory does not grow.
 */
export async function soakRun({ durationMs, messagesPerSecond }: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-soak-'))
  const arrived = new Map<string, number>()
  const receiver = await startReceiver(arrived)
  let serving: Serving | null = null
  try {
    const bearer = await token('--org', org)
    serving = await serve({ POSTHORN_DATABASE_URL: `sqlite:${folder}`, POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8' })
    const client = createClient({ url: serving.url, token: bearer })
    await setUp(client, receiver.url)
    const load = await produce(client, serving, { durationMs, messagesPerSecond })
    const violations = [...load.violations]
    while (load.accepted.some((id) => arrived.get(id) !== everywhere) && serving.process.exitCode === null)
      await sleep(50)
    for (const id of load.accepted)
      if (arrived.get(id) !== everywhere) violations.push(`I1: ${id} did not arrive everywhere`)
    const [early, late] = [median(quarter(load.memoryMb, 1)), median(quarter(load.memoryMb, 3))]
    if (early !== null && late !== null && late > 1.5 * early + 64)
      violations.push(`memory grew from ${Math.round(early)} MB to ${Math.round(late)} MB`)
    if ((await serving.stop()) !== 0) violations.push('D6: SIGTERM did not end the process with 0')
    const waits = load.acceptMs.toSorted((a, b) => a - b)
    return {
      messages: load.accepted.length,
      deliveries: load.accepted.length * Object.keys(bits).length,
      refused: load.refused,
      acceptP50Ms: quantile(waits, 0.5),
      acceptP99Ms: quantile(waits, 0.99),
      earlyMb: early,
      lateMb: late,
      violations,
    }
  } finally {
    await serving?.kill()
    receiver.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function setUp(client: Client, base: string): Promise<void> {
  await client.application.create({ body: { uid: 'acme', name: 'Acme' } })
  const retrySchedule = Array<number>(10).fill(1)
  for (const path of Object.keys(bits)) {
    await client.endpoint.create({ params: app, body: { url: base + path, retrySchedule } })
  }
  // Nobody listens on this port. Its work waits for an hour.
  await client.endpoint.create({ params: app, body: { url: 'http://127.0.0.1:9/', retrySchedule: [3600] } })
}

interface Load {
  readonly accepted: readonly string[]
  readonly refused: number
  readonly acceptMs: readonly number[]
  readonly memoryMb: readonly number[]
  readonly violations: readonly string[]
}

/** Sends at a rate that does not depend on the answers, so that a stall counts for everything that it delays. */
async function produce(client: Client, serving: Serving, options: SoakOptions): Promise<Load> {
  const accepted: string[] = []
  const acceptMs: number[] = []
  const memoryMb: number[] = []
  const violations: string[] = []
  const sending = new Set<Promise<void>>()
  let refused = 0
  const startedAt = performance.now()
  const count = Math.floor((options.durationMs / 1000) * options.messagesPerSecond)

  async function send(n: number, dueAt: number): Promise<void> {
    const body = { eventType: 'a.b', eventId: `n${n}`, payload: { n } }
    for (;;) {
      try {
        accepted.push((await client.message.create({ params: app, query: { with_content: false }, body })).id)
        acceptMs.push(performance.now() - dueAt)
        return
      } catch (error) {
        if (!(error instanceof Error && 'status' in error && error.status === 503)) {
          violations.push(`n${n} was not accepted: ${String(error)}`)
          return
        }
        refused += 1
        await sleep(1000)
      }
    }
  }

  for (let n = 0; n < count && serving.process.exitCode === null; n++) {
    const dueAt = startedAt + (n * 1000) / options.messagesPerSecond
    if (dueAt > performance.now()) await sleep(dueAt - performance.now())
    const sent = send(n, dueAt)
    sending.add(sent)
    void sent.finally(() => sending.delete(sent))
    if (n % options.messagesPerSecond === 0) memoryMb.push(...memoryOf(serving))
  }
  await Promise.all(sending)
  if (serving.process.exitCode !== null) violations.push(`the server ended with ${serving.process.exitCode}`)
  return { accepted, refused, acceptMs, memoryMb, violations }
}

function memoryOf({ process: { pid } }: Serving): number[] {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return []
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8')) ?? []
  return kilobytes === undefined ? [] : [Number(kilobytes) / 1024]
}

/** Counted from 0. The first one is not looked at: caches fill up then. */
function quarter(values: readonly number[], number: number): readonly number[] {
  return values.slice(Math.floor((values.length * number) / 4), Math.ceil((values.length * (number + 1)) / 4))
}

function median(values: readonly number[]): number | null {
  return values.length === 0
    ? null
    : quantile(
        values.toSorted((a, b) => a - b),
        0.5,
      )
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

async function startReceiver(arrived: Map<string, number>): Promise<{ readonly url: string; stop(): void }> {
  let requests = 0
  const server: Server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const { url: path = '' } = request
      if (path === '/flaky' && (requests += 1) % 10 === 0) {
        response.writeHead(500).end()
        return
      }
      const id = String(request.headers['webhook-id'])
      arrived.set(id, (arrived.get(id) ?? 0) | bits[path]!)
      setTimeout(() => response.writeHead(200).end(), path === '/slow' ? 100 : 0)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
