import { bullmq } from './bullmq.ts'
import { ceiling } from './ceiling.ts'
import { measureThroughput, sendOpenLoop, type Contender } from './contender.ts'
import { posthorn } from './posthorn.ts'

export type ContenderName = 'posthorn' | 'ceiling' | 'bullmq'

export interface Task {
  readonly contender: ContenderName
  readonly receiver: string
  readonly redis: { readonly port: number; readonly pid: number } | null
  /** Messages a second for an open-loop run; `null`: as many as go. */
  readonly messagesPerSecond: number | null
  readonly seconds: number
}

/** A fresh process compiles its hot paths first; that is not what is measured. */
const warmUpSeconds = 5

async function open(task: Task): Promise<Contender> {
  const path = task.messagesPerSecond === null ? '/throughput' : '/latency'
  switch (task.contender) {
    case 'posthorn':
      return posthorn(task.receiver, path)
    case 'ceiling':
      return ceiling(task.receiver, path)
    case 'bullmq':
      if (!task.redis) throw new Error('BullMQ needs a Redis server')
      return bullmq(task.receiver, path, task.redis)
  }
}

process.once('message', (task: Task) => {
  void (async () => {
    const contender = await open(task)
    if (task.messagesPerSecond === null) process.send?.(await measureThroughput(contender))
    else {
      await sendOpenLoop(contender, task.messagesPerSecond, warmUpSeconds)
      await fetch(`${task.receiver}/report`)
      await sendOpenLoop(contender, task.messagesPerSecond, task.seconds)
      process.send?.(await (await fetch(`${task.receiver}/report`)).json())
    }
    await contender.close()
    process.exit(0)
  })().catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
