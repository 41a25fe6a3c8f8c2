import type { AttemptOut, EndpointMessageOut } from '@posthorn/api'
import { EngineError, type Attempt, type AttemptFilter, type Engine, type Message, type Page } from '@posthorn/engine'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { pageOptions } from '../http/paging.ts'
import { notFound } from '../http/refusal.ts'
import { JsonText, pageText, withRawMember } from '../http/json-text.ts'
import { messageHead, messageText, payloadText } from '../messages/message.ts'
import { withoutUndefined } from '../without-undefined.ts'
import { attemptOut, destinationOut, resultsOf, standing, type AttemptView } from './attempt.ts'

/** Filters of the lists of attempts that are the same for a message and an endpoint. */
interface ListQuery {
  readonly limit?: number | undefined
  readonly iterator?: string | undefined
  readonly status?: 0 | 1 | 2 | 3 | 4 | undefined
  readonly status_code_class?: number | undefined
  readonly channel?: string | undefined
  readonly tag?: string | undefined
  readonly before?: number | undefined
  readonly after?: number | undefined
  readonly event_types?: string[] | undefined
  readonly with_content?: boolean | undefined
  readonly expanded_statuses?: boolean | undefined
}

export const attempts: HandlersOf<'attempt'> = {
  'attempt.listByMessage': async ({ engine, org, params, query }) => {
    const message = await engine.messages.get(org, params.app_id, params.msg_id)
    const filter = withoutUndefined({ ...filterOf(query), message: message.id, endpoint: query.endpoint_id })
    return attemptPage(await list(engine, org, params.app_id, filter), viewOf(query))
  },

  'attempt.listByEndpoint': async ({ engine, org, params, query }) => {
    const endpoint = await engine.endpoints.get(org, params.app_id, params.endpoint_id)
    const page = await list(engine, org, params.app_id, { ...filterOf(query), endpoint: endpoint.id })
    const messages =
      query.with_msg === true ? await messagesOf(engine, org, params.app_id, page.data) : new Map<string, Message>()
    return attemptPage(page, viewOf(query), messages)
  },

  'attempt.get': async ({ engine, org, params, query }) => {
    const attempt = await attemptOf(engine, org, params)
    const body = await engine.attempts.requestBody(attempt)
    return attemptOut(attempt, viewOf({ ...query, with_content: true }), body)
  },

  'attempt.expungeContent': async ({ engine, org, params }) => {
    const attempt = await attemptOf(engine, org, params)
    await engine.attempts.expungeContent(org, params.app_id, attempt.id)
    return undefined
  },

  'attempt.listDestinations': async ({ engine, org, params, query }) => {
    const all = (await engine.messages.deliveries(org, params.app_id, params.msg_id)).map(destinationOut)
    all.sort((a, b) => (a.id < b.id ? -1 : 1))
    const rest = query.iterator === undefined ? all : all.filter(({ id }) => id > query.iterator!)
    const data = rest.slice(0, query.limit ?? 50)
    return {
      data,
      iterator: data.at(-1)?.id ?? null,
      prevIterator: data[0]?.id ?? null,
      done: data.length === rest.length,
    }
  },

  'attempt.listMessages': async ({ engine, org, params, query }) => {
    const { app_id: app } = params
    const endpoint = await engine.endpoints.get(org, app, params.endpoint_id)
    const filter = { ...filterOf({ ...query, status: undefined }), endpoint: endpoint.id }
    const limit = query.limit ?? 50
    const found: JsonText<EndpointMessageOut>[] = []
    let page: Page<Attempt> | undefined
    // How a delivery stands is known of the newest attempt only, so the status is looked at here; some pages at a time.
    for (let pages = 0; pages < 10 && found.length < limit && page?.done !== true; pages++) {
      const iterator: string | null = page === undefined ? (query.iterator ?? null) : page.iterator
      page = await engine.attempts.latestOfEachMessage(org, app, { ...filter, limit: limit - found.length, iterator })
      const wanted = page.data.filter(
        (attempt) => query.status === undefined || standing(attempt, endpoint).status === query.status,
      )
      const messages = await messagesOf(engine, org, app, wanted)
      for (const attempt of wanted) {
        const message = messages.get(attempt.message)
        if (message === undefined) continue
        const head = { ...messageHead(message), ...standing(attempt, endpoint) }
        found.push(withRawMember(head, 'payload', payloadText(message, query.with_content ?? true)))
      }
    }
    const { iterator = null, prevIterator = null, done = true } = page ?? {}
    return pageText(found, { iterator, prevIterator, done })
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
    results: query.status === undefined ? undefined : resultsOf(query.status),
    codeClass: query.status_code_class,
    channel: query.channel,
    tag: query.tag,
    before: query.before,
    after: query.after,
    eventTypes: query.event_types,
  })
}

/** No attempt that is over is pending or sending: asking for those is an empty page, not every result. */
async function list(engine: Engine, org: string, app: string, filter: AttemptFilter): Promise<Page<Attempt>> {
  if (filter.results?.length === 0) return { data: [], iterator: null, prevIterator: null, done: true }
  return engine.attempts.list(org, app, filter)
}

function viewOf(query: Pick<ListQuery, 'with_content' | 'expanded_statuses'>): AttemptView {
  return { withContent: query.with_content ?? true, expandedStatuses: query.expanded_statuses ?? false }
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

async function messagesOf(
  engine: Engine,
  org: string,
  app: string,
  page: readonly Attempt[],
): Promise<Map<string, Message>> {
  const ids = [...new Set(page.map((attempt) => attempt.message))]
  const found = await Promise.all(ids.map((id) => engine.messages.get(org, app, id).catch(unlessMissing)))
  return new Map(found.flatMap((message) => (message === null ? [] : [[message.id, message]])))
}

/** A message whose retention ended is missing from a list; its attempts may still be there. */
function unlessMissing(error: unknown): null {
  if (error instanceof EngineError && error.code === 'not_found') return null
  throw error
}

/** The attempt, when it is one of the message in the path. */
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
