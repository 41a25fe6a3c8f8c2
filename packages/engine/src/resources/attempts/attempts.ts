import type { Attempt, AttemptResult, DeliveryState } from '@posthorn/model'
import type { ApplicationEntry } from '../../directory/entries.ts'
import { EngineError, notFound } from '../../errors.ts'
import { attemptQuery, type AttemptQuery } from '../../store/ledger.ts'
import { messagesOfEndpoint, type EndpointMessage } from '../messages/of-endpoint.ts'
import { readPage, type List, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'
import { messageIdOf } from '../request-id.ts'

export interface AttemptFilter extends PageOptions {
  readonly endpoint?: string
  readonly message?: string
  /** Whose list it is, if it is not the application's: iterators belong to the list of this message, or of this endpoint. */
  readonly of?: 'message' | 'endpoint'
  readonly eventTypes?: readonly string[]
  /** None: no attempt. */
  readonly results?: readonly AttemptResult[]
  /** Response status; 0: there was no response. */
  readonly code?: number
  /** 5: every 5xx. */
  readonly codeClass?: number
  readonly after?: number
  readonly before?: number
  /** The id that the receiver saw, in any rendering: `msg_...`, a UUID, 16 characters. */
  readonly requestId?: string
  readonly channel?: string
  readonly tag?: string
}

export interface AttemptSummary {
  readonly total: number
  readonly success: number
  readonly failed: number
}

/** Attempts of an application. */
export interface AttemptResource {
  get(org: string, app: string, id: string): Promise<Attempt>
  list(org: string, app: string, filter?: AttemptFilter): Promise<Page<Attempt>>
  /** The messages that an endpoint was asked to take, and how each delivery stands. `states`: only these. */
  messagesOfEndpoint(
    org: string,
    app: string,
    endpoint: string,
    filter?: Omit<AttemptFilter, 'endpoint' | 'of'> & { readonly states?: readonly DeliveryState[] },
  ): Promise<Page<EndpointMessage>>
  summary(org: string, app: string, filter?: AttemptFilter): Promise<AttemptSummary>
  /** The body that an attempt sent, made again as its endpoint's dialect has it; of a batch, this message's part. */
  requestBody(attempt: Attempt): Promise<string | null>
  /** Forgets request headers and response of one attempt. */
  expungeContent(org: string, app: string, id: string): Promise<void>
}

/** A filter as a query. It may match nothing: a message that was asked for by two ids, or no result that is wanted. */
interface Asked {
  readonly query: AttemptQuery
  readonly matches: boolean
}

export function attempts(parts: ResourceParts): Omit<AttemptResource, 'requestBody'> {
  const { directory, ledger } = parts

  /** A list of attempts. One whose filter can match nothing checks its iterators like any other. */
  function listOf(of: AttemptFilter['of'], { query, matches }: Asked): List<Attempt> {
    const owner = of === 'message' ? query.message : of === 'endpoint' ? query.endpoint : query.app
    return {
      name: `attempts ${owner}`,
      key: (row) => row.id,
      async has(key) {
        const attempt = await ledger.attempt(query.app, key)
        return attempt !== null && [attempt.app, attempt.message, attempt.endpoint].includes(owner ?? '')
      },
      read: async (page) => ({ rows: matches ? await ledger.attempts({ ...query, ...page }) : [] }),
    }
  }

  /** The id of an endpoint: one that is there, or one that was and left attempts (its uid is not kept). */
  async function endpointId(owner: ApplicationEntry, idOrUid: string): Promise<string> {
    const endpoint = directory.findEndpoint(owner, idOrUid)?.endpoint
    if (endpoint) return endpoint.id
    const query = attemptQuery(owner.application.id, { endpoint: idOrUid })
    if ((await ledger.attempts(query)).length === 0) throw notFound('endpoint', idOrUid)
    return idOrUid
  }

  async function ask(org: string, app: string, filter: AttemptFilter): Promise<Asked> {
    const owner = directory.application(org, app)
    const endpoint = filter.endpoint === undefined ? null : await endpointId(owner, filter.endpoint)
    const requested = filter.requestId === undefined ? null : messageIdOf(filter.requestId)
    const message = filter.message ?? requested
    const isOther = requested !== null && message !== requested
    if (filter.codeClass !== undefined && !(filter.codeClass >= 0 && filter.codeClass <= 5))
      throw new EngineError('invalid', 'A class of response codes is 1 to 5 (5: every 5xx), or 0: no response.', {
        field: 'code',
      })
    const query = attemptQuery(owner.application.id, {
      endpoint,
      message,
      eventTypes: filter.eventTypes?.length ? filter.eventTypes : null,
      results: filter.results?.length ? filter.results : null,
      code: filter.code ?? null,
      codeClass: filter.codeClass ?? null,
      channel: filter.channel ?? null,
      tag: filter.tag ?? null,
      after: filter.after ?? null,
      before: filter.before ?? null,
      order: filter.order ?? 'descending',
    })
    return { query, matches: !isOther && filter.results?.length !== 0 }
  }

  return {
    async get(org, app, id) {
      const { application } = directory.application(org, app)
      const attempt = await ledger.attempt(application.id, id)
      if (!attempt) throw notFound('attempt', id)
      return attempt
    },

    async list(org, app, filter = {}) {
      return readPage(listOf(filter.of, await ask(org, app, filter)), filter)
    },

    async messagesOfEndpoint(org, app, id, { states, ...filter } = {}) {
      const { endpoint } = directory.endpoint(org, app, id)
      const { query, matches } = await ask(org, app, { ...filter, endpoint: endpoint.id })
      return readPage(messagesOfEndpoint(parts, endpoint, query, matches ? (states ?? null) : []), filter)
    },

    async summary(org, app, filter = {}) {
      const { query, matches } = await ask(org, app, filter)
      return matches ? ledger.summary(query) : { total: 0, success: 0, failed: 0 }
    },

    async expungeContent(org, app, id) {
      const { application } = directory.application(org, app)
      if (!(await ledger.expungeContent(application.id, id))) throw notFound('attempt', id)
    },
  }
}
