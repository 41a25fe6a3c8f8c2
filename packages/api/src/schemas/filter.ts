import * as z from 'zod'
import { EventTypeName, Filter, FilterOver, Platforms, TimeOut } from '@posthorn/model'

export const FilterDryRunIn = z
  .strictObject({
    filter: Filter.nullable().meta({
      description:
        'What a message must match: `{"site": {"id": 4567}, "visitor": {"is_returning": true}}`. `null`: every message matches.',
      examples: [{ amount: { $gte: 100 } }],
    }),
    over: FilterOver.optional().meta({
      description:
        '`payload`: the filter is applied to the payload. `message`: to `{id, topic, time, metadata, data, ...}`.',
    }),
    eventTypes: z.array(EventTypeName).max(1000).nullable().optional(),
    platforms: Platforms.nullable().optional(),
    limit: z.int().min(1).max(250).optional().meta({ description: 'How many of the newest messages; 50 when absent.' }),
  })
  .meta({ id: 'FilterDryRunIn' })

export const FilterDryRunOut = z
  .object({
    checked: z.int(),
    matched: z.int(),
    tooLarge: z.int().meta({
      description: 'Messages for which the filter takes too much work. They count as not matching, as in delivery.',
    }),
    messages: z.array(z.object({ id: z.string(), eventType: z.string(), timestamp: TimeOut, matches: z.boolean() })),
    hints: z.array(z.string()).meta({
      description: 'What is probably a mistake in a filter that matched no message, as sentences.',
    }),
  })
  .meta({ id: 'FilterDryRunOut' })
