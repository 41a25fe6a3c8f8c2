import { answerShape, attemptFields, deliveryFields } from '@posthorn/model'
import * as z from 'zod'
import { Flag, listOf, Names, page, range } from './common.ts'
import { endpointOutShape } from './endpoint.ts'
import { MessageOut } from './message.ts'
import { Status, StatusCodeClassQuery, StatusQuery, StatusText, TriggerType } from './status.ts'

const HeaderList = z.array(z.tuple([z.string(), z.string()]))

export const attemptOutShape = answerShape(attemptFields)

/** An attempt, and how it is shown: the statuses that clients of Svix know, and the parts of request and response. */
export const AttemptOut = z
  .object({
    ...attemptOutShape,
    response: z.string().meta({
      description: 'The body of the response, or the reason why there is none. Empty with `with_content=false`.',
    }),
    status: Status,
    statusText: StatusText,
    triggerType: TriggerType,
    msg: MessageOut.nullable().optional(),
    request: z
      .object({
        method: z.string(),
        headers: HeaderList,
        body: z.string().nullable().meta({
          description:
            'Only for a single attempt: the body, made again from the message in the endpoint’s dialect; for a batch, the part of this message. `null` in lists, and if the payload or the endpoint was deleted.',
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
    ...answerShape(deliveryFields),
    deleted: z.boolean().meta({
      description:
        'The endpoint was deleted. Its id, when it was created and the URL of its last attempt are known; its other settings are not, and have their defaults.',
    }),
    status: Status,
    statusText: StatusText,
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
  with_content: Flag.optional().meta({ description: '`false`: without response bodies. `true` when absent.' }),
  expanded_statuses: Flag.optional().meta({
    description: '`true`: cancelled attempts have the status 4. Otherwise 0, as older clients expect.',
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
  with_msg: Flag.optional().meta({ description: '`true`: include the message of each attempt, without its payload.' }),
})

export const attemptedMessagesQuery = z.strictObject(filters)
export const attemptedDestinationsQuery = z.strictObject(page)
export const attemptQuery = z.strictObject({ expanded_statuses: Flag.optional() })

export const Empty = z.object({}).meta({ id: 'EmptyResponse' })

export type AttemptOut = z.output<typeof AttemptOut>
export type MessageEndpointOut = z.output<typeof MessageEndpointOut>
