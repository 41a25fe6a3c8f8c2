import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { ContenderName, Task } from './child.ts'
import { workload, type LatencyResult, type ThroughputResult } from './contender.ts'

const rounds = 3
const latencySeconds = 10

interface Redis {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Deliveries a second of three systems, in turn (A B C, A B C, ...) so that a machine that slows down slows them all, each
 * in a fresh process, all against one receiver; then the latency of Posthorn at half of its own throughput.
 */
export async function delivery({ json }: { json: boolean }): Promise<void> {
  const receiver = await startReceiver()
  const redis = await startRedis()
  try {
    const names: ContenderName[] = redis ? ['posthorn', 'ceiling', 'bullmq'] : ['posthorn', 'ceiling']
    const results = new Map<ContenderName, ThroughputResult[]>(names.map((name) => [name, []]))
    for (let round = 1; round <= rounds; round++) {
      for (const contender of names) {
        if (!json) process.stderr.write(`round ${round} of ${rounds}: ${contender}\n`)
        const task: Task = {
          contender,
          receiver: receiver.url,
          redis: redis && { port: redis.port, pid: redis.pid },
          messagesPerSecond: null,
          seconds: 0,
        }
        results.get(contender)?.push((await runChild(task)) as ThroughputResult)
      }
    }
    const posthorn = median(results.get('posthorn')?.map((result) => result.deliveriesPerSecond) ?? [])
    const messagesPerSecond = Math.floor(posthorn / workload.endpointsPerMessage / 2)
    if (!json)
      process.stderr.write(`latency at half load: ${messagesPerSecond} messages a second for ${latencySeconds} s\n`)
    const measured = (await runChild({
      contender: 'posthorn',
      receiver: receiver.url,
      redis: null,
      messagesPerSecond,
      seconds: latencySeconds,
    })) as { p50Ms: number; p99Ms: number }
    const latency: LatencyResult = { messagesPerSecond, p50Ms: measured.p50Ms, p99Ms: measured.p99Ms }
    const report = { machine: machine(), workload, rounds, results: Object.fromEntries(results), latency }
    console.log(json ? JSON.stringify(report, null, 2) : table(results, latency, redis !== null))
  } finally {
    receiver.stop()
    await redis?.stop()
  }
}

function table(results: Map<ContenderName, ThroughputResult[]>, latency: LatencyResult, hasRedis: boolean): string {
  const titles = {
    posthorn: 'Posthorn (fsync before each ack)',
    ceiling: 'the same client, no durability',
    bullmq: 'BullMQ + Redis + fetch',
  }
  const base = median(results.get('posthorn')?.map((result) => result.deliveriesPerSecond) ?? [])
  const rows = [...results].map(([name, runs]) => {
    const rates = runs.map((run) => run.deliveriesPerSecond)
    return [
      titles[name],
      String(Math.round(median(rates))),
      `${Math.round(Math.min(...rates))}-${Math.round(Math.max(...rates))}`,
      (base / median(rates)).toFixed(2),
      String(Math.round(median(runs.map((run) => run.cpuMicrosecondsPerDelivery)))),
      String(Math.round(Math.max(...runs.map((run) => run.peakMemoryMb)))),
    ]
  })
  const header = ['', 'deliveries/s', 'min-max', 'Posthorn is x', 'CPU us/delivery', 'peak MB']
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
  return [
    machine(),
    `${workload.payloadBytes} byte payload, ${workload.endpointsPerMessage} endpoints a message, ${workload.producers} producers, ${rounds} interleaved rounds of ${workload.messages} messages, medians`,
    '',
    ...[header, ...rows].map(line),
    '',
    `Posthorn, accept to arrival at half load (${latency.messagesPerSecond} messages/s, open loop): p50 ${latency.p50Ms.toFixed(2)} ms, p99 ${latency.p99Ms.toFixed(2)} ms`,
    ...(hasRedis ? [] : ['BullMQ was left out: redis-server is not installed.']),
  ].join('\n')
}

function machine(): string {
  const [cpu] = cpus()
  return `${cpus().length} x ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}`
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function runChild(task: Task): Promise<unknown> {
  const child = fork(new URL('./child.ts', import.meta.url), { execArgv: ['--conditions=posthorn-source'] })
  child.send(task)
  const [[result]] = (await Promise.all([firstMessage(child), once(child, 'exit')])) as [[unknown], unknown]
  return result
}

function firstMessage(child: ChildProcess): Promise<[unknown]> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve([message]))
    child.once('exit', (code) => reject(new Error(`a contender ended with ${code} and no result`)))
  })
}

async function startReceiver(): Promise<{ url: string; stop(): void }> {
  const child = fork(new URL('./receiver.ts', import.meta.url))
  const [{ port }] = (await firstMessage(child)) as [{ port: number }]
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

/** A Redis of our own on a free port: append-only file, synced once a second, as Redis recommends for queues. */
async function startRedis(): Promise<Redis | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-bench-redis-'))
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
  ]
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready to accept connections')) resolve()
    })
    child.once('exit', () => reject(new Error('redis-server did not start')))
  })
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      const exited = once(child, 'exit')
      child.kill()
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
