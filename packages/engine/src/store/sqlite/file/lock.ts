import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../../../errors.ts'
import { writeFailure } from './failure.ts'

const sqlite = process.getBuiltinModule('node:sqlite')

/**
 * Lets one process at a time use a data folder. The lock is an exclusive transaction on a file of its own: the kernel frees it
 * when the process ends, however it ends, so a stale lock cannot remain. Answers the function that frees it.
 *
 * @throws EngineError `database_locked`
 */
export function lockFolder(folder: string): () => void {
  let lock: DatabaseSync | null = null
  try {
    lock = new sqlite.DatabaseSync(join(folder, 'posthorn.lock'))
    lock.exec('PRAGMA busy_timeout = 0')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    const failure = writeFailure(error)
    if (failure.kind === 'refused' || failure.kind === 'full' || failure.kind === 'lost')
      throw new EngineError(
        'invalid',
        `The data folder ${folder} cannot be written (${failure.message}). Name a folder that this process may write, on a local disk with free space.`,
        { field: 'database', cause: error },
      )
    if (error instanceof Error && error.message.includes('locked'))
      throw new EngineError(
        'database_locked',
        `Another Posthorn is using the data folder ${folder}. One process writes it at a time: stop the other one, or give this one a folder of its own (POSTHORN_DATABASE_URL=sqlite:./another-folder).`,
      )
    throw error
  }
  const held = lock
  return () => {
    held.close()
  }
}
