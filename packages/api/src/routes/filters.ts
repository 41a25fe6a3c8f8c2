import type { Route } from '../route.ts'
import { FilterDryRunIn, FilterDryRunOut } from '../schemas/filter.ts'

export const filterRoutes = [
  {
    method: 'POST',
    path: '/api/v1/app/{app_id}/filter/dry-run',
    operationId: 'filter.dryRun',
    summary: 'Which of the newest messages a filter would let through; nothing is sent or kept',
    access: 'application',
    scope: 'integrations:read',
    body: FilterDryRunIn,
    status: 200,
    response: FilterDryRunOut,
    ignoresIdempotencyKey: true,
  },
] as const satisfies readonly Route[]
