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
  /** Waits for what was submitted, then lets go of the files and the lock. */
  close(): Promise<void>
}
