import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as EngineCode from '@posthorn/engine'
import type * as TransportCode from '../../packages/engine/src/transport/http/http-transport.ts'
import type { Received } from '../support/count-bodies.ts'
import { bullmq } from './bullmq.ts'
import type { Client } from './bullmq-worker.ts'
import type { Contender } from './contender.ts'
import { measureThroughput, sendOpenLoop, type ThroughputResult } from './measure.ts'
import { pipe } from './pipe.ts'
import { posthorn } from './posthorn.ts'

export type ContenderName = 'posthorn' | 'pipe' | 'bullmq'

export interface Task {
  readonly contender: ContenderName
  /** The code to measure: the root of a checkout of this repository. */
  readonly checkout: string
  readonly receiver: string
  readonly bullmq?: {
    readonly client: Client
    readonly processes: 1 | 2
    readonly redis: { port: number; pid: number }
  }
  /** An open-loop run instead of one at full speed. */
  readonly openLoop?: { readonly messagesPerSecond: number; readonly seconds: number }
}

type ReceiverReport = Received & { readonly cpuMicroseconds: number }

export interface Measured {
  readonly throughput: ThroughputResult | null
  /** Messages that were sent while it was measured. */
  readonly messages: number
  readonly received: ReceiverReport
}

/** A fresh process compiles its hot paths first; that is not what is measured. */
const warmUpSeconds = 5

async function contenderOf({ contender, checkout, receiver, bullmq: setup }: Task): Promise<Contender> {
  const load = async <T>(path: string): Promise<T> => (await import(pathToFileURL(join(checkout, path)).href)) as T
  switch (contender) {
    case 'posthorn': {
      const { open } = await load<typeof EngineCode>('packages/engine/src/index.ts')
      return posthorn(receiver, open)
    }
    case 'pipe': {
      const { httpTransport } = await load<typeof TransportCode>('packages/engine/src/transport/http/http-transport.ts')
      return pipe(receiver, httpTransport({ allowPrivate: ['127.0.0.0/8'] }))
    }
    case 'bullmq':
      return bullmq(receiver, setup!)
  }
}

async function run(task: Task): Promise<Measured> {
  const report = async (): Promise<ReceiverReport> =>
    (await (await fetch(`${task.receiver}/report`)).json()) as ReceiverReport
  const contender = await contenderOf(task)
  try {
    if (task.openLoop) {
      const first = await sendOpenLoop(contender, { ...task.openLoop, first: 0, seconds: warmUpSeconds })
      await report()
      const messages = await sendOpenLoop(contender, { ...task.openLoop, first })
      return { throughput: null, messages, received: await report() }
    }
    const { workload } = await import('./contender.ts')
    const throughput = await measureThroughput(contender, async () => void (await report()))
    return { throughput, messages: workload.messages, received: await report() }
  } finally {
    await contender.close()
  }
}

process.once('message', (task: Task) => {
  run(task).then(
    (measured) => process.send?.(measured, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
