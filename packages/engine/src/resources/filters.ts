import { checkFilter } from '../checks.ts'
import { EngineError } from '../errors.ts'
import type { Engine } from '../engine.ts'
import { compileFilter } from '../filter/compile-filter.ts'
import { matchable, matches, type Subscription } from '../match.ts'
import type { ResourceParts } from './parts.ts'

const defaultChecked = 50
const mostChecked = 250

export function filters({ directory, queue }: ResourceParts): Engine['filters'] {
  return {
    async dryRun(org, app, input) {
      const { application } = directory.application(org, app)
      if (input.filter) checkFilter(input.filter)
      const { limit = defaultChecked } = input
      if (!(Number.isInteger(limit) && limit >= 1 && limit <= mostChecked))
        throw new EngineError('invalid', `A dry run looks at 1 to ${mostChecked} messages.`, { field: 'limit' })
      const subscription: Subscription = {
        endpoint: {
          disabled: false,
          eventTypes: input.eventTypes?.length ? input.eventTypes : null,
          platforms: input.platforms?.length ? input.platforms : null,
          channels: null,
          filterOver: input.over ?? 'payload',
        },
        filter: input.filter ? compileFilter(input.filter) : null,
      }
      const newest = await queue.messages({
        app: application.id,
        eventTypes: null,
        channel: null,
        tag: null,
        after: null,
        before: null,
        cursor: null,
        order: 'descending',
        limit,
      })
      const messages = newest.map((message) => ({ message, matches: matches(subscription, matchable(message)) }))
      return { checked: messages.length, matched: messages.filter((row) => row.matches).length, messages }
    },
  }
}
