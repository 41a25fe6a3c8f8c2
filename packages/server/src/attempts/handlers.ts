import type { AttemptOut, QueryOf, RouteOf } from '@posthorn/api'
import {
  checkTags,
  tagOf,
  type Attempt,
  type AttemptFilter,
  type Engine,
  type Message,
  type Page,
} from '@posthorn/engine'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { notFound } from '../http/refusal.ts'
import { JsonText, pageText, withRawMember } from '../http/json-text.ts'
import { messageText } from '../messages/message.ts'
import { withoutUndefined } from '../without-undefined.ts'
import { attemptOut, destinationOut, type AttemptView } from './attempt.ts'
import { endpointMessageText } from './endpoint-message.ts'
import { messagesOf } from './messages-of.ts'
import { resultsOf, statesOf } from './status.ts'

/** What the lists of attempts, by message and by endpoint, can be asked for. */
type ListQuery = Partial<Omit<QueryOf<RouteOf<'attempt.listByEndpoint'>>, 'with_msg'>>

export const attempts: HandlersOf<'attempt'> = {
  'attempt.listByMessage': async ({ engine, org, params, query }) => {
    const message = await engine.messages.get(org, params.app_id, params.msg_id)
    const filter = withoutUndefined({ ...filterOf(query), message: message.id, endpoint: query.endpoint_id })
    return attemptPage(await engine.attempts.list(org, params.app_id, { ...filter, of: 'message' }), viewOf(query))
  },

  'attempt.listByEndpoint': async ({ engine, org, params, query }) => {
    const endpoint = await engine.endpoints.get(org, params.app_id, params.endpoint_id)
    const filter = { ...filterOf(query), endpoint: endpoint.id, of: 'endpoint' } as const
    const page = await engine.attempts.list(org, params.app_id, filter)
    const messages = query.with_msg === true ? await messagesOf(engine, org, params.app_id, page.data) : undefined
    return attemptPage(page, viewOf(query), messages)
  },

  'attempt.get': async ({ engine, org, params, query }) => {
    const attempt = await attemptOf(engine, org, params)
    const body = await engine.attempts.requestBody(attempt)
    return attemptOut(attempt, wholeView(query), body)
  },

  'attempt.expungeContent': async ({ engine, org, params, write }) => {
    const attempt = await attemptOf(engine, org, params)
    if (write.ifMatch !== undefined || write.ifNoneMatch !== undefined) {
      const body = await engine.attempts.requestBody(attempt)
      const views = [wholeView({}), wholeView({ expanded_statuses: true })]
      checkTags(
        write,
        views.map((view) => tagOf(attemptOut(attempt, view, body))),
      )
    }
    await engine.attempts.expungeContent(org, params.app_id, attempt.id)
    return undefined
  },

  'attempt.listDestinations': async ({ engine, org, params, query }) =>
    pageOut(await engine.messages.destinations(org, params.app_id, params.msg_id, pageOptions(query)), destinationOut),

  'attempt.listMessages': async ({ engine, org, params, query }) => {
    // An attempt's own result is not how its delivery stands.
    const filter = filterOf({ ...query, status: undefined })
    const states = query.status === undefined ? undefined : statesOf(query.status)
    const options = withoutUndefined({ ...filter, states })
    const page = await engine.attempts.messagesOfEndpoint(org, params.app_id, params.endpoint_id, options)
    return pageText(
      page.data.map((item) => endpointMessageText(item, query.with_content ?? true)),
      page,
    )
  },

  'attempt.resend': idempotent({
    perform: ({ engine, org, params, write }) =>
      engine.resend(org, params.app_id, params.msg_id, params.endpoint_id, write),
    present: () => ({}),
  }),
}

function filterOf(query: ListQuery): AttemptFilter {
  return withoutUndefined({
    ...pageOptions(query),
    results: query.status === undefined ? undefined : resultsOf(query.status, query.expanded_statuses ?? false),
    codeClass: query.status_code_class,
    channel: query.channel,
    tag: query.tag,
    before: query.before,
    after: query.after,
    eventTypes: query.event_types,
  })
}

function viewOf(query: Pick<ListQuery, 'with_content' | 'expanded_statuses'>): AttemptView {
  return { withContent: query.with_content ?? true, expandedStatuses: query.expanded_statuses ?? false }
}

/** One attempt, with all that is known of it. */
function wholeView(query: Pick<ListQuery, 'expanded_statuses'>): AttemptView {
  return viewOf({ ...query, with_content: true })
}

function attemptPage(page: Page<Attempt>, view: AttemptView, messages?: ReadonlyMap<string, Message>) {
  const items = page.data.map((attempt) => {
    const out = attemptOut(attempt, view)
    const message = messages?.get(attempt.message)
    if (message === undefined) return new JsonText<AttemptOut>(JSON.stringify(out))
    return withRawMember(out, 'msg', messageText(message, false).text) as JsonText<AttemptOut>
  })
  return pageText(items, page)
}

/** The attempt that the path names. @throws Refusal 404: it is not one of the message in the path */
async function attemptOf(
  engine: Engine,
  org: string,
  params: { app_id: string; msg_id: string; attempt_id: string },
): Promise<Attempt> {
  const message = await engine.messages.get(org, params.app_id, params.msg_id)
  const attempt = await engine.attempts.get(org, params.app_id, params.attempt_id)
  if (attempt.message !== message.id) throw notFound()
  return attempt
}
