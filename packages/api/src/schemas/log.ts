import * as z from 'zod'
import { attemptOutShape } from './attempt.ts'
import { AttemptResult } from '@posthorn/model'
import { listOf, Names, orderedPage, range, RequestIdQuery } from './common.ts'
import { TriggerType } from './status.ts'

const { id, msgId, endpointId, eventType, url, attempt, batchId, result, error, timestamp, nextAttempt } =
  attemptOutShape

/** One line of the log: an attempt without its content. */
export const LogEntry = z
  .object({
    id,
    appId: z.string(),
    msgId,
    requestId: z.string().meta({ description: 'The id that the receiver saw.' }),
    endpointId,
    eventType,
    url,
    attempt,
    batchId,
    result,
    triggerType: TriggerType,
    code: z.int().meta({ description: 'Status of the response; 0 if there was none.' }),
    error,
    durationMs: z.int(),
    timestamp,
    nextAttempt,
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
  request_id: RequestIdQuery.optional(),
  event_type: Names.optional(),
  status: z
    .enum(AttemptResult.options)
    .optional()
    .meta({ description: '`failed` is every attempt that did not succeed, retried or not.' }),
  endpoint_id: z.string().min(1).max(256).optional(),
}

export const logQuery = z.strictObject({ ...orderedPage, ...filters })
export const logSummaryQuery = z.strictObject(filters)

export type LogEntry = z.output<typeof LogEntry>
