import type { Directory } from '../directory/directory.ts'
import type { Attempt } from '../model.ts'
import type { StoredOutcome } from '../store/queue.ts'

/**
 * An outcome of the queue as an attempt of the log: interrupted, cancelled, quarantined, or read again after a crash. The queue
 * keeps no headers and bodies, so the attempt has none.
 */
export function attemptOfOutcome(outcome: StoredOutcome, directory: Directory): Attempt {
  const target = directory.target(outcome.target)
  return {
    id: outcome.attempt,
    org: directory.organisationOf(outcome.app),
    app: outcome.app,
    message: outcome.message,
    requestId: target?.dialect.requestId(outcome.message) ?? outcome.message,
    eventType: outcome.eventType,
    channels: null,
    tags: null,
    endpoint: outcome.target,
    url: target?.url ?? '',
    attempt: outcome.generation,
    batch: null,
    result: outcome.result,
    trigger: outcome.trigger,
    code: outcome.code,
    error: explain(outcome),
    startedAt: outcome.startedAt,
    durationMs: outcome.durationMs,
    nextAttemptAt: outcome.nextAt,
    request: null,
    response: null,
    remoteAddress: null,
  }
}

function explain({ result }: StoredOutcome): Attempt['error'] {
  switch (result) {
    case 'interrupted':
      return {
        code: 'interrupted',
        message:
          'The process ended during this attempt, so it may have been sent. It is sent again, and does not count as a retry.',
      }
    case 'cancelled':
      return {
        code: 'cancelled',
        message: 'The endpoint was deleted, or the operation expired, before this was delivered.',
      }
    case 'quarantined':
      return {
        code: 'quarantined',
        message:
          'The process died while this was the only delivery in flight, so it is set aside. Find the cause, then resend it.',
      }
    default:
      return null
  }
}
