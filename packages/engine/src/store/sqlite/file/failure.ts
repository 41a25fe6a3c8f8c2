import type { StoreFailure } from '../threads/call.ts'

/** SQLite's primary result codes (sqlite.org/rescode.html). The rest are bugs: of a statement, or of its values. */
const kinds: Readonly<Record<number, StoreFailure['kind']>> = {
  3: 'refused', // PERM
  5: 'busy', // BUSY: another process has the lock
  6: 'busy', // LOCKED
  7: 'memory', // NOMEM
  8: 'refused', // READONLY
  10: 'lost', // IOERR, an fsync among them
  11: 'lost', // CORRUPT
  13: 'full', // FULL
  14: 'refused', // CANTOPEN
  15: 'busy', // PROTOCOL: the lock of the write-ahead log could not be taken
  23: 'refused', // AUTH
  26: 'lost', // NOTADB
}

/** Why a file could not be written. */
export function writeFailure(error: unknown): StoreFailure {
  const message = error instanceof Error ? error.message : String(error)
  return { message, kind: kinds[resultCode(error)] ?? 'bug' }
}

/** Why it could not be read. Memory and disk are no less the same after it, so the process goes on. */
export function readFailure(error: unknown): StoreFailure {
  const failure = writeFailure(error)
  return failure.kind === 'lost' ? { ...failure, kind: 'refused' } : failure
}

function resultCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
}
