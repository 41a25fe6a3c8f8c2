import { once } from 'node:events'
import { Queue } from 'bullmq'
import { firstMessage, startChild } from '../support/child.ts'
import { processCpuMicroseconds } from '../support/machine.ts'
import { queueName, startWorker, type Client, type DeliveryJob } from './bullmq-worker.ts'
import { applicationOf, urlsOf, workload, type Contender } from './contender.ts'

export interface BullMqSetup {
  readonly client: Client
  /** One: producers and worker share a process. Two: the worker has its own. */
  readonly processes: 1 | 2
  readonly redis: { readonly port: number; readonly pid: number }
}

/** What many teams build first: a job a delivery in BullMQ, signed and posted. Redis may lose the last second. */
export async function bullmq(receiver: string, { client, processes, redis }: BullMqSetup): Promise<Contender> {
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
  const queue = new Queue<DeliveryJob>(queueName, {
    connection,
    defaultJobOptions: {
      removeOnComplete: true,
      removeOnFail: true,
      attempts: 8,
      backoff: { type: 'fixed', delay: 1000 },
    },
  })
  let outstanding = 0
  let failures = 0
  let whenEmpty: (() => void) | null = null
  const ended = (delivered: number, failed: number): void => {
    outstanding -= delivered + failed
    failures += failed
    if (outstanding === 0) whenEmpty?.()
  }
  const worker =
    processes === 1 ? await workerHere(redis.port, client, ended) : await workerApart(redis.port, client, ended)
  const urls = Array.from({ length: workload.applications }, (_, index) => urlsOf(receiver, index))
  return {
    async send(n, payload) {
      outstanding += workload.endpointsPerMessage
      await queue.addBulk(urls[applicationOf(n)]!.map((url) => ({ name: 'delivery', data: { url, payload } })))
    },
    settled: () => (outstanding === 0 ? Promise.resolve() : new Promise((resolve) => (whenEmpty = resolve))),
    failed: () => failures,
    otherCpuMicroseconds: () => processCpuMicroseconds(redis.pid) + worker.cpuMicroseconds(),
    async close() {
      await worker.close()
      await queue.close()
    },
  }
}

interface RunningWorker {
  readonly cpuMicroseconds: () => number
  close(): Promise<void>
}

type Ended = (delivered: number, failed: number) => void

async function workerHere(redisPort: number, client: Client, ended: Ended): Promise<RunningWorker> {
  const worker = startWorker(redisPort, client, (delivered) => ended(delivered ? 1 : 0, delivered ? 0 : 1))
  await worker.waitUntilReady()
  return { cpuMicroseconds: () => 0, close: () => worker.close() }
}

async function workerApart(redisPort: number, client: Client, ended: Ended): Promise<RunningWorker> {
  const child = startChild(new URL('./bullmq-process.ts', import.meta.url))
  child.send({ redisPort, client })
  await firstMessage(child)
  child.on('message', (message) => {
    const { delivered, failed } = message as { delivered: number; failed: number }
    ended(delivered, failed)
  })
  return {
    cpuMicroseconds: () => processCpuMicroseconds(child.pid ?? 0),
    async close() {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}
