import type { Directory } from '../directory/directory.ts'
import type { Attempt } from '../model.ts'
import type { Log } from '../options.ts'
import type { Ledger, LedgerEntry } from '../store/ledger.ts'
import type { StoredOutcome } from '../store/queue.ts'
import type { Listeners } from './listeners.ts'
import { shownUrl } from './redact.ts'
import { attemptOfOutcome } from './stored-attempt.ts'

export interface AttemptLogParts {
  readonly directory: Directory
  readonly ledger: Ledger
  readonly listeners: Listeners
  readonly log: Log
}

/** Where every attempt goes once its outcome is on disk: the ledger, one line in the program's log, and the listeners. */
export class AttemptLog {
  readonly #parts: AttemptLogParts

  constructor(parts: AttemptLogParts) {
    this.#parts = parts
  }

  append(entries: readonly LedgerEntry[]): void {
    const { ledger, listeners } = this.#parts
    for (const entry of entries) {
      ledger.append(entry)
      this.#writeLine(entry.attempt)
    }
    for (const { attempt } of entries) listeners.tell('attempt', attempt)
  }

  /** Outcomes that the store recorded by itself. */
  appendStored(outcomes: readonly StoredOutcome[]): void {
    const { directory } = this.#parts
    this.append(outcomes.map((outcome) => ({ seq: outcome.seq, attempt: attemptOfOutcome(outcome, directory) })))
    // A callback whose delivery has ended is no target any more. An endpoint is not among the callbacks.
    for (const { target, nextAt } of outcomes) if (nextAt === null) directory.forgetCallback(target)
  }

  /** The one canonical line of an attempt. */
  #writeLine(attempt: Attempt): void {
    const { id, app, message, endpoint, eventType, result, code, error, durationMs, nextAttemptAt, url } = attempt
    const fields = {
      attempt: id,
      app,
      message,
      endpoint,
      eventType,
      number: attempt.attempt,
      result,
      code,
      durationMs,
      ...(error && { error: error.code }),
      ...(nextAttemptAt !== null && { nextAttemptAt }),
      url: shownUrl(url),
    }
    if (result === 'success') this.#parts.log.debug(fields, 'attempt')
    else this.#parts.log.info(fields, 'attempt')
  }
}
