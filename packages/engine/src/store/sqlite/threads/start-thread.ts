import { Worker } from 'node:worker_threads'
import { EngineError, type EngineErrorCode } from '../../../errors.ts'
import type { Answer } from './call.ts'
import type { ApplyGroup } from './group-commit.ts'
import type { Paths, Role } from './part.ts'
import type { ThreadData, ThreadHello } from './thread.ts'

/** One thread of the store, as the main thread sees it. */
export interface StoreThread {
  readonly epoch: number
  readonly apply: ApplyGroup
  close(): Promise<void>
}

/** Starts a thread and waits until its file is open. Rejects with the reason when it cannot be opened. */
export async function startThread(role: Role, paths: Paths): Promise<StoreThread> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const workerData: ThreadData = { role, paths }
  // Of the program's own flags a thread takes only the conditions: `--input-type` or `--cpu-prof` would fail or repeat.
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
  let settle: { resolve(answers: readonly Answer[]): void; reject(error: Error): void } | null = null
  worker.on('message', (answers: string) => {
    const waiting = settle
    settle = null
    waiting?.resolve(JSON.parse(answers) as readonly Answer[])
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
    // One group is out at a time (GroupCommit), so one pending promise is enough. A group travels as JSON text: printing and
    // parsing it costs a third of what a structured clone of so many small objects does.
    apply: (calls) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject }
        worker.postMessage(JSON.stringify(calls))
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
