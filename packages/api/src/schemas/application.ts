import { answerShape, applicationFields, bodySchema } from '@posthorn/model'
import * as z from 'zod'
import { Flag, listOf, orderedPage } from './common.ts'

export const ApplicationIn = bodySchema(applicationFields, 'POST').meta({ id: 'ApplicationIn' })
/** PUT: what is left out goes back to its default. */
export const ApplicationUpsertIn = bodySchema(applicationFields, 'PUT').meta({ id: 'ApplicationUpsertIn' })
export const ApplicationPatch = bodySchema(applicationFields, 'PATCH').meta({ id: 'ApplicationPatch' })
export const ApplicationOut = z.object(answerShape(applicationFields)).meta({ id: 'ApplicationOut' })
export const ApplicationList = listOf(ApplicationOut).meta({ id: 'ListResponseApplicationOut' })

export const applicationListQuery = z.strictObject({
  ...orderedPage,
  exclude_apps_with_no_endpoints: Flag.optional().meta({
    description: 'Accepted for Svix clients; only `false` is supported.',
  }),
  exclude_apps_with_disabled_endpoints: Flag.optional().meta({
    description: 'Accepted for Svix clients; only `false` is supported.',
  }),
  exclude_apps_with_svix_play_endpoints: Flag.optional().meta({
    description: 'Accepted for Svix clients; it has no effect, because there are no such endpoints.',
  }),
})

export const applicationCreateQuery = z.strictObject({
  get_if_exists: Flag.optional().meta({
    description: 'If an application with this `uid` exists, return it instead of a 409.',
  }),
})

export type ApplicationIn = z.output<typeof ApplicationIn>
export type ApplicationPatch = z.output<typeof ApplicationPatch>
export type ApplicationOut = z.output<typeof ApplicationOut>
