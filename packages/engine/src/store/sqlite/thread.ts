import { parentPort, workerData } from 'node:worker_threads'
import { newIds, systemRandom } from '../../ids.ts'
import { openLedgerWriter, openQueueWriter, openReads, type Paths, type ReadOperation } from './files.ts'
import type { BatchWriter, LedgerOperation, QueueOperation } from './operations.ts'

/** What a thread of the store is for; one writer a file, readers apart. */
export type Role = 'queue' | 'ledger' | 'reads'

export interface ThreadData {
  readonly role: Role
  readonly paths: Paths
}

/** First message of a thread: it is ready, or why it cannot start. */
export type ThreadHello =
  | { readonly ready: true; readonly epoch: number }
  | { readonly ready: false; readonly code: string; readonly message: string }

function start({ role, paths }: ThreadData): {
  epoch: number
  apply(batch: readonly unknown[]): unknown
  close(): void
} {
  if (role === 'reads') {
    const reads = openReads(paths)
    return {
      epoch: 0,
      apply: (batch) => (batch as readonly ReadOperation[]).map((operation) => reads.answer(operation)),
      close: () => reads.close(),
    }
  }
  if (role === 'queue') {
    const writer = openQueueWriter(paths, newIds(systemRandom))
    return {
      epoch: writer.epoch,
      apply: (batch) => writer.apply(batch as readonly QueueOperation[]),
      close: () => writer.close(),
    }
  }
  const writer: BatchWriter<LedgerOperation> = openLedgerWriter(paths)
  return { epoch: 0, apply: (batch) => writer.apply(batch as readonly LedgerOperation[]), close: () => writer.close() }
}

const port = parentPort
if (port) {
  const hello = (message: ThreadHello): void => {
    port.postMessage(message)
  }
  try {
    const part = start(workerData as ThreadData)
    port.on('message', (batch: string | null) => {
      if (batch === null) {
        part.close()
        port.close()
        return
      }
      port.postMessage(JSON.stringify(part.apply(JSON.parse(batch) as readonly unknown[])))
    })
    hello({ ready: true, epoch: part.epoch })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'bug'
    hello({ ready: false, code, message: error instanceof Error ? error.message : String(error) })
    port.close()
  }
}
