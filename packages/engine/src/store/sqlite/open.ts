import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError } from '../../errors.ts'
import { attemptRow, type AttemptRow } from './attempt-row.ts'
import type { CatalogWriteResult } from '../catalog.ts'
import type { Ledger } from '../ledger.ts'
import type { OperationStore } from '../operation-store.ts'
import type { AcceptItem, Queue } from '../queue.ts'
import type { Store } from '../store.ts'
import type { NewId } from '../../ids.ts'
import { openLedgerWriter, openQueueWriter, openReads, type Paths, type ReadOperation, type Reads } from './files.ts'
import { gatherMicrotask, gatherTurn, GroupCommit } from './group.ts'
import { InFlightFile } from './in-flight.ts'
import { Linger } from './linger.ts'
import { lockFolder } from './lock.ts'
import type { LedgerOperation, QueueOperation } from './operations.ts'
import { startThread, type StoreThread } from './threads.ts'

export interface SqliteOptions {
  /** A folder, created when it is not there. */
  readonly folder: string
  /** `false`: everything runs in this thread, in microtasks: unit tests and the simulator. */
  readonly threads: boolean
  readonly newId: NewId
  /** Told once when an fsync or a page failed; the process must end. */
  readonly onLost: (message: string) => void
}

/**
 * The ledger may lag, so its batches wait for company: its thread is so quick that each would hold one row, and waking a
 * thread costs 30 µs. A reader ends the wait.
 */
const ledgerLingerMs = 20
const fullDiskWaitMs = 1000

/** Opens the SQLite store: two files with a writer each, readers apart, and the lock of the folder. */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(options.folder)
  const paths: Paths = {
    queue: join(options.folder, 'queue.db'),
    ledger: join(options.folder, 'ledger.db'),
    inFlight: join(options.folder, 'in-flight'),
  }
  const parts: StoreThread[] = []
  const closeParts = async (): Promise<void> => {
    for (const part of parts.toReversed()) await part.close()
    unlock()
  }
  try {
    // Writers first: they make the files that the readers open.
    for (const role of ['queue', 'ledger', 'reads'] as const)
      parts.push(options.threads ? await startThread(role, paths) : openHere(role, paths, options.newId))
    const [queuePart, ledgerPart, readsPart] = parts as [StoreThread, StoreThread, StoreThread]
    const gather = options.threads ? gatherTurn : gatherMicrotask
    const linger = new Linger(options.threads ? ledgerLingerMs : 0)
    const queueWriter = new GroupCommit<QueueOperation>(queuePart.apply, gather, options.onLost)
    const ledgerWriter = new GroupCommit<LedgerOperation>(ledgerPart.apply, () => linger.gather(), options.onLost)
    const reader = new GroupCommit<ReadOperation>(readsPart.apply, gather, options.onLost)
    const read = <K extends keyof Reads>(name: K, ...args: Parameters<Reads[K]>): Promise<ReturnType<Reads[K]>> =>
      reader.submit({ name, args } as ReadOperation)
    const inFlight = new InFlightFile(paths.inFlight)
    return {
      queue: queueOn(queueWriter, inFlight, read, queuePart.epoch),
      ledger: ledgerOn(ledgerWriter, linger, read),
      catalog: {
        load: () => read('loadCatalog'),
        write: (changes, idempotency) =>
          queueWriter.submit<CatalogWriteResult>({ kind: 'catalog', changes, idempotency }),
        audit: (query) => read('audit', query),
      },
      operations: operationsOn(queueWriter, read),
      async close() {
        await queueWriter.close()
        linger.end()
        await ledgerWriter.close()
        await reader.close()
        inFlight.close()
        await closeParts()
      },
    }
  } catch (error) {
    await closeParts()
    throw error
  }
}

type Read = <K extends keyof Reads>(name: K, ...args: Parameters<Reads[K]>) => Promise<ReturnType<Reads[K]>>

function queueOn(writer: GroupCommit<QueueOperation>, inFlight: InFlightFile, read: Read, epoch: number): Queue {
  return {
    epoch,
    accept: (item) => writer.submit({ kind: 'accept', item }, 'low', payloadLength(item)),
    form: (item) => writer.submit({ kind: 'form', item }),
    unform: (item) => writer.submit({ kind: 'unform', item }),
    record: (item) => writer.submit({ kind: 'record', item }),
    leaving: (claim) => inFlight.begin(claim),
    returned: (note) => inFlight.end(note),
    // Its answer carries payloads: it weighs what it may bring.
    claim: (request) => writer.submit({ kind: 'claim', request }, 'high', request.maxBytes),
    markAlone: (claim) => writer.submit({ kind: 'alone', claim }),
    release: (items) => writer.submit({ kind: 'release', items }),
    requeue: (items, idempotency) => writer.submit({ kind: 'requeue', items, idempotency }),
    cancel: (target, limit, at) => writer.submit({ kind: 'cancel', target, limit, at }, 'low'),
    sweep: (now, outcomesBefore, limit) => writer.submit({ kind: 'sweep', now, outcomesBefore, limit }, 'low'),
    expungePayload: (app, id) => writer.submit({ kind: 'expunge', app, id }),
    lanes: () => read('lanes'),
    message: (app, id) => read('message', app, id),
    messages: (query) => read('messages', query),
    outcomesAfter: (seq, limit) => read('outcomesAfter', seq, limit),
    pending: (targets, message) => read('pending', targets, message),
    countPending: (target, limit) => read('countPending', target, limit),
  }
}

function payloadLength({ message, operation }: AcceptItem): number {
  return (message.payload?.length ?? 0) + (operation?.payload?.length ?? 0)
}

function operationsOn(writer: GroupCommit<QueueOperation>, read: Read): OperationStore {
  return {
    create: (row, idempotency) => writer.submit({ kind: 'create_operation', row, idempotency }, 'low'),
    claimed: (app, id, at) => writer.submit({ kind: 'operation_claimed', app, id, at }),
    sweep: (now, before, limit) => writer.submit({ kind: 'sweep_operations', now, before, limit }, 'low'),
    operation: (app, id) => read('operation', app, id),
    operations: (query) => read('operations', query),
    operationByClaim: (app, claimHash) => read('operationByClaim', app, claimHash),
    operationByFile: (tokenHash) => read('operationByFile', tokenHash),
    operationPayload: (id) => read('operationPayload', id),
    operationFiles: () => read('operationFiles'),
    callbacks: () => read('callbacks'),
  }
}

function ledgerOn(writer: GroupCommit<LedgerOperation>, linger: Linger, read: Read): Ledger {
  const settled = async (): Promise<void> => {
    if (writer.waiting === 0 && !writer.busy) return
    const written = writer.submit<null>({ kind: 'settle' })
    linger.end()
    await written
  }
  /** A reader sees what was appended before it asked. */
  const settledRead: Read = async (name, ...args) => {
    await settled()
    return read(name, ...args)
  }
  /** While the disk is full an entry waits; any other failure is told by `onLost`, or is read again at the next start. */
  const append = (row: AttemptRow): void => {
    writer.submit({ kind: 'append', row }, 'high', row[13].length).catch((error: unknown) => {
      if (error instanceof EngineError && error.code === 'overloaded')
        setTimeout(() => append(row), fullDiskWaitMs).unref()
    })
  }
  return {
    append: (entry) => append(attemptRow(entry)),
    settled,
    highWater: () => read('highWater'),
    attempt: (app, id) => settledRead('attempt', app, id),
    attempts: (query) => settledRead('attempts', query),
    attemptedMessages: (query) => settledRead('attemptedMessages', query),
    summary: (query) => settledRead('summary', query),
    latest: (app, message) => settledRead('latest', app, message),
    failedMessages: (query) => settledRead('failedMessages', query),
    expungeContent: (app, id) => writer.submit({ kind: 'expunge', app, id }),
    sweep: (before, limit) => writer.submit({ kind: 'sweep', before, limit }),
  }
}

/** The same parts without threads: a batch is applied when it is submitted. */
function openHere(role: 'queue' | 'ledger' | 'reads', paths: Paths, newId: NewId): StoreThread {
  if (role === 'reads') {
    const reads = openReads(paths)
    return {
      epoch: 0,
      apply: async (batch) => (batch as readonly ReadOperation[]).map((operation) => reads.answer(operation)),
      close: async () => reads.close(),
    }
  }
  if (role === 'queue') {
    const writer = openQueueWriter(paths, newId)
    return {
      epoch: writer.epoch,
      apply: async (batch) => writer.apply(batch as readonly QueueOperation[]),
      close: async () => writer.close(),
    }
  }
  const writer = openLedgerWriter(paths)
  return {
    epoch: 0,
    apply: async (batch) => writer.apply(batch as readonly LedgerOperation[]),
    close: async () => writer.close(),
  }
}
