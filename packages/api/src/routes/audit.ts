import type { Route } from '../route.ts'
import { AuditList, auditQuery } from '../schemas/audit.ts'

export const auditRoutes = [
  {
    method: 'GET',
    path: '/api/v1/audit',
    operationId: 'audit.list',
    summary: 'List who showed or changed secrets, presets and dialects, the newest first',
    access: 'organization',
    scope: 'admin',
    query: auditQuery,
    status: 200,
    response: AuditList,
  },
  {
    method: 'GET',
    path: '/api/v1/app/{app_id}/audit',
    operationId: 'audit.listByApplication',
    summary: 'List the same for one application',
    access: 'application',
    scope: 'admin',
    query: auditQuery,
    status: 200,
    response: AuditList,
  },
] as const satisfies readonly Route[]
