import { EngineError } from '../../../errors.ts'
import type { StoreFailure } from './call.ts'

/**
 * What callers are told when the database could not do a call. Nothing was written, and it can be sent again; `null`: a bug, or
 * a lost disk.
 */
export function refusalOf({ kind, message }: StoreFailure): EngineError | null {
  switch (kind) {
    case 'full':
      return new EngineError(
        'overloaded',
        'The disk is full: nothing was written. Free space in the data folder; Posthorn then continues by itself.',
        { retryAfterSeconds: 5 },
      )
    case 'memory':
      return new EngineError(
        'overloaded',
        'The machine has no memory left for the database: nothing was written. Posthorn continues by itself when there is some.',
        { retryAfterSeconds: 5 },
      )
    case 'busy':
      return new EngineError(
        'database_locked',
        'Another process has locked the database: nothing was written. Posthorn continues by itself when the lock is released. Find the program that has the files of the data folder open, such as a backup or an sqlite3 shell.',
        { retryAfterSeconds: 5 },
      )
    case 'refused':
      return new EngineError(
        'database_refused',
        `The database cannot be used (${message}): nothing was written. Check the permissions of the data folder, and that its file system is not mounted read-only.`,
        { retryAfterSeconds: 30 },
      )
    case 'lost':
    case 'bug':
      return null
  }
}
