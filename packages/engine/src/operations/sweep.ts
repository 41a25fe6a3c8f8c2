import type { Directory } from '../directory/directory.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { OperationStore } from '../store/operation-store.ts'
import type { ResultFiles } from './files.ts'

export interface OperationSweepParts {
  readonly directory: Directory
  readonly schedule: Schedule
  readonly operations: OperationStore
  readonly files: ResultFiles
}

/** Removes one batch of expired results, with their files and their pending callbacks. Returns whether more are left. */
export async function sweepOperations(
  { directory, schedule, operations, files }: OperationSweepParts,
  now: number,
  before: number,
  limit: number,
): Promise<boolean> {
  const { expired, more } = await operations.sweep(now, before, limit)
  for (const { id, app } of expired) {
    if (!directory.target(id)) continue
    directory.forgetCallback(id)
    schedule.wake(id, app)
  }
  await files.sweep(() => operations.operationFiles())
  return more
}
