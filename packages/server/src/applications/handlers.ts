import { EngineError } from '@posthorn/engine'
import { applicationFields } from '@posthorn/model'
import { isEngineId, replacedUid } from '../http/path-name.ts'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { invalidField, notFound, notThere } from '../http/refusal.ts'
import { Reply } from '../http/reply.ts'
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
      try {
        return await engine.applications.create(org, applicationInput(body), write)
      } catch (error) {
        const exists = error instanceof EngineError && error.code === 'conflict'
        if (!exists || query.get_if_exists !== true || body.uid == null) throw error
        return new Reply(200, await engine.applications.get(org, body.uid))
      }
    },
    present: showKept(applicationFields),
  }),

  'application.get': async ({ engine, org, params }) =>
    applicationOut(await engine.applications.get(org, params.app_id)),

  'application.upsert': async ({ engine, org, params, body, caller, write }) => {
    const id = params.app_id
    try {
      const current = await engine.applications.get(org, id)
      // The uid of an application is the vendor's. A customer's PUT without it keeps it.
      const uid = caller.app !== null && body.uid === undefined ? current.uid : replacedUid(id, current, body)
      const replacement = { ...applicationReplacement(body, caller), uid }
      return applicationOut(await engine.applications.replace(org, current.id, replacement, write))
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'not_found') throw error
      if (isEngineId('app', id)) throw notFound()
      if (write.ifMatch !== undefined) throw notThere()
      const created = await engine.applications.create(org, { ...applicationInput(body), uid: body.uid ?? id })
      return new Reply(201, applicationOut(created))
    }
  },

  'application.patch': async ({ engine, org, params, body, write }) =>
    applicationOut(await engine.applications.update(org, params.app_id, applicationPatch(body), write)),

  'application.delete': async ({ engine, org, params, write }) => {
    await engine.applications.delete(org, params.app_id, write)
    return undefined
  },
}
