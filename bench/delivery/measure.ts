import { performance } from 'node:perf_hooks'
import { payloadOf } from '../support/payloads.ts'
import { workload, type Contender } from './contender.ts'

export interface ThroughputResult {
  readonly deliveriesPerSecond: number
  readonly cpuMicrosecondsPerDelivery: number
  readonly peakMemoryMb: number
  readonly failed: number
}

/** A warm-up, then the measured part until the last outcome is recorded. @param measured called between the two */
export async function measureThroughput(
  contender: Contender,
  measured: () => Promise<void>,
): Promise<ThroughputResult> {
  await sendAll(contender, 0, workload.warmUpMessages)
  await measured()
  const cpuBefore = process.cpuUsage()
  const otherBefore = contender.otherCpuMicroseconds()
  const started = performance.now()
  await sendAll(contender, workload.warmUpMessages, workload.messages)
  const seconds = (performance.now() - started) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  const other = contender.otherCpuMicroseconds() - otherBefore
  const deliveries = workload.messages * workload.endpointsPerMessage
  return {
    deliveriesPerSecond: deliveries / seconds,
    cpuMicrosecondsPerDelivery: (cpu.user + cpu.system + other) / deliveries,
    peakMemoryMb: process.resourceUsage().maxRSS / 1024,
    failed: contender.failed(),
  }
}

/** Closed loop: every producer waits for its acknowledgement. */
async function sendAll(contender: Contender, first: number, count: number): Promise<void> {
  let next = first
  const produce = async (): Promise<void> => {
    while (next < first + count) {
      const n = next
      next += 1
      await contender.send(n, payloadOf(n))
    }
  }
  await Promise.all(Array.from({ length: workload.producers }, produce))
  await contender.settled()
}

/**
 * Open loop: messages leave at their times whether or not earlier ones were answered, and carry the time at which they should have left
 * (a clock that the processes of a machine share), so that a stall counts for everything that it delays. Answers how many were sent.
 */
export async function sendOpenLoop(
  contender: Contender,
  { first, messagesPerSecond, seconds }: { first: number; messagesPerSecond: number; seconds: number },
): Promise<number> {
  const start = process.hrtime.bigint()
  const gapNs = 1e9 / messagesPerSecond
  const total = Math.floor(messagesPerSecond * seconds)
  const sends: Promise<void>[] = []
  let sent = 0
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      const elapsed = Number(process.hrtime.bigint() - start)
      while (sent < total && sent * gapNs <= elapsed) {
        const n = first + sent
        sends.push(contender.send(n, payloadOf(n, start + BigInt(Math.round(sent * gapNs)))))
        sent += 1
      }
      if (sent < total) setTimeout(tick, 1)
      else resolve()
    }
    tick()
  })
  await Promise.all(sends)
  await contender.settled()
  return sent
}
