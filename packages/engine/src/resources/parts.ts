import type { AcceptParts } from '../pipeline/accept.ts'
import type { DeliverParts } from '../pipeline/deliver.ts'
import type { Dialects } from '../directory/dialects.ts'
import type { Random } from '../clock.ts'
import type { Policy } from '../options.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { Preset } from '@posthorn/preset'
import type { Catalog } from '../store/catalog.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Queue } from '../store/queue.ts'

/** What the engine's resources are made of. */
export interface ResourceParts extends AcceptParts, DeliverParts {
  readonly random: Random
  /** The server's own; a preset's wins over it. */
  readonly policy: Policy
  readonly queue: Queue
  readonly ledger: Ledger
  readonly schedule: Schedule
  readonly catalog: Catalog
  readonly dialects: Dialects
  readonly presets: ReadonlyMap<string, Preset>
}

/** Tells the lanes of an application that its configuration changed. */
export function wakeApplication(
  { directory, schedule }: Pick<ResourceParts, 'directory' | 'schedule'>,
  app: string,
): void {
  for (const id of directory.endpointsOf(app)) schedule.wake(id, app)
}
