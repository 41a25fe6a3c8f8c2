import { parentPort, workerData } from 'node:worker_threads'
import { newIds, systemRandom } from '../../../ids.ts'
import type { Call } from './call.ts'
import { openPart, type Paths, type Role } from './part.ts'

export interface ThreadData {
  readonly role: Role
  readonly paths: Paths
}

/** First message of a thread: it is ready, or why it cannot start. */
export type ThreadHello =
  | { readonly ready: true; readonly epoch: number }
  | { readonly ready: false; readonly code: string; readonly message: string }

const port = parentPort
if (port) {
  const hello = (message: ThreadHello): void => {
    port.postMessage(message)
  }
  try {
    const { role, paths } = workerData as ThreadData
    const part = openPart(role, paths, newIds(systemRandom))
    port.on('message', (calls: string | null) => {
      if (calls === null) {
        part.close()
        port.close()
        return
      }
      port.postMessage(JSON.stringify(part.apply(JSON.parse(calls) as readonly Call[])))
    })
    hello({ ready: true, epoch: part.epoch })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'bug'
    hello({ ready: false, code, message: error instanceof Error ? error.message : String(error) })
    port.close()
  }
}
