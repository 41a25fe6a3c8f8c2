import type { DatabaseSync } from 'node:sqlite'
import type { OperationAnswer, StoreFailure } from './operations.ts'

/**
 * Runs a batch in one transaction: one fsync for all of it. When an operation throws, which only a bug or a lost disk can
 * cause (an expected refusal is a value), the batch is undone and run again one by one, so that its neighbours succeed.
 * `undone` is told before that, so that what the writer keeps in memory is undone too.
 */
export function applyInOneTransaction<Operation>(
  database: DatabaseSync,
  batch: readonly Operation[],
  apply: (operation: Operation) => unknown,
  undone: () => void,
): readonly OperationAnswer[] {
  try {
    return commit(database, batch, apply)
  } catch (error) {
    const failure = toFailure(error)
    if (failure.kind !== 'bug' || batch.length === 1) return batch.map(() => ({ error: failure }))
    undone()
    return batch.map((operation) => {
      try {
        return commit(database, [operation], apply)[0] as OperationAnswer
      } catch (single) {
        return { error: toFailure(single) }
      }
    })
  }
}

function commit<Operation>(
  database: DatabaseSync,
  batch: readonly Operation[],
  apply: (operation: Operation) => unknown,
): OperationAnswer[] {
  database.exec('BEGIN IMMEDIATE')
  try {
    const answers: OperationAnswer[] = []
    for (const operation of batch) answers.push({ value: apply(operation) })
    database.exec('COMMIT')
    return answers
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** SQLite's primary result codes: 10 I/O error (an fsync among them), 11 corrupt, 13 full, 26 not a database. */
function toFailure(error: unknown): StoreFailure {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  if (code === 13) return { message, kind: 'full' }
  if (code === 10 || code === 11 || code === 26) return { message, kind: 'lost' }
  return { message, kind: 'bug' }
}
