import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import type { Measured } from '../delivery/child.ts'
import { workload } from '../delivery/contender.ts'
import { firstMessage, runChild, startChild } from '../support/child.ts'
import type { BenchmarkOptions } from '../support/options.ts'
import { machine, median, processCpuMicroseconds, textTable } from '../support/machine.ts'
import { meanPayloadBytes } from '../support/payloads.ts'
import { startReceiver, type RunningReceiver } from '../support/start-receiver.ts'
import type { ProducePart } from './produce.ts'
import type { Serving } from './serve.ts'

interface Result {
  readonly deliveriesPerSecond: number
  readonly cpuMicrosecondsPerDelivery: number
  readonly peakMemoryMb: number
  readonly repeats: number
}

/** The whole server over HTTP, with tokens and JSON, beside the library in the same rounds. */
export async function server({ json, against, rounds }: BenchmarkOptions): Promise<void> {
  const receiver = await startReceiver()
  const here = fileURLToPath(new URL('../..', import.meta.url))
  const rows = [
    { name: 'posthorn serve', measure: () => overHttp(here, receiver) },
    ...against.map((checkout) => ({
      name: `posthorn serve of ${checkout}`,
      measure: () => overHttp(checkout, receiver),
    })),
    { name: 'the library', measure: () => asLibrary(here, receiver) },
  ].map((row) => ({ ...row, runs: [] as Result[] }))
  try {
    for (let round = 1; round <= rounds; round++)
      for (const { name, measure, runs } of rows) {
        if (!json) process.stderr.write(`round ${round} of ${rounds}: ${name}\n`)
        runs.push(await measure())
      }
  } finally {
    receiver.stop()
  }
  const results = rows.map(({ name, runs }) => ({ name, runs }))
  console.log(json ? JSON.stringify({ machine: machine(), workload, rounds, results }, null, 2) : text(results))
}

async function overHttp(checkout: string, receiver: RunningReceiver): Promise<Result> {
  const serving = startChild(new URL('./serve.ts', import.meta.url))
  const producing = startChild(new URL('./produce.ts', import.meta.url))
  try {
    serving.send({ checkout })
    const { url, token, pid } = await firstMessage<Serving>(serving)
    producing.send({ url, token, receiver: receiver.url })
    await firstMessage(producing)
    /** Until every outcome is recorded. */
    const run = async (part: ProducePart): Promise<number> => {
      producing.send(part)
      await firstMessage(producing)
      serving.send('idle')
      return (await firstMessage<{ peakMemoryMb: number }>(serving)).peakMemoryMb
    }
    await run({ first: 0, count: workload.warmUpMessages })
    await receiver.report()
    const cpuBefore = processCpuMicroseconds(pid)
    const started = performance.now()
    const peakMemoryMb = await run({ first: workload.warmUpMessages, count: workload.messages })
    const seconds = (performance.now() - started) / 1000
    const cpu = processCpuMicroseconds(pid) - cpuBefore
    const deliveries = workload.messages * workload.endpointsPerMessage
    const received = await receiver.report()
    if (received.deliveries !== deliveries)
      throw new Error(`${received.deliveries} of ${deliveries} deliveries arrived. This run does not count.`)
    return {
      deliveriesPerSecond: deliveries / seconds,
      cpuMicrosecondsPerDelivery: cpu / deliveries,
      peakMemoryMb,
      repeats: received.repeats,
    }
  } finally {
    const ended = once(serving, 'exit')
    producing.disconnect()
    serving.disconnect()
    await ended
  }
}

async function asLibrary(checkout: string, receiver: RunningReceiver): Promise<Result> {
  const task = { contender: 'posthorn', checkout, receiver: receiver.url }
  const { throughput, received } = await runChild<Measured>(new URL('../delivery/child.ts', import.meta.url), task)
  return { ...throughput!, repeats: received.repeats }
}

function text(results: readonly { readonly name: string; readonly runs: readonly Result[] }[]): string {
  const of = (runs: readonly Result[], value: (run: Result) => number): number => median(runs.map(value))
  const base = of(results[0]!.runs, (run) => run.deliveriesPerSecond)
  const header = ['', 'deliveries/s', 'min-max', 'posthorn serve is x', 'CPU us/delivery', 'repeats', 'peak MB']
  const cells = results.map(({ name, runs }) => {
    const rates = runs.map((run) => run.deliveriesPerSecond)
    return [
      name,
      String(Math.round(median(rates))),
      `${Math.round(Math.min(...rates))}-${Math.round(Math.max(...rates))}`,
      (base / median(rates)).toFixed(2),
      String(Math.round(of(runs, (run) => run.cpuMicrosecondsPerDelivery))),
      String(runs.reduce((sum, run) => sum + run.repeats, 0)),
      String(Math.round(Math.max(...runs.map((run) => run.peakMemoryMb)))),
    ]
  })
  const { applications, endpointsPerMessage, messages } = workload
  const rounds = results[0]!.runs.length
  return [
    machine(),
    `payloads of ${meanPayloadBytes} bytes, ${applications} applications of ${endpointsPerMessage} endpoints, ${rounds} interleaved rounds of ${messages} messages, medians; the CPU of the server alone`,
    '',
    textTable([header, ...cells]),
  ].join('\n')
}
