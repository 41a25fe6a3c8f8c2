import { createHmac, randomBytes } from 'node:crypto'
import { Worker } from 'bullmq'
import { httpTransport } from '../../packages/engine/src/transport/http/http-transport.ts'
import { workload } from './contender.ts'
import { poster } from './pipe.ts'

/** How a job posts: with Node's fetch, or with the HTTP client of Posthorn. */
export type Client = 'fetch' | 'our client'

export interface DeliveryJob {
  readonly url: string
  readonly payload: string
}

export const queueName = 'bench'

/** Takes jobs and posts them, signed. @param ended told of each job that has ended, and whether it was delivered */
export function startWorker(redisPort: number, client: Client, ended: (delivered: boolean) => void) {
  const post = client === 'fetch' ? fetchPoster() : poster(httpTransport({ allowPrivate: ['127.0.0.0/8'] }))
  const worker = new Worker<DeliveryJob>(
    queueName,
    async ({ id = '', data: { url, payload } }) => {
      if (!(await post(url, id, payload))) throw new Error('not accepted')
    },
    {
      connection: { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null },
      concurrency: workload.concurrency,
    },
  )
  worker.on('completed', () => ended(true))
  worker.on('failed', (job) => {
    // `undefined`: the job is gone, so there is no further attempt.
    if (!job || job.attemptsMade >= (job.opts.attempts ?? 1)) ended(false)
  })
  return worker
}

function fetchPoster(): (url: string, id: string, payload: string) => Promise<boolean> {
  const key = randomBytes(24)
  return async (url, id, payload) => {
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
    return response.ok
  }
}
