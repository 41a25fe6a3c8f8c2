import { applicationRoutes } from './applications.ts'
import { attemptRoutes } from './attempts.ts'
import { auditRoutes } from './audit.ts'
import { dialectRoutes } from './dialects.ts'
import { endpointRoutes } from './endpoints.ts'
import { eventTypeRoutes } from './event-types.ts'
import { filterRoutes } from './filters.ts'
import { healthRoutes } from './health.ts'
import { logRoutes } from './log.ts'
import { messageRoutes } from './messages.ts'
import { operationRoutes } from './operations.ts'
import { presetRoutes } from './presets.ts'
import { signingKeyRoutes } from './signing-keys.ts'

/** Every operation, in the order of the documentation. The handlers of the server are a record with exactly these ids. */
export const routes = [
  ...healthRoutes,
  ...applicationRoutes,
  ...endpointRoutes,
  ...filterRoutes,
  ...signingKeyRoutes,
  ...eventTypeRoutes,
  ...messageRoutes,
  ...attemptRoutes,
  ...logRoutes,
  ...operationRoutes,
  ...dialectRoutes,
  ...presetRoutes,
  ...auditRoutes,
] as const

export type ApiRoute = (typeof routes)[number]
export type OperationId = ApiRoute['operationId']
export type RouteOf<Id extends OperationId> = Extract<ApiRoute, { readonly operationId: Id }>
