import * as z from 'zod'
import { listOf, page } from './common.ts'

export const DialectOut = z
  .object({
    name: z.string(),
    title: z.string(),
    version: z.int(),
    versions: z
      .array(z.int())
      .meta({ description: 'The versions of your own dialect. An endpoint keeps one of them.' }),
    builtIn: z.boolean().meta({ description: '`true`: shared by all organisations, and read-only.' }),
    params: z.record(z.string(), z.object({ required: z.boolean(), description: z.string() })),
    definition: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The dialect as data: where each field goes, and how it is signed.' }),
  })
  .meta({ id: 'DialectOut' })

/** Name and version may be left out: they are in the address, and counted here. Everything else is checked by its form and laws. */
export const DialectIn = z.looseObject({}).meta({ id: 'DialectIn' })

export const dialectGetQuery = z.strictObject({
  version: z
    .string()
    .regex(/^\d{1,7}$/, 'A version is a whole number.')
    .transform(Number)
    .optional()
    .meta({ description: 'Version; the newest when absent.' }),
})

export const DialectList = listOf(DialectOut).meta({ id: 'ListResponseDialectOut' })
export const dialectListQuery = z.strictObject(page)

export type DialectOut = z.output<typeof DialectOut>
