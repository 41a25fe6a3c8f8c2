import type { QueryOf, RouteOf } from '@posthorn/api'
import type { AttemptFilter } from '@posthorn/engine'
import { failures } from '../attempts/status.ts'
import type { HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { withoutUndefined } from '../without-undefined.ts'
import { logEntry } from './entry.ts'

export const log: Pick<HandlersOf<'log'>, 'log.list' | 'log.summary'> = {
  'log.list': async ({ engine, org, params, query }) =>
    pageOut(await engine.attempts.list(org, params.app_id, { ...pageOptions(query), ...filterOf(query) }), logEntry),

  'log.summary': async ({ engine, org, params, query }) => {
    const { total, success, failed } = await engine.attempts.summary(org, params.app_id, filterOf(query))
    return { total, success, failed }
  },
}

function filterOf(query: QueryOf<RouteOf<'log.summary'>>): AttemptFilter {
  const { code, status } = query
  return withoutUndefined({
    after: query.after,
    before: query.before,
    requestId: query.request_id,
    eventTypes: query.event_type,
    endpoint: query.endpoint_id,
    results: status === undefined ? undefined : status === 'failed' ? failures : [status],
    code: code === undefined || code.endsWith('xx') ? undefined : Number(code),
    codeClass: code?.endsWith('xx') ? Number(code[0]) : undefined,
  })
}
