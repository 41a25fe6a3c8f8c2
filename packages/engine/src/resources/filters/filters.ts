import { shownMessage } from '../../encoding/shown-message.ts'
import { messageQuery, type StoredMessage } from '../../store/queue.ts'
import type { Filter, FilterOver } from '@posthorn/model'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { checkFilter } from '../../checks/filter.ts'
import { EngineError } from '../../errors.ts'
import { type CompiledFilter, compileFilter, dottedKeys } from '@posthorn/preset'
import { matchable, matches, type Subscription } from '../../pipeline/match.ts'
import type { Message } from '../../model.ts'
import type { ResourceParts } from '../parts.ts'

export interface FilterDryRunInput {
  readonly filter: Filter | null
  readonly over?: FilterOver
  readonly eventTypes?: readonly string[] | null
  readonly platforms?: readonly string[] | null
  /** How many of the newest messages; 1 to 250, 50 when absent. */
  readonly limit?: number
}

export interface FilterDryRun {
  /** How many of the newest messages were looked at: fewer than asked for when they are large. */
  readonly checked: number
  readonly matched: number
  /** How many could not be decided within the bounds of a match; they count as not matching. */
  readonly tooLarge: number
  readonly messages: readonly { readonly message: Message; readonly matches: boolean }[]
  /** Sentences about a filter that matched nothing: what in it is probably a mistake. */
  readonly hints: readonly string[]
}

/** Filters that are tried. */
export interface FilterResource {
  /** Which of the newest messages a filter would let through; nothing is sent or kept. */
  dryRun(org: string, app: string, input: FilterDryRunInput): Promise<FilterDryRun>
}

const defaultChecked = 50
const mostChecked = 250
/** 250 messages of a megabyte took 1.5 GB when they were read at once. */
const pageSize = 10
const mostPayload = 20 * 1024 * 1024

export function filters({ directory, queue }: ResourceParts): FilterResource {
  return {
    async dryRun(org, app, input) {
      const owner = directory.application(org, app)
      const { application } = owner
      const { dialect } = directory.ownFormat(owner)
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
      const rows: { readonly message: Message; readonly matches: boolean }[] = []
      let tooLarge = 0
      const { filter } = subscription
      const counting: CompiledFilter | null = filter && {
        ...filter,
        matches(value) {
          const found = filter.examine(value)
          if (found.tooLarge) tooLarge += 1
          return found.matches
        },
      }
      let seen = 0
      let cursor: string | null = null
      while (rows.length < limit && seen < mostPayload) {
        const wanted = Math.min(pageSize, limit - rows.length)
        const page: readonly StoredMessage[] = await queue.messages(
          messageQuery(application.id, { cursor, limit: wanted }),
        )
        for (const message of page) {
          if (seen >= mostPayload) break
          seen += message.payload?.length ?? 0
          rows.push({
            message: shownMessage(message, dialect),
            matches: matches({ ...subscription, filter: counting }, matchable(message)),
          })
          // A match is bounded, and so is parsing one payload; many of them in a row are not.
          await nextTurn()
        }
        if (page.length < wanted) break
        cursor = page.at(-1)?.id ?? null
      }
      const matched = rows.filter((row) => row.matches).length
      const hints = matched === 0 && input.filter ? hintsOf(input.filter) : []
      return { checked: rows.length, matched, tooLarge, messages: rows, hints }
    },
  }
}

function hintsOf(filter: Filter): string[] {
  return dottedKeys(filter).map(
    ({ key, nested }) =>
      `No message has matched. The key ${JSON.stringify(key)} is one key with dots in its name, not a path. For a path write ${nested}.`,
  )
}
