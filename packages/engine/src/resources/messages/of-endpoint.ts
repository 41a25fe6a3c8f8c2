import type { Attempt, Delivery, DeliveryState, Endpoint, Message } from '../../model.ts'
import { attemptQuery, type AttemptQuery, type Ledger } from '../../store/ledger.ts'
import type { Queue } from '../../store/queue.ts'
import type { List } from '../pages.ts'
import { deliveryOf } from './delivery.ts'

/** A message that an endpoint was asked to take, and how its delivery stands. */
export interface EndpointMessage {
  /** Its `requestId` is what this receiver saw. */
  readonly message: Message
  readonly delivery: Delivery
}

/** How many attempts one page may look at for those in a state: a page that is not full continues where it stopped. */
const mostReads = 10
const rowsARead = 100

/**
 * The messages of an endpoint that had an attempt there. How a delivery stands is known from its newest attempt and from what still
 * waits, so a filter by state is applied here, to what is read.
 *
 * @param query which attempts @param states `null`: in any state
 */
export function messagesOfEndpoint(
  { ledger, queue }: { readonly ledger: Ledger; readonly queue: Queue },
  endpoint: Endpoint,
  query: AttemptQuery,
  states: readonly DeliveryState[] | null,
): List<EndpointMessage> {
  const { app } = endpoint

  async function withDelivery(attempts: readonly Attempt[]): Promise<EndpointMessage[]> {
    const ids = attempts.map(({ message }) => message)
    const pending = await queue.pending([endpoint.id], ids)
    const waiting = new Map(pending.map((work) => [work.message, work]))
    const standing = attempts.map((attempt) => ({
      attempt,
      delivery: deliveryOf(
        attempt.message,
        endpoint,
        { attempt, count: attempt.attempt },
        waiting.get(attempt.message),
      ),
    }))
    const wanted = standing.filter(({ delivery }) => states === null || states.includes(delivery.state))
    const found = await Promise.all(
      wanted.map(async ({ attempt, delivery }) => {
        // Its retention may have ended; its attempts are still there.
        const message = await queue.message(app, attempt.message)
        return message ? [{ message: { ...message, requestId: attempt.requestId }, delivery }] : []
      }),
    )
    return found.flat()
  }

  return {
    name: `messages of ${endpoint.id}`,
    key: ({ message }) => message.id,
    async has(key) {
      const attempts = await ledger.attempts(attemptQuery(app, { endpoint: endpoint.id, message: key }))
      return attempts.length > 0
    },
    async read({ cursor, order, limit }) {
      if (states?.length === 0) return { rows: [] }
      const rows: EndpointMessage[] = []
      const most = states === null ? limit : Math.max(limit, rowsARead)
      let at = cursor
      for (let reads = 0; reads < mostReads; reads++) {
        const attempts = await ledger.attemptedMessages({ ...query, cursor: at, order, limit: most })
        rows.push(...(await withDelivery(attempts)))
        if (rows.length >= limit || attempts.length < most) return { rows: rows.slice(0, limit) }
        at = attempts.at(-1)?.message ?? at
      }
      return { rows, ...(at !== null && { lookedTo: at }) }
    },
  }
}
