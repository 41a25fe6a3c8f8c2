import { Worker } from 'node:worker_threads'
import { EngineError, type EngineErrorCode } from '../../errors.ts'
import type { Paths } from './files.ts'
import type { ApplyBatch } from './group.ts'
import type { OperationAnswer } from './operations.ts'
import type { Role, ThreadData, ThreadHello } from './thread.ts'

/** One thread of the store, as the main thread sees it. */
export interface StoreThread {
  readonly epoch: number
  readonly apply: ApplyBatch<unknown>
  close(): Promise<void>
}

/** Starts a thread and waits until its file is open. Rejects with why it could not. */
export async function startThread(role: Role, paths: Paths): Promise<StoreThread> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const workerData: ThreadData = { role, paths }
  // Of the program's own flags only the conditions concern a thread: `--input-type` or `--cpu-prof` would break or repeat.
  const execArgv = process.execArgv.filter((flag) => flag.startsWith('--conditions='))
  const worker = new Worker(new URL(`./thread.${extension}`, import.meta.url), {
    workerData,
    execArgv,
    name: `posthorn-${role}`,
  })
  const hello = await new Promise<ThreadHello>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  if (!hello.ready) {
    await worker.terminate()
    throw new EngineError(isCode(hello.code) ? hello.code : 'database_refused', hello.message)
  }
  let settle: { resolve(answers: readonly OperationAnswer[]): void; reject(error: Error): void } | null = null
  worker.on('message', (answers: string) => {
    const waiting = settle
    settle = null
    waiting?.resolve(JSON.parse(answers) as readonly OperationAnswer[])
  })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const lost = (error: Error): void => {
    const waiting = settle
    settle = null
    waiting?.reject(error)
  }
  worker.on('error', lost)
  worker.on('exit', () => lost(new Error(`the ${role} thread ended`)))
  return {
    epoch: hello.epoch,
    // GroupCommit has one batch out at a time, so one pending promise is enough. A batch travels as JSON text: printing and
    // parsing it costs a third of what a structured clone of so many small objects does.
    apply: (batch) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject }
        worker.postMessage(JSON.stringify(batch))
      }),
    async close() {
      worker.postMessage(null)
      await exited
    },
  }
}

function isCode(code: string): code is EngineErrorCode {
  return code === 'database_refused' || code === 'database_locked'
}
