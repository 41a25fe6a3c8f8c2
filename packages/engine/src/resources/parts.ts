import type { CompiledDialect } from '@posthorn/wire'
import type { AcceptParts } from '../accept.ts'
import type { DeliverParts } from '../deliver.ts'
import type { Random } from '../clock.ts'
import type { Schedule } from '../schedule.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Queue } from '../store/queue.ts'

/** What the engine's resources are made of. */
export interface ResourceParts extends AcceptParts, DeliverParts {
  readonly random: Random
  readonly queue: Queue
  readonly ledger: Ledger
  readonly schedule: Schedule
  /** A dialect by its name. @throws EngineError `unknown_dialect` */
  dialect(name: string): CompiledDialect
  /** Tells the lanes of an application that its configuration changed. */
  changed(app: string): void
}
