import type { AuditEntry } from '@posthorn/engine'
import type { HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { isoTime } from '../iso-time.ts'

export const audit: HandlersOf<'audit'> = {
  'audit.list': async ({ engine, org, query }) => pageOut(await engine.audit.list(org, pageOptions(query)), auditOut),

  'audit.listByApplication': async ({ engine, org, params, query }) =>
    pageOut(await engine.audit.list(org, { ...pageOptions(query), app: params.app_id }), auditOut),
}

function auditOut({ id, app, at, actor, action, target, detail }: AuditEntry) {
  return { id, appId: app, timestamp: isoTime(at), actor, action, target, detail: { ...detail } }
}
