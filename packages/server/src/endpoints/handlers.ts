import { tagOfEndpoint, type Message, type Recovery } from '@posthorn/engine'
import { mayDo } from '../auth/authorize.ts'
import { requireObject } from '../http/json-body.ts'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { tagged, writtenReply } from '../http/reply.ts'
import { isoTime } from '../iso-time.ts'
import { messageText } from '../messages/message.ts'
import { withoutUndefined } from '../without-undefined.ts'
import {
  endpointInput,
  endpointOut,
  endpointPatch,
  endpointReplacement,
  endpointReply,
  keptEndpointReply,
} from './endpoint.ts'
import { headerChanges, headersOut } from './headers.ts'
import { secretOut } from './secret.ts'
import { mockOut, testOut } from './trial.ts'

export const endpoints: HandlersOf<'endpoint'> = {
  'endpoint.list': async ({ engine, org, params, query }) =>
    pageOut(await engine.endpoints.list(org, params.app_id, pageOptions(query)), endpointOut),

  'endpoint.create': idempotent({
    perform: ({ engine, org, params, body, write }) =>
      engine.endpoints.create(org, params.app_id, endpointInput(body), write),
    present: keptEndpointReply,
  }),

  'endpoint.get': async ({ engine, org, params }) =>
    endpointReply(await engine.endpoints.get(org, params.app_id, params.endpoint_id)),

  'endpoint.upsert': async ({ engine, org, params, body, caller, write }) => {
    const { app_id: app, endpoint_id: name } = params
    const given = { uid: body.uid, create: endpointInput(body), replace: endpointReplacement(body, caller) }
    return writtenReply(await engine.endpoints.put(org, app, name, given, write), endpointReply)
  },

  'endpoint.patch': async ({ engine, org, params, body, write }) =>
    endpointReply(await engine.endpoints.update(org, params.app_id, params.endpoint_id, endpointPatch(body), write)),

  'endpoint.delete': async ({ engine, org, params, write }) => {
    await engine.endpoints.delete(org, params.app_id, params.endpoint_id, write)
    return undefined
  },

  'endpoint.getHeaders': async ({ engine, org, params }) => {
    const endpoint = await engine.endpoints.get(org, params.app_id, params.endpoint_id)
    // Not a tag of the answer, in which values are hidden.
    return tagged(headersOut(endpoint.headers), tagOfEndpoint(endpoint))
  },

  'endpoint.setHeaders': async ({ engine, org, params, body, write }) => {
    await engine.endpoints.update(org, params.app_id, params.endpoint_id, { headers: body.headers }, write)
    return undefined
  },

  'endpoint.patchHeaders': async ({ engine, org, params, body, write }) => {
    const { app_id: app, endpoint_id: id } = params
    await engine.endpoints.changeHeaders(org, app, id, headerChanges(body.headers, body.deleteHeaders ?? []), write)
    return undefined
  },

  'endpoint.getSecret': async ({ engine, org, params, write }) => {
    const { app_id: app, endpoint_id: id } = params
    return secretOut(await engine.endpoints.secrets(org, app, id, write))
  },

  'endpoint.subscribe': async ({ engine, org, params, body, write }) =>
    endpointReply(await engine.endpoints.subscribe(org, params.app_id, params.endpoint_id, body.eventType, write)),

  'endpoint.unsubscribe': async ({ engine, org, params, body, write }) =>
    endpointReply(await engine.endpoints.unsubscribe(org, params.app_id, params.endpoint_id, body.eventType, write)),

  'endpoint.activate': async ({ engine, org, params, write }) =>
    endpointReply(await engine.endpoints.activate(org, params.app_id, params.endpoint_id, write)),

  'endpoint.deactivate': async ({ engine, org, params, write }) =>
    endpointReply(await engine.endpoints.deactivate(org, params.app_id, params.endpoint_id, write)),

  'endpoint.test': async ({ engine, org, params, caller }) =>
    testOut(await engine.endpoints.test(org, params.app_id, params.endpoint_id), mayDo(caller, 'secrets:read')),

  'endpoint.rotateSecret': idempotent({
    perform: ({ engine, org, params, body, write }) => {
      const input = withoutUndefined({
        secret: body.key ?? undefined,
        overlapSeconds: body.gracePeriodSeconds ?? undefined,
      })
      return engine.endpoints.rotateSecret(org, params.app_id, params.endpoint_id, input, write)
    },
    present: () => undefined,
  }),

  'endpoint.getStats': async ({ engine, org, params, query }) => {
    const stats = await engine.endpoints.stats(org, params.app_id, params.endpoint_id, withoutUndefined(query))
    const { success, pending, sending, failed, held, endpointDisabled } = stats
    // As the status of one delivery has it: what is held counts as failed, and what waits for an endpoint that is off as canceled.
    return { success, pending, sending, fail: failed + held, canceled: endpointDisabled }
  },

  'endpoint.recover': idempotent({
    perform: ({ engine, org, params, body, write }) => {
      const range = withoutUndefined({ since: body.since, until: body.until ?? undefined })
      return engine.endpoints.recover(org, params.app_id, params.endpoint_id, range, write)
    },
    // The work is queued when this is answered, so the task has finished.
    present: ({ id, queued, at }: Recovery) => ({
      id,
      updatedAt: isoTime(at),
      status: 'finished' as const,
      task: 'endpoint.recover' as const,
      data: { messagesSent: queued },
    }),
  }),

  'endpoint.sendExample': idempotent({
    perform: ({ engine, org, params, body, write }) =>
      engine.endpoints.sendExample(org, params.app_id, params.endpoint_id, withoutUndefined(body), write),
    present: (message: Message) => messageText(message, true),
  }),

  'endpoint.mock': async ({ engine, org, params, body, raw, caller, viewer }) => {
    const payload = raw === null ? undefined : requireObject(raw, ['body', 'payload'])
    const input = withoutUndefined({ ...body, payload })
    const result = await engine.endpoints.mock(org, params.app_id, params.endpoint_id, input, viewer)
    return mockOut(result, mayDo(caller, 'secrets:read'))
  },
}
