import * as z from 'zod'
import { EventTypeName, TimeOut } from '@posthorn/model'
import { Flag, listOf, orderedPage } from './common.ts'

const fields = {
  title: z
    .string()
    .max(256)
    .optional()
    .meta({ examples: ['Device Enrolled'] }),
  category: z.string().max(256).nullable().optional(),
  platforms: z.array(z.string().min(1).max(64)).max(50).nullable().optional().meta({
    description: 'Where the event exists; a message that names another platform is refused. `null`: no difference.',
  }),
  sample: z.record(z.string(), z.unknown()).nullable().optional().meta({ description: 'An example payload.' }),
  description: z.string().max(8192).optional(),
  archived: z.boolean().optional(),
  deprecated: z.boolean().optional(),
  schemas: z
    .record(z.string(), z.unknown())
    .nullable()
    .optional()
    .meta({ description: 'JSON schemas by version: `{"1": {...}}`.' }),
  groupName: z.string().max(256).nullable().optional(),
  featureFlags: z.array(z.string().min(1).max(256)).nullable().optional(),
  featureFlag: z.string().min(1).max(256).nullable().optional().meta({
    description: 'The older name for one of `featureFlags`, which count when both are given.',
  }),
}

export const EventTypeIn = z.strictObject({ name: EventTypeName, ...fields }).meta({ id: 'EventTypeIn' })
export const EventTypeUpsertIn = z.strictObject(fields).meta({ id: 'EventTypeUpsertIn' })
export const EventTypePatch = z.strictObject(fields).meta({ id: 'EventTypePatch' })

export const EventTypeOut = z
  .object({
    name: z.string(),
    title: z.string(),
    category: z.string().nullable(),
    description: z.string(),
    platforms: z.array(z.string()).nullable(),
    sample: z.record(z.string(), z.unknown()).nullable(),
    archived: z.boolean(),
    deprecated: z.boolean(),
    schemas: z.record(z.string(), z.unknown()).nullable(),
    groupName: z.string().nullable(),
    featureFlags: z.array(z.string()).nullable(),
    featureFlag: z.string().nullable(),
    createdAt: TimeOut,
    updatedAt: TimeOut,
  })
  .meta({ id: 'EventTypeOut' })

export const EventTypeList = listOf(EventTypeOut).meta({ id: 'ListResponseEventTypeOut' })

export const eventTypeListQuery = z.strictObject({
  ...orderedPage,
  include_archived: Flag.optional(),
  with_content: Flag.optional().meta({ description: '`true`: with schemas and samples.' }),
})

export const eventTypeDeleteQuery = z.strictObject({
  expunge: Flag.optional().meta({ description: '`true`: removed; otherwise archived.' }),
})

export type EventTypeIn = z.output<typeof EventTypeIn>
export type EventTypePatch = z.output<typeof EventTypePatch>
export type EventTypeOut = z.output<typeof EventTypeOut>
