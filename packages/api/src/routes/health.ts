import type { Route } from '../route.ts'
import { Liveness, Readiness } from '../schemas/health.ts'

export const healthRoutes = [
  {
    method: 'GET',
    path: '/livez',
    operationId: 'health.live',
    summary: 'Check that the process runs',
    access: 'public',
    scope: null,
    status: 200,
    response: Liveness,
  },
  {
    method: 'GET',
    path: '/readyz',
    operationId: 'health.ready',
    summary: 'Check that the server takes requests; a 503 says why it does not',
    access: 'public',
    scope: null,
    status: 200,
    response: Readiness,
    refusals: ['not_serving'],
  },
  {
    method: 'GET',
    path: '/api/v1/health',
    operationId: 'health.get',
    summary: 'The same as /readyz, without a body',
    access: 'public',
    scope: null,
    status: 204,
    response: null,
    refusals: ['not_serving'],
  },
  {
    method: 'GET',
    path: '/api/v1/health/ping',
    operationId: 'health.ping',
    svix: true,
    summary: 'The same as /livez, without a body',
    access: 'public',
    scope: null,
    status: 204,
    response: null,
  },
] as const satisfies readonly Route[]
