import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Queue, Worker } from 'bullmq'
import { workload, type Contender } from './contender.ts'

/** What many teams build first: a job a delivery in BullMQ, signed and posted with fetch. */
export async function bullmq(receiver: string, path: string, redis: { port: number; pid: number }): Promise<Contender> {
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
  const queue = new Queue('bench', { connection, defaultJobOptions: { removeOnComplete: true, attempts: 8 } })
  const key = randomBytes(24)
  let outstanding = 0
  let whenEmpty: (() => void) | null = null
  const worker = new Worker(
    'bench',
    async (job: { id?: string; data: { url: string; payload: string } }) => {
      const { url, payload } = job.data
      const id = job.id ?? ''
      const timestamp = String(Math.floor(Date.now() / 1000))
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${payload}`).digest('base64')
      const response = await fetch(url, {
        method: 'POST',
        body: payload,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        },
      })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(String(response.status))
    },
    // As many at a time as Posthorn has out: 64 for each of the three endpoints.
    { connection, concurrency: 64 * workload.endpointsPerMessage },
  )
  worker.on('completed', () => {
    outstanding -= 1
    if (outstanding === 0) whenEmpty?.()
  })
  await worker.waitUntilReady()
  return {
    async send(payload) {
      outstanding += workload.endpointsPerMessage
      await queue.addBulk(
        Array.from({ length: workload.endpointsPerMessage }, (_, index) => ({
          name: 'delivery',
          data: { url: `${receiver}${path}/${index}`, payload },
        })),
      )
    },
    settled: () => (outstanding === 0 ? Promise.resolve() : new Promise((resolve) => (whenEmpty = resolve))),
    otherCpuMicroseconds: () => processCpuMicroseconds(redis.pid),
    async close() {
      await worker.close()
      await queue.close()
    },
  }
}

/** User and system time of another process, from the kernel's table in ticks of 10 ms. */
function processCpuMicroseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}
