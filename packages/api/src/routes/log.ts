import type { Route } from '../route.ts'
import { LogEntry, LogList, logQuery, LogSummary, logSummaryQuery } from '../schemas/log.ts'

export const logRoutes = [
  {
    method: 'GET',
    path: '/api/v1/app/{app_id}/log',
    operationId: 'log.list',
    summary: 'Search the log of attempts, the newest first',
    access: 'application',
    scope: 'integrations:read',
    query: logQuery,
    status: 200,
    response: LogList,
  },
  {
    method: 'GET',
    path: '/api/v1/app/{app_id}/log/summary',
    operationId: 'log.summary',
    summary: 'Count attempts with the same filters',
    access: 'application',
    scope: 'integrations:read',
    query: logSummaryQuery,
    status: 200,
    response: LogSummary,
  },
  {
    method: 'GET',
    path: '/api/v1/log/stream',
    operationId: 'log.stream',
    summary:
      'Stream each attempt when it is recorded, as server-sent events: of all applications, or of the one of the token',
    access: 'application',
    scope: 'integrations:read',
    // The application of the token may be deleted.
    refusals: ['not_found'],
    status: 200,
    response: LogEntry,
    stream: true,
  },
] as const satisfies readonly Route[]
