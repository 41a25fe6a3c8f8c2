import * as z from 'zod'
import { AttemptError } from './attempt.ts'
import { TimeOut } from '@posthorn/model'
import { listOf, Names, orderedPage, range } from './common.ts'
import { AttemptResult, TriggerType } from './status.ts'

/** One line of the log: an attempt without its content. */
export const LogEntry = z
  .object({
    id: z.string(),
    appId: z.string(),
    msgId: z.string(),
    requestId: z.string().meta({ description: 'The id as the receiver saw it.' }),
    endpointId: z.string(),
    eventType: z.string(),
    url: z.string(),
    attempt: z.int(),
    batchId: z.string().nullable().meta({ description: 'The batch that the message was sent in; `null`: alone.' }),
    result: AttemptResult,
    triggerType: TriggerType,
    code: z.int().meta({ description: '0 when there was no response.' }),
    error: AttemptError,
    durationMs: z.int(),
    timestamp: TimeOut,
    nextAttempt: TimeOut.nullable(),
  })
  .meta({ id: 'LogEntry' })

export const LogList = listOf(LogEntry).meta({ id: 'ListResponseLogEntry' })

export const LogSummary = z.object({ total: z.int(), success: z.int(), failed: z.int() }).meta({ id: 'LogSummary' })

const filters = {
  ...range,
  code: z
    .string()
    .regex(/^(\d{1,3}|[1-5]xx)$/, 'A status such as 503, a class such as 5xx, or 0 for no response is expected.')
    .optional()
    .meta({ description: 'A status, a class (`5xx`), or 0: no response.' }),
  request_id: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta({ description: 'The id that the receiver saw, in any of its forms: `msg_...`, a UUID, 16 characters.' }),
  event_type: Names.optional(),
  status: z
    .enum(['success', 'failed', 'exhausted', 'interrupted', 'cancelled', 'quarantined'])
    .optional()
    .meta({ description: '`failed` is every attempt that did not succeed, whether it will be tried again or not.' }),
  endpoint_id: z.string().min(1).max(256).optional(),
}

export const logQuery = z.strictObject({ ...orderedPage, ...filters })
export const logSummaryQuery = z.strictObject(filters)

export type LogEntry = z.output<typeof LogEntry>
