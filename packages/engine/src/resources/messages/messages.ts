import { notFound } from '../../errors.ts'
import type { Endpoint, Message } from '@posthorn/model'
import type { Attempt, Delivery } from '../../model.ts'
import type { LatestAttempt } from '../../store/ledger.ts'
import type { PendingWork } from '../../store/queue.ts'
import { readPage, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'
import { deletedEndpoint, isEndpointId, standingAtDeleted } from './deleted-endpoint.ts'
import { standing } from './standing.ts'

/** Messages of an application. A message is named by its id or by its `eventId`. */
export interface MessageResource {
  get(org: string, app: string, id: string): Promise<Message>
  list(
    org: string,
    app: string,
    options?: PageOptions & {
      eventTypes?: readonly string[]
      channel?: string
      tag?: string
      after?: number
      before?: number
    },
  ): Promise<Page<Message>>
  /** Where it went: one row an endpoint, also those that were deleted since. */
  deliveries(org: string, app: string, id: string): Promise<readonly Destination[]>
  /** How deliveries to one endpoint stand after these attempts, each the newest of its message; by message. */
  standings(endpoint: Endpoint, newest: readonly Attempt[]): Promise<ReadonlyMap<string, Delivery>>
  /** Forgets the payload; the message and its attempts stay. */
  expungePayload(org: string, app: string, id: string): Promise<void>
}

/** An endpoint that a message goes to, and how the delivery stands. */
export interface Destination extends Delivery {
  /** Of a deleted endpoint little more than its id is known. */
  readonly target: Endpoint
  readonly deleted: boolean
}

export function messages(parts: ResourceParts): MessageResource {
  const { directory, queue, ledger } = parts

  return {
    async get(org, app, id) {
      const { application } = directory.application(org, app)
      const message = await queue.message(application.id, id)
      if (!message) throw notFound('message', id)
      return message
    },

    async list(org, app, options = {}) {
      const { application } = directory.application(org, app)
      return readPage(
        options,
        (row) => row.id,
        (page) =>
          queue.messages({
            app: application.id,
            eventTypes: options.eventTypes?.length ? options.eventTypes : null,
            channel: options.channel ?? null,
            tag: options.tag ?? null,
            after: options.after ?? null,
            before: options.before ?? null,
            ...page,
          }),
      )
    },

    async deliveries(org, app, id) {
      const owner = directory.application(org, app)
      const message = await queue.message(owner.application.id, id)
      if (!message) throw notFound('message', id)
      const latest = await ledger.latest(owner.application.id, message.id)
      const targets = [...new Set([...message.targets, ...latest.map((row) => row.endpoint)])].filter(isEndpointId)
      const pending = await queue.pending(targets, [message.id])
      return Promise.all(
        targets.map(async (target) => {
          const endpoint = owner.endpoints.get(target)?.endpoint
          const last = latest.find((row) => row.endpoint === target)
          const waiting = pending.find((row) => row.target === target)
          if (endpoint) return { ...delivery(message.id, endpoint, last, waiting), target: endpoint, deleted: false }
          const gone = await deletedEndpoint(ledger, owner.application, target)
          const stands = standingAtDeleted(gone, last?.attempt.result ?? null)
          return { ...delivery(message.id, gone, last, undefined), ...stands, target: gone, deleted: true }
        }),
      )
    },

    async standings(endpoint, newest) {
      const pending = await queue.pending(
        [endpoint.id],
        newest.map((attempt) => attempt.message),
      )
      const waiting = new Map(pending.map((work) => [work.message, work]))
      return new Map(
        newest.map((attempt) => {
          const { message, attempt: count } = attempt
          return [message, delivery(message, endpoint, { attempt, count }, waiting.get(message))]
        }),
      )
    },

    async expungePayload(org, app, id) {
      const { application } = directory.application(org, app)
      const message = await queue.message(application.id, id)
      if (!message || !(await queue.expungePayload(application.id, message.id))) throw notFound('message', id)
    },
  }
}

function delivery(
  message: string,
  endpoint: Endpoint,
  last: Pick<LatestAttempt, 'attempt' | 'count'> | undefined,
  waiting: PendingWork | undefined,
): Delivery {
  const stands = standing(endpoint, last?.attempt.result ?? null, waiting?.due ?? null)
  return { message, endpoint: endpoint.id, attempts: last?.count ?? 0, ...stands }
}
