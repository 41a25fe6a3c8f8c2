import * as z from 'zod'
import { TimeOut } from '@posthorn/model'
import { Flag, listOf, Names, page, range } from './common.ts'
import { endpointOutShape } from './endpoint.ts'
import { MessageOut } from './message.ts'
import {
  AttemptResult,
  DeliveryState,
  Status,
  StatusCodeClassQuery,
  StatusQuery,
  StatusText,
  TriggerType,
} from './status.ts'

const HeaderList = z.array(z.tuple([z.string(), z.string()]))

export const AttemptError = z
  .object({ code: z.string(), message: z.string() })
  .nullable()
  .meta({ description: 'Why there was no usable response.' })

export const AttemptOut = z
  .object({
    id: z.string().meta({ examples: ['atmpt_1srOrx2ZWZBpBUvZ'] }),
    msgId: z.string(),
    endpointId: z.string(),
    url: z.string(),
    response: z
      .string()
      .meta({ description: 'The response body, or why there was none. Empty with `with_content=false`.' }),
    responseStatusCode: z.int().meta({ description: '0 when there was no response.' }),
    responseDurationMs: z.int(),
    status: Status,
    statusText: StatusText,
    triggerType: TriggerType,
    timestamp: TimeOut,
    msg: MessageOut.nullable().optional(),
    // Ours:
    eventType: z.string(),
    attempt: z.int().meta({ description: '1 for the first.' }),
    batchId: z.string().nullable().meta({ description: 'The batch that the message was sent in; `null`: alone.' }),
    result: AttemptResult,
    error: AttemptError,
    nextAttempt: TimeOut.nullable(),
    remoteAddress: z.string().nullable(),
    request: z
      .object({
        method: z.string(),
        headers: HeaderList,
        body: z.string().nullable().meta({
          description:
            'Only of a single attempt: made again from the message as the endpoint’s dialect has it; of a batch, this message’s part. `null` in lists, and once payload or endpoint are gone.',
        }),
      })
      .nullable(),
    responseHeaders: HeaderList.nullable(),
    responseTruncated: z.boolean(),
  })
  .meta({ id: 'MessageAttemptOut' })

export const AttemptList = listOf(AttemptOut).meta({ id: 'ListResponseMessageAttemptOut' })

/** Where a message went: the endpoint and how its delivery stands. */
export const MessageEndpointOut = z
  .object({
    ...endpointOutShape,
    status: Status,
    statusText: StatusText,
    state: DeliveryState,
    attempts: z.int(),
    nextAttempt: TimeOut.nullable(),
  })
  .meta({ id: 'MessageEndpointOut' })

export const MessageEndpointList = listOf(MessageEndpointOut).meta({ id: 'ListResponseMessageEndpointOut' })

const filters = {
  ...page,
  ...range,
  status: StatusQuery.optional(),
  channel: z.string().min(1).max(128).optional(),
  tag: z.string().min(1).max(128).optional(),
  event_types: Names.optional(),
  with_content: Flag.optional().meta({ description: '`false`: without responses. `true` when absent.' }),
  expanded_statuses: Flag.optional().meta({
    description: '`true`: cancelled attempts are 4; otherwise 0, as older clients expect.',
  }),
}

export const attemptsByMessageQuery = z.strictObject({
  ...filters,
  status_code_class: StatusCodeClassQuery.optional(),
  endpoint_id: z.string().min(1).max(256).optional(),
})

export const attemptsByEndpointQuery = z.strictObject({
  ...filters,
  status_code_class: StatusCodeClassQuery.optional(),
  with_msg: Flag.optional().meta({ description: '`true`: with the message of each attempt, without its payload.' }),
})

export const attemptedMessagesQuery = z.strictObject(filters)
export const attemptedDestinationsQuery = z.strictObject(page)
export const attemptQuery = z.strictObject({ expanded_statuses: Flag.optional() })

export const Empty = z.object({}).meta({ id: 'EmptyResponse' })

export type AttemptOut = z.output<typeof AttemptOut>
export type MessageEndpointOut = z.output<typeof MessageEndpointOut>
