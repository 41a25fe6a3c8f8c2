import type { DatabaseSync } from 'node:sqlite'
import type { Answer, Call } from '../threads/call.ts'
import { writeFailure } from './failure.ts'
import type { Patience } from './patience.ts'

/** A file's writer, as a group of calls needs it. */
export interface GroupWriter {
  readonly database: DatabaseSync
  readonly patience: Patience
  apply(call: Call): unknown
  /** The last statements of a transaction, where the calls before it left some to do. */
  finish?(): void
  /** A transaction was undone on disk: what the writer keeps in memory has to be undone too. */
  undone(): void
}

/**
 * Applies a group in one transaction: one fsync for all of it. A call throws only for a bug or a lost disk (an expected refusal
 * is a value). Then the group is undone and its calls are applied one by one, so that the others succeed.
 */
export function applyGroup(writer: GroupWriter, calls: readonly Call[]): readonly Answer[] {
  try {
    const answers = commit(writer, calls)
    writer.patience.note(false)
    return answers
  } catch (error) {
    writer.undone()
    const failure = writeFailure(error)
    writer.patience.note(failure.kind === 'busy')
    if (failure.kind !== 'bug' || calls.length === 1) return calls.map(() => ({ error: failure }))
    return calls.map((call) => {
      try {
        return commit(writer, [call])[0]!
      } catch (single) {
        writer.undone()
        return { error: writeFailure(single) }
      }
    })
  }
}

function commit(writer: GroupWriter, calls: readonly Call[]): Answer[] {
  const { database } = writer
  database.exec('BEGIN IMMEDIATE')
  try {
    const answers: Answer[] = []
    for (const call of calls) answers.push({ value: writer.apply(call) })
    writer.finish?.()
    database.exec('COMMIT')
    return answers
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
