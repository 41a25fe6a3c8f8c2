import type { EndpointMessageOut } from '@posthorn/api'
import type { Attempt, AttemptFilter, Page } from '@posthorn/engine'
import type { Call } from '../http/handler.ts'
import { pageText, withRawMember, type JsonText } from '../http/json-text.ts'
import { messageHead, payloadText } from '../messages/message.ts'
import { standing } from './attempt.ts'
import { messagesOf } from './messages-of.ts'

const mostPages = 10

/**
 * The messages that go to an endpoint, with how each delivery stands. The engine knows that from the newest attempt of a
 * message only, so a filter by status is applied here, to as many pages of attempts as fill one page of messages; at most ten.
 */
export async function endpointMessages(
  { engine, org, params, query }: Call<'attempt.listMessages'>,
  filter: AttemptFilter,
): Promise<
  JsonText<{ data: EndpointMessageOut[]; iterator: string | null; prevIterator: string | null; done: boolean }>
> {
  const { app_id: app } = params
  const endpoint = await engine.endpoints.get(org, app, params.endpoint_id)
  const limit = query.limit ?? 50
  const found: JsonText<EndpointMessageOut>[] = []
  let page: Page<Attempt> | undefined
  for (let pages = 0; pages < mostPages && found.length < limit && page?.done !== true; pages++) {
    const iterator: string | null = page === undefined ? (query.iterator ?? null) : page.iterator
    const paging = { limit: limit - found.length, iterator }
    page = await engine.attempts.latestOfEachMessage(org, app, { ...filter, endpoint: endpoint.id, ...paging })
    const deliveries = await engine.messages.standings(endpoint, page.data)
    const stands = (attempt: Attempt) => standing(deliveries.get(attempt.message)!)
    const wanted = page.data.filter((attempt) => query.status === undefined || stands(attempt).status === query.status)
    const messages = await messagesOf(engine, org, app, wanted)
    for (const attempt of wanted) {
      const message = messages.get(attempt.message)
      if (message === undefined) continue
      const head = { ...messageHead(message), ...stands(attempt) }
      found.push(withRawMember(head, 'payload', payloadText(message, query.with_content ?? true)))
    }
  }
  const { iterator = null, prevIterator = null, done = true } = page ?? {}
  return pageText(found, { iterator, prevIterator, done })
}
