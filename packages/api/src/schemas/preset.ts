import * as z from 'zod'
import { listOf } from './common.ts'

const Json = z.record(z.string(), z.unknown())

const head = {
  name: z.string().meta({ examples: ['scalefusion'] }),
  title: z.string(),
  description: z.string(),
  dialect: z.string(),
}

/** A preset in a list. */
const PresetHead = z.object({ ...head, eventTypes: z.int(), languages: z.array(z.string()) }).meta({
  id: 'PresetHead',
})

export const PresetList = listOf(PresetHead).meta({ id: 'ListResponsePresetHead' })

/** A vendor's whole system: everything that an application gets when the preset is applied. */
export const PresetOut = z
  .object({
    ...head,
    policy: z.object({
      retrySchedule: z.array(z.number()),
      timeoutSeconds: z.number(),
      httpsOnly: z.boolean(),
      minSecretLength: z.int(),
      terminalCodes: z.array(z.int()),
    }),
    rules: z.object({
      activation: z.enum(['immediate', 'toggle', 'step']),
      subscription: z.enum(['all', 'explicit']),
      maxEndpoints: z.int().nullable(),
      facts: z.record(
        z.string(),
        z.object({
          type: z.string(),
          description: z.string(),
          example: z.union([z.string(), z.number(), z.boolean()]),
        }),
      ),
      customersMaySet: z.array(z.string()).optional(),
      checks: z.array(z.string()).optional(),
      requires: z.array(
        z.object({
          before: z.array(z.string()),
          kind: z.string(),
          facts: Json,
          because: z.string(),
          remedy: z.string(),
        }),
      ),
    }),
    params: z.record(z.string(), z.string()),
    platforms: z.array(z.string()),
    eventTypes: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        category: z.string(),
        description: z.string(),
        platforms: z.array(z.string()).nullable(),
        params: z.record(z.string(), z.string()),
        sample: Json.nullable(),
        schema: Json.nullable(),
      }),
    ),
    words: z
      .record(z.string(), z.record(z.string(), z.string()))
      .meta({ description: 'The vendor’s words, by language and by our word.' }),
    sources: z.record(z.string(), z.object({ mark: z.enum(['S', 'P', 'I', 'U']), note: z.string() })).meta({
      description:
        'The source of a value: public (P), inferred (I), unknown (U). A value that is not listed is stated by the vendor.',
    }),
  })
  .meta({ id: 'PresetOut' })

export const PresetApplyIn = z
  .strictObject({
    name: z.string().min(1).max(64),
    overwrite: z.boolean().optional().meta({
      description: 'Replaces event types that exist and differ, and removes the application’s own dialect.',
    }),
  })
  .meta({ id: 'PresetApplyIn' })

export const documentationQuery = z.strictObject({
  language: z
    .enum(['en', 'de', 'ja', 'nl'])
    .optional()
    .meta({ description: 'Language of the vendor’s words; `en` when absent.' }),
})

export type PresetOut = z.output<typeof PresetOut>
