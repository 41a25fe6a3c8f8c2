/** The producers, in a process of their own: they make the applications, then post messages, each waiting for its answer. */
import { performance } from 'node:perf_hooks'
import { applicationOf, urlsOf, workload } from '../delivery/contender.ts'
import { payloadOf } from '../support/payloads.ts'
import { HttpProducer } from './http-producer.ts'

export interface ProduceTask {
  readonly url: string
  readonly token: string
  readonly receiver: string
}

/** One part of the work: `count` messages from `first` on. */
export interface ProducePart {
  readonly first: number
  readonly count: number
}

const connections = 64

async function prepare({ url, token, receiver }: ProduceTask): Promise<(part: ProducePart) => Promise<number>> {
  const producers = await Promise.all(Array.from({ length: connections }, () => HttpProducer.connect(url, token)))
  const [first] = producers
  for (let index = 0; index < workload.applications; index++) {
    await first!.post('/api/v1/app', JSON.stringify({ name: `bench ${index}`, uid: `bench-${index}` }))
    for (const endpoint of urlsOf(receiver, index))
      await first!.post(`/api/v1/app/bench-${index}/endpoint`, JSON.stringify({ url: endpoint }))
  }
  return async (part) => {
    let next = part.first
    const started = performance.now()
    const produce = async (producer: HttpProducer): Promise<void> => {
      while (next < part.first + part.count) {
        const n = next
        next += 1
        const path = `/api/v1/app/bench-${applicationOf(n)}/msg`
        await producer.post(path, `{"eventType":"bench.event","payload":${payloadOf(n)}}`)
      }
    }
    await Promise.all(producers.map(produce))
    return (performance.now() - started) / 1000
  }
}

process.once('message', (task: ProduceTask) => {
  void prepare(task)
    .then((produce) => {
      process.on('message', (part: ProducePart) => {
        void produce(part).then((seconds) => process.send?.({ seconds }))
      })
      process.send?.('ready')
    })
    .catch((error: unknown) => {
      console.error(error)
      process.exit(1)
    })
})
process.on('disconnect', () => process.exit(0))
