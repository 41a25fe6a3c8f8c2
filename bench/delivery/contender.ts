import { performance } from 'node:perf_hooks'

/** What every contender does: the same messages, to the same receiver, with as many producers. */
export const workload = {
  warmUpMessages: 6000,
  messages: 15_000,
  endpointsPerMessage: 3,
  payloadBytes: 1024,
  /** Producers that each wait for their acknowledgement before they send again. */
  producers: 128,
} as const

export interface ThroughputResult {
  readonly deliveriesPerSecond: number
  readonly cpuMicrosecondsPerDelivery: number
  readonly peakMemoryMb: number
}

export interface LatencyResult {
  readonly messagesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** One system under test, in a process of its own. */
export interface Contender {
  /** Resolves when the message is accepted as durably as this system can. */
  send(payload: string): Promise<void>
  /** Resolves when every outcome is recorded. */
  settled(): Promise<void>
  /** Microseconds of processor time outside this process (a Redis server). */
  otherCpuMicroseconds?(): number
  close(): Promise<void>
}

function payloadOf(fields: object): string {
  const text = JSON.stringify({ ...fields, filler: '' })
  return `${text.slice(0, -2)}${'x'.repeat(Math.max(0, workload.payloadBytes - text.length))}"}`
}

/** Runs one contender in this process: a warm-up, then the measured part until the last outcome is recorded. */
export async function measureThroughput(contender: Contender): Promise<ThroughputResult> {
  await sendAll(contender, workload.warmUpMessages)
  const cpuBefore = process.cpuUsage()
  const otherBefore = contender.otherCpuMicroseconds?.() ?? 0
  const started = performance.now()
  await sendAll(contender, workload.messages)
  const seconds = (performance.now() - started) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  const other = (contender.otherCpuMicroseconds?.() ?? 0) - otherBefore
  const deliveries = workload.messages * workload.endpointsPerMessage
  return {
    deliveriesPerSecond: deliveries / seconds,
    cpuMicrosecondsPerDelivery: (cpu.user + cpu.system + other) / deliveries,
    peakMemoryMb: process.resourceUsage().maxRSS / 1024,
  }
}

async function sendAll(contender: Contender, messages: number): Promise<void> {
  const payload = payloadOf({})
  let left = messages
  const produce = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await contender.send(payload)
    }
  }
  await Promise.all(Array.from({ length: workload.producers }, produce))
  await contender.settled()
}

/**
 * Open loop: messages leave at their times whether or not earlier ones were answered, and carry the time at which they
 * should have left (system-wide monotonic clock), so that a stall counts for everything that it delays.
 */
export async function sendOpenLoop(contender: Contender, messagesPerSecond: number, seconds: number): Promise<void> {
  const start = process.hrtime.bigint()
  const gapNs = 1e9 / messagesPerSecond
  const total = Math.floor(messagesPerSecond * seconds)
  const sends: Promise<void>[] = []
  let next = 0
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      const elapsed = Number(process.hrtime.bigint() - start)
      while (next < total && next * gapNs <= elapsed) {
        const intended = start + BigInt(Math.round(next * gapNs))
        sends.push(contender.send(payloadOf({ t: String(intended) })))
        next += 1
      }
      if (next < total) setTimeout(tick, 1)
      else resolve()
    }
    tick()
  })
  await Promise.all(sends)
  await contender.settled()
}
