import { answerOf, auditEntryFields } from '@posthorn/model'
import type { HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'

export const audit: HandlersOf<'audit'> = {
  'audit.list': async ({ engine, org, query }) => pageOut(await engine.audit.list(org, pageOptions(query)), auditOut),

  'audit.listByApplication': async ({ engine, org, params, query }) =>
    pageOut(await engine.audit.list(org, { ...pageOptions(query), app: params.app_id }), auditOut),
}

const auditOut = answerOf(auditEntryFields)
