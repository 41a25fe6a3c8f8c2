import type { Attempt, AttemptResult } from '@posthorn/model'
import { idFromBase62, idFromUuid } from '@posthorn/wire'
import type { ApplicationEntry } from '../../directory/entries.ts'
import { EngineError, notFound } from '../../errors.ts'
import { attemptQuery, type AttemptQuery } from '../../store/ledger.ts'
import { readPage, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'

export interface AttemptFilter extends PageOptions {
  readonly endpoint?: string
  readonly message?: string
  readonly eventTypes?: readonly string[]
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
  /** The newest attempt of each message, by message id: what an endpoint was asked to take, and how it ended. */
  latestOfEachMessage(org: string, app: string, filter: AttemptFilter & { endpoint: string }): Promise<Page<Attempt>>
  summary(org: string, app: string, filter?: AttemptFilter): Promise<AttemptSummary>
  /** The body that an attempt sent, made again as its endpoint's dialect has it; of a batch, this message's part. */
  requestBody(attempt: Attempt): Promise<string | null>
  /** Forgets request headers and response of one attempt. */
  expungeContent(org: string, app: string, id: string): Promise<void>
}

export function attempts(parts: ResourceParts): Omit<AttemptResource, 'requestBody'> {
  const { directory, ledger } = parts

  /** The id of an endpoint: one that is there, or one that was and left attempts (its uid is not kept). */
  async function endpointId(owner: ApplicationEntry, idOrUid: string): Promise<string> {
    const endpoint = directory.findEndpoint(owner, idOrUid)?.endpoint
    if (endpoint) return endpoint.id
    const query = attemptQuery(owner.application.id, { endpoint: idOrUid })
    if ((await ledger.attempts(query)).length === 0) throw notFound('endpoint', idOrUid)
    return idOrUid
  }

  /** `null`: the filter can match nothing (the message was asked for by two ids). */
  async function toQuery(org: string, app: string, filter: AttemptFilter): Promise<AttemptQuery | null> {
    const owner = directory.application(org, app)
    const endpoint = filter.endpoint === undefined ? null : await endpointId(owner, filter.endpoint)
    const requested = filter.requestId === undefined ? null : messageIdOf(filter.requestId)
    if (requested !== null && filter.message !== undefined && filter.message !== requested) return null
    if (filter.codeClass !== undefined && !(filter.codeClass >= 0 && filter.codeClass <= 5))
      throw new EngineError('invalid', 'A class of response codes is 1 to 5 (5: every 5xx), or 0: no response.', {
        field: 'code',
      })
    return attemptQuery(owner.application.id, {
      endpoint,
      message: filter.message ?? requested,
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
  }

  return {
    async get(org, app, id) {
      const { application } = directory.application(org, app)
      const attempt = await ledger.attempt(application.id, id)
      if (!attempt) throw notFound('attempt', id)
      return attempt
    },

    async list(org, app, filter = {}) {
      const query = await toQuery(org, app, filter)
      if (!query) return { data: [], iterator: null, prevIterator: null, done: true }
      return readPage(
        filter,
        (row) => row.id,
        (page) => ledger.attempts({ ...query, ...page }),
      )
    },

    async latestOfEachMessage(org, app, filter) {
      const query = await toQuery(org, app, filter)
      if (!query) return { data: [], iterator: null, prevIterator: null, done: true }
      return readPage(
        filter,
        (row) => row.message,
        (page) => ledger.attemptedMessages({ ...query, ...page }),
      )
    },

    async summary(org, app, filter = {}) {
      const query = await toQuery(org, app, filter)
      return query ? ledger.summary(query) : { total: 0, success: 0, failed: 0 }
    },

    async expungeContent(org, app, id) {
      const { application } = directory.application(org, app)
      if (!(await ledger.expungeContent(application.id, id))) throw notFound('attempt', id)
    },
  }
}

/** The message behind an id that a receiver saw, however its dialect rendered it. */
function messageIdOf(requestId: string): string {
  if (requestId.startsWith('msg_')) return requestId
  const uuid = idFromUuid(requestId)
  return uuid === requestId ? idFromBase62(requestId) : uuid
}
