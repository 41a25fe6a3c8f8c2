import * as z from 'zod'
import { listOf, page } from './common.ts'

export const DialectOut = z
  .object({
    name: z.string(),
    title: z.string(),
    version: z.int(),
    builtIn: z.boolean(),
    params: z.record(z.string(), z.object({ required: z.boolean(), description: z.string() })),
    definition: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The dialect as data: where each field goes, what signs.' }),
  })
  .meta({ id: 'DialectOut' })

export const DialectList = listOf(DialectOut).meta({ id: 'ListResponseDialectOut' })
export const dialectListQuery = z.strictObject(page)

export type DialectOut = z.output<typeof DialectOut>
