import { join } from 'node:path'
import type { NewId } from '../../ids.ts'
import { makeFolder } from '../../make-folder.ts'
import type { Store } from '../store.ts'
import { catalogMethods } from './catalog/methods.ts'
import { lockFolder } from './file/lock.ts'
import { ledgerOn } from './ledger/ledger.ts'
import { operationMethods } from './operation-store/methods.ts'
import { InFlightFile } from './queue/in-flight.ts'
import { queueOn } from './queue/queue.ts'
import { clientOf, type Threads } from './threads/client.ts'
import { gatherMicrotask, gatherTurn } from './threads/gather.ts'
import { GroupCommit } from './threads/group-commit.ts'
import { Linger } from './threads/linger.ts'
import { openPart, type Paths, type Role } from './threads/part.ts'
import { startThread, type StoreThread } from './threads/start-thread.ts'

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
 * The ledger may lag, so its groups wait for more entries: its thread is so quick that each group would hold one row, and waking a
 * thread costs 30 µs. A reader ends the wait.
 */
const ledgerLingerMs = 20

/** Opens the SQLite store: two files with a writer each, readers apart, and the lock of the folder. */
export async function openSqlite({ folder, threads, newId, onLost }: SqliteOptions): Promise<Store> {
  makeFolder(folder)
  const unlock = lockFolder(folder)
  const paths: Paths = {
    queue: join(folder, 'queue.db'),
    ledger: join(folder, 'ledger.db'),
    inFlight: join(folder, 'in-flight'),
  }
  const started: StoreThread[] = []
  const closeThreads = async (): Promise<void> => {
    for (const thread of started.toReversed()) await thread.close()
    unlock()
  }
  const start = async (role: Role): Promise<StoreThread> => {
    const thread = threads ? await startThread(role, paths) : here(role, paths, newId)
    started.push(thread)
    return thread
  }
  try {
    // Writers first: they make the files that the readers open.
    const queueThread = await start('queue')
    const ledgerThread = await start('ledger')
    const readsThread = await start('reads')
    const gather = threads ? gatherTurn : gatherMicrotask
    const linger = new Linger(threads ? ledgerLingerMs : 0)
    const queueWriter = new GroupCommit(queueThread.apply, gather, onLost)
    const ledgerWriter = new GroupCommit(ledgerThread.apply, () => linger.gather(), onLost)
    const reader = new GroupCommit(readsThread.apply, gather, onLost)
    const inFlight = new InFlightFile(paths.inFlight)
    const onQueue: Threads = {
      write: (call, terms) => queueWriter.submit(call, terms),
      read: (call) => reader.submit(call, { priority: 'high', bytes: 0 }),
    }
    return {
      queue: queueOn(onQueue, inFlight, queueThread.epoch),
      ledger: ledgerOn(ledgerWriter, linger, reader),
      catalog: clientOf('catalog', catalogMethods, onQueue),
      operations: clientOf('operations', operationMethods, onQueue),
      trouble: () => [...new Set([queueWriter, ledgerWriter].flatMap(({ trouble }) => trouble ?? []))],
      async close() {
        await queueWriter.close()
        linger.end()
        await ledgerWriter.close()
        await reader.close()
        inFlight.close()
        await closeThreads()
      },
    }
  } catch (error) {
    await closeThreads()
    throw error
  }
}

/** The same without a thread: a group is applied when it is submitted. */
function here(role: Role, paths: Paths, newId: NewId): StoreThread {
  const part = openPart(role, paths, newId)
  return { epoch: part.epoch, apply: async (calls) => part.apply(calls), close: async () => part.close() }
}
