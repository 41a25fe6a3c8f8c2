import { answerShape, bodySchema, deliveryFields, messageFields, Time } from '@posthorn/model'
import * as z from 'zod'
import { ApplicationIn } from './application.ts'
import { Flag, listOf, Names, orderedPage, range, RequestIdQuery } from './common.ts'
import { Status, StatusText } from './status.ts'

const Payload = bodySchema(messageFields, 'POST').shape.payload

/** A message, and what the API takes beside it: an application that is made with it, and what clients of Svix send. */
export const MessageIn = bodySchema(messageFields, 'POST')
  .extend({
    // For programs it is required. On the wire one of the two names is.
    payload: Payload.optional() as unknown as typeof Payload,
    data: z.record(z.string(), z.unknown()).optional().meta({
      description: 'Another name of `payload`. If both are given, they must be equal; one that is `null` says nothing.',
    }),
    application: ApplicationIn.nullable()
      .optional()
      .meta({ description: 'Created if no application has the id in the path. Its `uid` must be that id.' }),
    transformationsParams: z.record(z.string(), z.unknown()).nullable().optional().meta({
      description:
        '`rawPayload`, the text of a JSON object, is delivered instead of `payload`. Everything else is accepted and ignored, because there are no transformations.',
    }),
    payloadRetentionPeriod: z
      .int()
      .min(1)
      .max(90)
      .nullable()
      .optional()
      .meta({ description: 'Days until the payload is deleted; 90 when absent.' }),
    payloadRetentionHours: z.int().min(1).max(2160).nullable().optional().meta({
      description: 'Hours until the payload is deleted, instead of `payloadRetentionPeriod`.',
    }),
  })
  .meta({ id: 'MessageIn', anyOf: [{ required: ['payload'] }, { required: ['data'] }] })

const messageOutShape = answerShape(messageFields)
const { state, nextAttempt } = answerShape(deliveryFields)

export const MessageOut = z.object(messageOutShape).meta({ id: 'MessageOut' })
export const MessageList = listOf(MessageOut).meta({ id: 'ListResponseMessageOut' })

/** A message as one endpoint sees it. */
export const EndpointMessageOut = z
  .object({
    ...messageOutShape,
    status: Status,
    statusText: StatusText,
    state,
    nextAttempt,
  })
  .meta({ id: 'EndpointMessageOut' })

export const EndpointMessageList = listOf(EndpointMessageOut).meta({ id: 'ListResponseEndpointMessageOut' })

const WithContent = Flag.optional().meta({ description: '`false`: without payloads. `true` when absent.' })

export const messageContentQuery = z.strictObject({ with_content: WithContent })

export const messageListQuery = z.strictObject({
  ...orderedPage,
  ...range,
  channel: z.string().min(1).max(128).optional(),
  tag: z.string().min(1).max(128).optional(),
  event_types: Names.optional(),
  request_id: RequestIdQuery.optional(),
  occurred_after: Time.optional().meta({ description: 'Events that happened at this time or later (`occurredAt`).' }),
  occurred_before: Time.optional().meta({ description: 'Events that happened before this time (`occurredAt`).' }),
  with_content: WithContent,
})

export type MessageIn = z.output<typeof MessageIn>
export type MessageOut = z.output<typeof MessageOut>
export type EndpointMessageOut = z.output<typeof EndpointMessageOut>
