import type { Catalog } from './catalog.ts'
import type { Ledger } from './ledger.ts'
import type { OperationStore } from './operation-store.ts'
import type { Queue } from './queue.ts'

/** The parts of one open database. */
export interface Store {
  readonly queue: Queue
  readonly ledger: Ledger
  readonly catalog: Catalog
  readonly operations: OperationStore
  /** Why the store could not be written the last time, in sentences; empty: it could. It changes with each write. */
  readonly trouble: () => readonly string[]
  /** Waits for submitted calls, then closes the files and releases the lock. */
  close(): Promise<void>
}
