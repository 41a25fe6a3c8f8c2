import type { NewId } from '../../ids.ts'
import type { AuditQuery } from '../catalog.ts'
import { loadCatalog, readAudit } from './catalog-writer.ts'
import { openReader, openWriter } from './database.ts'
import { readInFlight } from './in-flight.ts'
import { LedgerReader } from './ledger-reader.ts'
import { LedgerWriter } from './ledger-writer.ts'
import { OperationReader } from './operation-reader.ts'
import type { BatchWriter, LedgerOperation, OperationAnswer, QueueOperation } from './operations.ts'
import { QueueReader } from './queue-reader.ts'
import { QueueWriter } from './queue-writer.ts'
import { ledgerMigrations, queueMigrations } from './schema.ts'

/** Paths of the files of a data folder. */
export interface Paths {
  readonly queue: string
  readonly ledger: string
  readonly inFlight: string
}

export function openQueueWriter(paths: Paths, newId: NewId): BatchWriter<QueueOperation> & { readonly epoch: number } {
  return new QueueWriter(openWriter(paths.queue, queueMigrations, 'FULL'), newId, readInFlight(paths.inFlight))
}

/** The ledger may lag: what a power failure takes from it is read again from the queue, so it need not wait for the disk. */
export function openLedgerWriter(paths: Paths): BatchWriter<LedgerOperation> {
  return new LedgerWriter(openWriter(paths.ledger, ledgerMigrations, 'NORMAL'))
}

/** Every read, by name: what a caller may ask of the reading thread. */
export interface Reads {
  lanes: QueueReader['lanes']
  message: QueueReader['message']
  messages: QueueReader['messages']
  pending: QueueReader['pending']
  countPending: QueueReader['countPending']
  outcomesAfter: QueueReader['outcomesAfter']
  loadCatalog: () => ReturnType<typeof loadCatalog>
  audit: (query: AuditQuery) => ReturnType<typeof readAudit>
  operation: OperationReader['operation']
  operations: OperationReader['operations']
  operationByClaim: OperationReader['operationByClaim']
  operationByFile: OperationReader['operationByFile']
  operationPayload: OperationReader['operationPayload']
  operationFiles: OperationReader['operationFiles']
  callbacks: OperationReader['callbacks']
  highWater: LedgerReader['highWater']
  attempt: LedgerReader['attempt']
  attempts: LedgerReader['attempts']
  attemptedMessages: LedgerReader['attemptedMessages']
  summary: LedgerReader['summary']
  latest: LedgerReader['latest']
  failedMessages: LedgerReader['failedMessages']
}

export type ReadOperation = {
  readonly [K in keyof Reads]: { readonly name: K; readonly args: Parameters<Reads[K]> }
}[keyof Reads]

/** Connections of their own, so that a slow search never stands before a delivery. */
export function openReads(paths: Paths): { answer(operation: ReadOperation): OperationAnswer; close(): void } {
  const queueFile = openReader(paths.queue)
  const ledgerFile = openReader(paths.ledger)
  const queue = new QueueReader(queueFile)
  const operations = new OperationReader(queueFile)
  const ledger = new LedgerReader(ledgerFile)
  const reads: Reads = {
    lanes: () => queue.lanes(),
    message: (...args) => queue.message(...args),
    messages: (...args) => queue.messages(...args),
    pending: (...args) => queue.pending(...args),
    countPending: (...args) => queue.countPending(...args),
    outcomesAfter: (...args) => queue.outcomesAfter(...args),
    loadCatalog: () => loadCatalog(queueFile),
    audit: (query) => readAudit(queueFile, query),
    operation: (...args) => operations.operation(...args),
    operations: (...args) => operations.operations(...args),
    operationByClaim: (...args) => operations.operationByClaim(...args),
    operationByFile: (...args) => operations.operationByFile(...args),
    operationPayload: (...args) => operations.operationPayload(...args),
    operationFiles: () => operations.operationFiles(),
    callbacks: () => operations.callbacks(),
    highWater: () => ledger.highWater(),
    attempt: (...args) => ledger.attempt(...args),
    attempts: (...args) => ledger.attempts(...args),
    attemptedMessages: (...args) => ledger.attemptedMessages(...args),
    summary: (...args) => ledger.summary(...args),
    latest: (...args) => ledger.latest(...args),
    failedMessages: (...args) => ledger.failedMessages(...args),
  }
  return {
    answer: ({ name, args }) => {
      try {
        return { value: (reads[name] as (...values: readonly unknown[]) => unknown)(...args) }
      } catch (error) {
        return { error: { message: error instanceof Error ? error.message : String(error), kind: 'bug' } }
      }
    },
    close: () => {
      queueFile.close()
      ledgerFile.close()
    },
  }
}
