import type { DatabaseSync } from 'node:sqlite'
import type { IdempotencyRecord, Replay } from '../../idempotency.ts'

/** Answers that repeats with the same Idempotency-Key get. */
export interface Answers {
  /** The answer that this key has; `null`: none, or no key was given. */
  find(record: IdempotencyRecord | null): Replay | null
  /** Keeps the answer, in the transaction of the change that it answers. */
  keep(record: IdempotencyRecord | null): void
}

/** Looks up the answer of a key. */
export function keptAnswers(database: DatabaseSync): Answers['find'] {
  const select = database.prepare('SELECT fingerprint, answer FROM idempotency WHERE key = ? AND expires_at > ?')
  return (record) => {
    const row = record && select.get(record.key, record.createdAt)
    return row ? { state: 'replay', fingerprint: String(row.fingerprint), answer: String(row.answer) } : null
  }
}

export function answersOn(database: DatabaseSync): Answers {
  // A key that ran out and was not swept yet is taken over.
  const put = database.prepare('INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?)')
  return {
    find: keptAnswers(database),
    keep(record) {
      if (record) put.run(record.key, record.fingerprint, record.answer, record.expiresAt)
    },
  }
}
