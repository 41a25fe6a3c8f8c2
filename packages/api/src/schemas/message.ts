import * as z from 'zod'
import { ApplicationIn } from './application.ts'
import { EventId, EventTypeName, Labels, Params, Time, TimeOut } from '@posthorn/model'
import { Flag, listOf, Names, orderedPage, range } from './common.ts'
import { DeliveryState, Status, StatusText } from './status.ts'

export const MessageIn = z
  .strictObject({
    eventType: EventTypeName,
    payload: z
      .record(z.string(), z.unknown())
      .meta({ description: 'An object, at most 1 MB. Delivered byte for byte as it stands in this request.' }),
    eventId: EventId.nullable()
      .optional()
      .meta({ description: 'Your own id of the event. A second one in the application is a 409.' }),
    channels: Labels.nullable().optional(),
    tags: Labels.nullable().optional(),
    application: ApplicationIn.nullable()
      .optional()
      .meta({ description: 'Made when there is no application with the id in the path, which becomes its `uid`.' }),
    transformationsParams: z.record(z.string(), z.unknown()).nullable().optional().meta({
      description:
        '`rawPayload`, text of a JSON object, is delivered instead of `payload`. Everything else is accepted and unused: there are no transformations here.',
    }),
    deliverAt: Time.nullable()
      .optional()
      .meta({ description: 'Deliver then, and not now. A time that has passed is now.' }),
    payloadRetentionPeriod: z.int().min(1).max(90).nullable().optional().meta({ description: 'Days; 90 when absent.' }),
    payloadRetentionHours: z.int().min(1).max(2160).nullable().optional().meta({
      description: 'Hours, instead of `payloadRetentionPeriod`.',
    }),
    occurredAt: Time.nullable().optional().meta({ description: 'When it happened; now when absent.' }),
    params: Params.optional(),
    platform: z.string().min(1).max(64).nullable().optional().meta({
      description: 'Where it happened (`Android`), held against the event type’s platforms.',
    }),
    deliver: z.boolean().optional().meta({ description: '`false`: recorded and listed, never delivered.' }),
  })
  .meta({ id: 'MessageIn' })

const messageOutShape = {
  id: z.string().meta({ examples: ['msg_1srOrx2ZWZBpBUvZ'] }),
  eventType: z.string(),
  eventId: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()).nullable().meta({
    description: 'Byte for byte as it came. `{}` with `with_content=false`; `null` once it was expunged or expired.',
  }),
  channels: z.array(z.string()).nullable(),
  tags: z.array(z.string()).nullable(),
  timestamp: TimeOut,
  deliverAt: TimeOut.nullable(),
  occurredAt: TimeOut,
  params: Params,
  platform: z.string().nullable(),
  deliver: z.boolean(),
}

export const MessageOut = z.object(messageOutShape).meta({ id: 'MessageOut' })
export const MessageList = listOf(MessageOut).meta({ id: 'ListResponseMessageOut' })

/** A message as one endpoint sees it. */
export const EndpointMessageOut = z
  .object({
    ...messageOutShape,
    status: Status,
    statusText: StatusText,
    state: DeliveryState,
    nextAttempt: TimeOut.nullable(),
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
  with_content: WithContent,
})

export type MessageIn = z.output<typeof MessageIn>
export type MessageOut = z.output<typeof MessageOut>
export type EndpointMessageOut = z.output<typeof EndpointMessageOut>
