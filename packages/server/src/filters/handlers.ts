import type { HandlersOf } from '../http/handler.ts'
import { isoTime } from '../iso-time.ts'
import { withoutUndefined } from '../without-undefined.ts'

export const filters: HandlersOf<'filter'> = {
  'filter.dryRun': async ({ engine, org, params, body }) => {
    const { messages, hints, ...found } = await engine.filters.dryRun(org, params.app_id, {
      ...withoutUndefined(body),
      filter: body.filter,
    })
    return {
      ...found,
      hints: [...hints],
      messages: messages.map(({ message, matches }) => ({
        id: message.id,
        eventType: message.eventType,
        timestamp: isoTime(message.acceptedAt),
        matches,
      })),
    }
  },
}
