import type { Route } from '../route.ts'
import { FilterDryRunIn, FilterDryRunOut } from '../schemas/filter.ts'

export const filterRoutes = [
  {
    method: 'POST',
    path: '/api/v1/app/{app_id}/filter/dry-run',
    operationId: 'filter.dryRun',
    summary: 'Try a filter on the newest messages; nothing is sent or stored',
    access: 'application',
    scope: 'integrations:read',
    body: FilterDryRunIn,
    status: 200,
    response: FilterDryRunOut,
    ignoresIdempotencyKey: true,
  },
] as const satisfies readonly Route[]
