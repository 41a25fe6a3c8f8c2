import { applicationFields } from '@posthorn/model'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { invalidField } from '../http/refusal.ts'
import { Reply, writtenReply } from '../http/reply.ts'
import { showKept } from '../http/show-kept.ts'
import { applicationInput, applicationOut, applicationPatch, applicationReplacement } from './application.ts'

export const applications: HandlersOf<'application'> = {
  'application.list': async ({ engine, org, query }) => {
    for (const name of ['exclude_apps_with_no_endpoints', 'exclude_apps_with_disabled_endpoints'] as const) {
      if (query[name]) throw invalidField(['query', name], `\`${name}=true\` is not supported here; leave it out.`)
    }
    return pageOut(await engine.applications.list(org, pageOptions(query)), applicationOut)
  },

  'application.create': idempotent({
    perform: async ({ engine, org, query, body, write }) => {
      const input = applicationInput(body)
      const { uid } = input
      if (query.get_if_exists !== true || uid == null) return engine.applications.create(org, input, write)
      const { row, created } = await engine.applications.findOrCreate(org, { ...input, uid }, write)
      return created ? row : new Reply(200, row)
    },
    present: showKept(applicationFields),
  }),

  'application.get': async ({ engine, org, params }) =>
    applicationOut(await engine.applications.get(org, params.app_id)),

  'application.upsert': async ({ engine, org, params, body, caller, write }) => {
    const given = { uid: body.uid, create: applicationInput(body), replace: applicationReplacement(body, caller) }
    return writtenReply(await engine.applications.put(org, params.app_id, given, write), applicationOut)
  },

  'application.patch': async ({ engine, org, params, body, write }) =>
    applicationOut(await engine.applications.update(org, params.app_id, applicationPatch(body), write)),

  'application.delete': async ({ engine, org, params, write }) => {
    await engine.applications.delete(org, params.app_id, write)
    return undefined
  },
}
