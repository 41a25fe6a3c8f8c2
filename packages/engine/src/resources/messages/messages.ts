import { messageQuery } from '../../store/queue.ts'
import { shownMessage } from '../../encoding/shown-message.ts'
import { notFound } from '../../errors.ts'
import type { Endpoint, Message } from '@posthorn/model'
import type { Delivery } from '../../model.ts'
import { listOfRows, readPage, type List, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'
import { messageIdOf } from '../request-id.ts'
import { deletedEndpoint, isEndpointId, standingAtDeleted } from './deleted-endpoint.ts'
import { deliveryOf } from './delivery.ts'

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
      /** Accepted at or after, and before. */
      after?: number
      before?: number
      /** Happened at or after, and before. */
      occurredAfter?: number
      occurredBefore?: number
      /** The id that a receiver saw, in any of its forms. */
      requestId?: string
    },
  ): Promise<Page<Message>>
  /** Where it went: one row an endpoint, also those that were deleted since. */
  deliveries(org: string, app: string, id: string): Promise<readonly Destination[]>
  /** The same in pages, in the order in which the endpoints were made. */
  destinations(org: string, app: string, id: string, options?: PageOptions): Promise<Page<Destination>>
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

  async function destinationsOf(org: string, app: string, id: string) {
    const owner = directory.application(org, app)
    const message = await queue.message(owner.application.id, id)
    if (!message) throw notFound('message', id)
    const latest = await ledger.latest(owner.application.id, message.id)
    const targets = [...new Set([...message.targets, ...latest.map((row) => row.endpoint)])].filter(isEndpointId)
    const pending = await queue.pending(targets, [message.id])
    const rows = await Promise.all(
      targets.map(async (target): Promise<Destination> => {
        const endpoint = owner.endpoints.get(target)?.endpoint
        const last = latest.find((row) => row.endpoint === target)
        const waiting = pending.find((row) => row.target === target)
        if (endpoint) return { ...deliveryOf(message.id, endpoint, last, waiting), target: endpoint, deleted: false }
        const gone = await deletedEndpoint(ledger, owner.application, target)
        const stands = standingAtDeleted(gone, last?.attempt.result ?? null)
        return { ...deliveryOf(message.id, gone, last, undefined), ...stands, target: gone, deleted: true }
      }),
    )
    return { message, rows }
  }

  return {
    async get(org, app, id) {
      const owner = directory.application(org, app)
      const message = await queue.message(owner.application.id, id)
      if (!message) throw notFound('message', id)
      return shownMessage(message, directory.ownFormat(owner).dialect)
    },

    async list(org, app, options = {}) {
      const owner = directory.application(org, app)
      const { application } = owner
      const { dialect } = directory.ownFormat(owner)
      const list: List<Message> = {
        name: `messages ${application.id}`,
        key: (row) => row.id,
        // Its own id, and not that of its producer.
        has: async (id) => (await queue.message(application.id, id))?.id === id,
        read: async (page) => {
          const terms = {
            id: options.requestId === undefined ? null : messageIdOf(options.requestId),
            eventTypes: options.eventTypes?.length ? options.eventTypes : null,
            channel: options.channel ?? null,
            tag: options.tag ?? null,
            after: options.after ?? null,
            before: options.before ?? null,
            occurredAfter: options.occurredAfter ?? null,
            occurredBefore: options.occurredBefore ?? null,
          }
          const rows = await queue.messages(messageQuery(application.id, { ...terms, ...page }))
          return { rows: rows.map((row) => shownMessage(row, dialect)) }
        },
      }
      return readPage(list, options)
    },

    async deliveries(org, app, id) {
      return (await destinationsOf(org, app, id)).rows
    },

    async destinations(org, app, id, options = {}) {
      const { message, rows } = await destinationsOf(org, app, id)
      return readPage(
        listOfRows(`endpoints of ${message.id}`, rows, ({ endpoint }) => endpoint),
        options,
        'ascending',
      )
    },

    async expungePayload(org, app, id) {
      const { application } = directory.application(org, app)
      const message = await queue.message(application.id, id)
      if (!message || !(await queue.expungePayload(application.id, message.id))) throw notFound('message', id)
    },
  }
}
