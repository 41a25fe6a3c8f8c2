import { answerShape, bodySchema, eventTypeFields } from '@posthorn/model'
import * as z from 'zod'
import { Flag, listOf, orderedPage } from './common.ts'

export const EventTypeIn = bodySchema(eventTypeFields, 'POST').meta({ id: 'EventTypeIn' })
export const EventTypeUpsertIn = bodySchema(eventTypeFields, 'PUT').meta({ id: 'EventTypeUpsertIn' })
export const EventTypePatch = bodySchema(eventTypeFields, 'PATCH').meta({ id: 'EventTypePatch' })
export const EventTypeOut = z.object(answerShape(eventTypeFields)).meta({ id: 'EventTypeOut' })
export const EventTypeList = listOf(EventTypeOut).meta({ id: 'ListResponseEventTypeOut' })

export const eventTypeListQuery = z.strictObject({
  ...orderedPage,
  include_archived: Flag.optional(),
  with_content: Flag.optional().meta({ description: '`true`: include schemas and samples.' }),
})

export const eventTypeDeleteQuery = z.strictObject({
  expunge: Flag.optional().meta({ description: '`true`: delete it; otherwise it is archived.' }),
})

export type EventTypeIn = z.output<typeof EventTypeIn>
export type EventTypePatch = z.output<typeof EventTypePatch>
export type EventTypeOut = z.output<typeof EventTypeOut>
