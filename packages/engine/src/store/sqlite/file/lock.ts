import { join } from 'node:path'
import { EngineError } from '../../../errors.ts'

const sqlite = process.getBuiltinModule('node:sqlite')

/**
 * Lets one process at a time use a data folder. The lock is an exclusive transaction on a file of its own: the kernel frees it
 * when the process ends, however it ends, so a stale lock cannot remain. Answers the function that frees it.
 *
 * @throws EngineError `database_locked`
 */
export function lockFolder(folder: string): () => void {
  const lock = new sqlite.DatabaseSync(join(folder, 'posthorn.lock'))
  try {
    lock.exec('PRAGMA busy_timeout = 0')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (error instanceof Error && error.message.includes('locked'))
      throw new EngineError(
        'database_locked',
        `Another Posthorn is using the data folder ${folder}. One process writes it at a time: stop the other one, or give this one a folder of its own (POSTHORN_DATABASE_URL=sqlite:./another-folder).`,
      )
    throw error
  }
  return () => {
    lock.close()
  }
}
