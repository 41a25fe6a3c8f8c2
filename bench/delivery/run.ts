import { fileURLToPath } from 'node:url'
import { runChild } from '../support/child.ts'
import type { BenchmarkOptions } from '../support/options.ts'
import { machine, median, textTable } from '../support/machine.ts'
import { meanPayloadBytes } from '../support/payloads.ts'
import { startReceiver } from '../support/start-receiver.ts'
import { startRedis } from '../support/start-redis.ts'
import type { Measured, Task } from './child.ts'
import { workload } from './contender.ts'

const latencySeconds = 10

interface Row {
  readonly name: string
  readonly task: Omit<Task, 'receiver'>
  readonly runs: Measured[]
}

/**
 * Deliveries a second, in turn (A B C, A B C, ...) so that a machine that slows down slows them all, each in a fresh process, all against
 * one receiver, which counts what came; then the latency of Posthorn at half of its own throughput.
 */
export async function delivery({ json, against, rounds }: BenchmarkOptions): Promise<void> {
  const receiver = await startReceiver()
  const redis = await startRedis()
  const say = (text: string): void => void (json || process.stderr.write(`${text}\n`))
  try {
    const here = fileURLToPath(new URL('../..', import.meta.url))
    const rows = rowsOf(here, against, redis)
    for (let round = 1; round <= rounds; round++)
      for (const { name, task, runs } of rows) {
        say(`round ${round} of ${rounds}: ${name}`)
        runs.push(checked(name, await runTask({ ...task, receiver: receiver.url })))
      }
    const rate = median(ratesOf(rows[0]!))
    const messagesPerSecond = Math.floor(rate / workload.endpointsPerMessage / 2)
    const latency: Measured[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`latency at half load, ${round} of ${rounds}: ${messagesPerSecond} messages a second for ${latencySeconds} s`)
      const openLoop = { messagesPerSecond, seconds: latencySeconds }
      const task: Task = { contender: 'posthorn', checkout: here, receiver: receiver.url, openLoop }
      latency.push(checked('latency', await runTask(task)))
    }
    const report = { machine: machine(), workload, rounds, rows, latency: { messagesPerSecond, runs: latency } }
    console.log(json ? JSON.stringify(report, null, 2) : text(rows, messagesPerSecond, latency, redis !== null))
  } finally {
    receiver.stop()
    await redis?.stop()
  }
}

function rowsOf(here: string, against: readonly string[], redis: { port: number; pid: number } | null): Row[] {
  const row = (name: string, task: Row['task']): Row => ({ name, task, runs: [] })
  const rows = [row('Posthorn (fsync before each acknowledgement)', { contender: 'posthorn', checkout: here })]
  for (const checkout of against) rows.push(row(`Posthorn of ${checkout}`, { contender: 'posthorn', checkout }))
  rows.push(row('the pipe: our client, nothing durable', { contender: 'pipe', checkout: here }))
  for (const checkout of against) rows.push(row(`the pipe of ${checkout}`, { contender: 'pipe', checkout }))
  if (redis === null) return rows
  const { port, pid } = redis
  for (const client of ['fetch', 'our client'] as const)
    for (const processes of [1, 2] as const)
      rows.push(
        row(`BullMQ + ${client}, ${processes === 1 ? 'one process' : 'two processes'}`, {
          contender: 'bullmq',
          checkout: here,
          bullmq: { client, processes, redis: { port, pid } },
        }),
      )
  return rows
}

function runTask(task: Task): Promise<Measured> {
  return runChild<Measured>(new URL('./child.ts', import.meta.url), task)
}

/** A run that lost a delivery, or says that it did not deliver, is no result. Repeats are allowed, and shown. */
function checked(name: string, measured: Measured): Measured {
  const expected = measured.messages * workload.endpointsPerMessage
  const failed = measured.throughput?.failed ?? 0
  if (measured.received.deliveries !== expected || failed > 0)
    throw new Error(
      `${name}: ${measured.received.deliveries} of ${expected} deliveries arrived, and ${failed} failed. This run does not count.`,
    )
  return measured
}

function ratesOf({ runs }: Row): number[] {
  return runs.map(({ throughput }) => throughput!.deliveriesPerSecond)
}

function text(
  rows: readonly Row[],
  messagesPerSecond: number,
  latency: readonly Measured[],
  hasRedis: boolean,
): string {
  const base = median(ratesOf(rows[0]!))
  const header = [
    '',
    'deliveries/s',
    'min-max',
    'Posthorn is x',
    'CPU us/delivery',
    'receiver us',
    'repeats',
    'peak MB',
  ]
  const cells = rows.map((row) => {
    const rates = ratesOf(row)
    const of = (value: (run: Measured) => number): number => median(row.runs.map(value))
    return [
      row.name,
      String(Math.round(median(rates))),
      `${Math.round(Math.min(...rates))}-${Math.round(Math.max(...rates))}`,
      (base / median(rates)).toFixed(2),
      String(Math.round(of(({ throughput }) => throughput!.cpuMicrosecondsPerDelivery))),
      of(({ received }) => received.cpuMicroseconds / received.requests).toFixed(1),
      String(row.runs.reduce((sum, { received }) => sum + received.repeats, 0)),
      String(Math.round(Math.max(...row.runs.map(({ throughput }) => throughput!.peakMemoryMb)))),
    ]
  })
  const at = (value: (run: Measured) => number | null): string => {
    const all = latency.map((run) => value(run) ?? Number.NaN)
    return `${median(all).toFixed(2)} ms (${Math.min(...all).toFixed(2)}-${Math.max(...all).toFixed(2)})`
  }
  const { applications, endpointsPerMessage, producers, messages } = workload
  const rounds = latency.length
  return [
    machine(),
    `payloads of ${meanPayloadBytes} bytes, ${applications} applications of ${endpointsPerMessage} endpoints, ${producers} producers, ${rounds} interleaved rounds of ${messages} messages, medians`,
    '',
    textTable([header, ...cells]),
    '',
    `Posthorn at half load (${messagesPerSecond} messages/s, open loop), from the time at which a message is to be sent to its arrival: p50 ${at(({ received }) => received.p50Ms)}, p99 ${at(({ received }) => received.p99Ms)}`,
    ...(hasRedis ? [] : ['BullMQ was left out: redis-server is not installed.']),
  ].join('\n')
}
