import * as z from 'zod'
import { Metadata, Params, Rate, TimeOut, Uid } from '@posthorn/model'
import { Flag, listOf, orderedPage } from './common.ts'

const fields = {
  name: z
    .string()
    .min(1)
    .max(256)
    .meta({ description: 'For people.', examples: ['Acme Ltd'] }),
  uid: Uid.nullable().optional(),
  metadata: Metadata.optional(),
  throttleRate: Rate.nullable().optional().meta({ description: 'Messages a second. Stored; not enforced yet.' }),
  rateLimit: Rate.nullable()
    .optional()
    .meta({ description: 'The older name of `throttleRate`, which counts when both are given.' }),
  dialect: z
    .string()
    .min(1)
    .max(64)
    .nullable()
    .optional()
    .meta({
      description:
        'The wire format of the endpoints that name none. `null`: that of the preset, and else the server default.',
      examples: ['standard'],
    }),
  params: Params.optional(),
  facts: z
    .record(z.string().max(64), z.union([z.string().max(256), z.number(), z.boolean()]))
    .optional()
    .meta({
      description: 'What you say about this customer; the rules of a preset ask for it. Replaced as a whole.',
      examples: [{ enrolledDevices: 3 }],
    }),
}

export const ApplicationIn = z.strictObject(fields).meta({ id: 'ApplicationIn' })

export const ApplicationPatch = z
  .strictObject({ ...fields, name: fields.name.optional() })
  .meta({ id: 'ApplicationPatch' })

export const ApplicationOut = z
  .object({
    id: z.string().meta({ examples: ['app_1srOrx2ZWZBpBUvZ'] }),
    uid: z.string().nullable(),
    name: z.string(),
    metadata: Metadata,
    throttleRate: z.int().nullable(),
    rateLimit: z.int().nullable(),
    dialect: z.string().nullable(),
    preset: z.string().nullable().meta({ description: 'The vendor’s system that was applied.' }),
    params: Params,
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    createdAt: TimeOut,
    updatedAt: TimeOut,
  })
  .meta({ id: 'ApplicationOut' })

export const ApplicationList = listOf(ApplicationOut).meta({ id: 'ListResponseApplicationOut' })

export const applicationListQuery = z.strictObject({
  ...orderedPage,
  exclude_apps_with_no_endpoints: Flag.optional().meta({
    description: 'Accepted for its clients; only `false` is supported.',
  }),
  exclude_apps_with_disabled_endpoints: Flag.optional().meta({ description: 'As above.' }),
  exclude_apps_with_svix_play_endpoints: Flag.optional().meta({
    description: 'Accepted; there are no such endpoints here.',
  }),
})

export const applicationCreateQuery = z.strictObject({
  get_if_exists: Flag.optional().meta({
    description: 'Answer the application with this `uid` when there is one, instead of a 409.',
  }),
})

export type ApplicationIn = z.output<typeof ApplicationIn>
export type ApplicationPatch = z.output<typeof ApplicationPatch>
export type ApplicationOut = z.output<typeof ApplicationOut>
