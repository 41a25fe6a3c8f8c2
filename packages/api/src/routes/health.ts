import type { Route } from '../route.ts'
import { Liveness, Readiness } from '../schemas/health.ts'

export const healthRoutes = [
  {
    method: 'GET',
    path: '/livez',
    operationId: 'health.live',
    summary: 'The process runs',
    access: 'public',
    scope: null,
    status: 200,
    response: Liveness,
  },
  {
    method: 'GET',
    path: '/readyz',
    operationId: 'health.ready',
    summary: 'The server takes requests; if not (503), why',
    access: 'public',
    scope: null,
    status: 200,
    response: Readiness,
  },
  {
    method: 'GET',
    path: '/api/v1/health',
    operationId: 'health.get',
    summary: 'As /readyz, without a body',
    access: 'public',
    scope: null,
    status: 204,
    response: null,
  },
] as const satisfies readonly Route[]
