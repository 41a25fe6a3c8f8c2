import type { LogEntry } from '@posthorn/api'
import type { Attempt } from '@posthorn/engine'
import { triggerType } from '../attempts/attempt.ts'
import { isoTime, isoTimeOrNull } from '../iso-time.ts'

export function logEntry(attempt: Attempt): LogEntry {
  return {
    id: attempt.id,
    appId: attempt.app,
    msgId: attempt.message,
    requestId: attempt.requestId,
    endpointId: attempt.endpoint,
    eventType: attempt.eventType,
    url: attempt.url,
    attempt: attempt.attempt,
    batchId: attempt.batch,
    result: attempt.result,
    triggerType: triggerType(attempt),
    code: attempt.code,
    error: attempt.error === null ? null : { ...attempt.error },
    durationMs: Math.round(attempt.durationMs),
    timestamp: isoTime(attempt.startedAt),
    nextAttempt: isoTimeOrNull(attempt.nextAttemptAt),
  }
}
