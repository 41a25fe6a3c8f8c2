import { randomBytes } from 'node:crypto'
import { EngineError } from '@posthorn/engine'
import { mayDo } from '../auth/caller.ts'
import { requireObject } from '../http/body.ts'
import type { HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/page.ts'
import { notFound } from '../http/refusal.ts'
import { Reply } from '../http/reply.ts'
import { present, time, timeOrNull } from '../present.ts'
import {
  endpointInput,
  endpointOut,
  endpointPatch,
  endpointReplacement,
  headersOut,
  mergedHeaders,
  mockOut,
  testOut,
} from './endpoint.ts'

/** As for applications: ours to give, so a PUT to one that does not exist is a 404. */
const generated = /^ep_[0-9A-Za-z]{16}$/

export const endpoints: HandlersOf<'endpoint'> = {
  'endpoint.list': async ({ engine, org, params, query }) =>
    pageOut(await engine.endpoints.list(org, params.app_id, pageOptions(query)), endpointOut),

  'endpoint.create': async ({ engine, org, params, body, once }) =>
    endpointOut(await engine.endpoints.create(org, params.app_id, endpointInput(body), once(endpointOut))),

  'endpoint.get': async ({ engine, org, params }) =>
    endpointOut(await engine.endpoints.get(org, params.app_id, params.endpoint_id)),

  'endpoint.upsert': async ({ engine, org, params, body, caller }) => {
    const { app_id: app, endpoint_id: id } = params
    try {
      const current = await engine.endpoints.get(org, app, id)
      const uid = body.uid === undefined ? current.uid : body.uid
      const replacement = { ...endpointReplacement(body), uid }
      return endpointOut(await engine.endpoints.update(org, app, current.id, replacement, caller))
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'not_found') throw error
      if (generated.test(id)) throw notFound()
      const created = await engine.endpoints.create(org, app, { ...endpointInput(body), uid: body.uid ?? id }, caller)
      return new Reply(201, endpointOut(created))
    }
  },

  'endpoint.patch': async ({ engine, org, params, body, caller }) =>
    endpointOut(await engine.endpoints.update(org, params.app_id, params.endpoint_id, endpointPatch(body), caller)),

  'endpoint.delete': async ({ engine, org, params, caller }) => {
    await engine.endpoints.delete(org, params.app_id, params.endpoint_id, caller)
    return undefined
  },

  'endpoint.getHeaders': async ({ engine, org, params }) =>
    headersOut((await engine.endpoints.get(org, params.app_id, params.endpoint_id)).headers),

  'endpoint.setHeaders': async ({ engine, org, params, body, caller }) => {
    await engine.endpoints.update(org, params.app_id, params.endpoint_id, { headers: body.headers }, caller)
    return undefined
  },

  'endpoint.patchHeaders': async ({ engine, org, params, body, caller }) => {
    const { headers } = await engine.endpoints.get(org, params.app_id, params.endpoint_id)
    const merged = mergedHeaders(headers, body.headers, body.deleteHeaders ?? [])
    await engine.endpoints.update(org, params.app_id, params.endpoint_id, { headers: merged }, caller)
    return undefined
  },

  'endpoint.getSecret': async ({ engine, org, params, caller }) => {
    const { app_id: app, endpoint_id: id } = params
    const { secret, publicKey, signsFrom, secondary } = await engine.endpoints.secrets(org, app, id, caller)
    return { key: secret, publicKey, signsFrom: timeOrNull(signsFrom), secondaryKey: secondary }
  },

  'endpoint.activate': async ({ engine, org, params, caller }) =>
    endpointOut(await engine.endpoints.activate(org, params.app_id, params.endpoint_id, caller)),

  'endpoint.deactivate': async ({ engine, org, params, caller }) =>
    endpointOut(await engine.endpoints.deactivate(org, params.app_id, params.endpoint_id, caller)),

  'endpoint.test': async ({ engine, org, params, caller }) =>
    testOut(await engine.endpoints.test(org, params.app_id, params.endpoint_id), mayDo(caller, 'secrets:read')),

  'endpoint.rotateSecret': async ({ engine, org, params, body, once }) => {
    const input = present({ secret: body.key ?? undefined, overlapSeconds: body.gracePeriodSeconds ?? undefined })
    await engine.endpoints.rotateSecret(
      org,
      params.app_id,
      params.endpoint_id,
      input,
      once<null>(() => undefined),
    )
    return undefined
  },

  'endpoint.getStats': async ({ engine, org, params, query }) => {
    const stats = await engine.endpoints.stats(org, params.app_id, params.endpoint_id, present(query))
    const { success, pending, sending, failed } = stats
    return { success, pending, sending, fail: failed, canceled: 0 }
  },

  'endpoint.recover': async ({ engine, org, params, body, once }) => {
    // The work is queued when this is answered, so the task is over at once.
    const task = { id: `qtask_${randomBytes(16).toString('hex').slice(0, 27)}`, updatedAt: time(Date.now()) }
    const render = ({ queued }: { queued: number }) => ({
      ...task,
      status: 'finished' as const,
      task: 'endpoint.recover' as const,
      data: { messagesSent: queued },
    })
    const range = present({ since: body.since, until: body.until ?? undefined })
    return render(await engine.endpoints.recover(org, params.app_id, params.endpoint_id, range, once(render)))
  },

  'endpoint.mock': async ({ engine, org, params, body, raw, caller }) => {
    const payload = raw === null ? undefined : requireObject(raw, ['body', 'payload'])
    const input = present({ ...body, payload })
    const result = await engine.endpoints.mock(org, params.app_id, params.endpoint_id, input)
    return mockOut(result, mayDo(caller, 'secrets:read'))
  },
}
