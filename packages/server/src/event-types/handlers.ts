import { eventTypeFields } from '@posthorn/model'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { writtenReply } from '../http/reply.ts'
import { showKept } from '../http/show-kept.ts'
import { eventTypeInput, eventTypeOut, eventTypePatch, eventTypeReplacement } from './event-type.ts'

export const eventTypes: HandlersOf<'eventType'> = {
  'eventType.list': async ({ engine, org, query, viewer }) => {
    const options = { ...pageOptions(query), includeArchived: query.include_archived ?? false, ...viewer }
    const page = await engine.eventTypes.list(org, options)
    return pageOut(page, (type) => ({
      ...eventTypeOut(type),
      ...(query.with_content === true ? {} : { schemas: null, sample: null }),
    }))
  },

  'eventType.create': idempotent({
    perform: ({ engine, org, body, write }) => engine.eventTypes.create(org, eventTypeInput(body), write),
    present: showKept(eventTypeFields),
  }),

  'eventType.get': async ({ engine, org, params, viewer }) =>
    eventTypeOut(await engine.eventTypes.get(org, params.event_type_name, viewer)),

  'eventType.upsert': async ({ engine, org, params, body, write }) => {
    const patch = eventTypeReplacement(body)
    return writtenReply(await engine.eventTypes.put(org, params.event_type_name, patch, write), eventTypeOut)
  },

  'eventType.patch': async ({ engine, org, params, body, write }) =>
    eventTypeOut(await engine.eventTypes.update(org, params.event_type_name, eventTypePatch(body), write)),

  'eventType.delete': async ({ engine, org, params, query, write }) => {
    await engine.eventTypes.delete(org, params.event_type_name, { ...write, expunge: query.expunge ?? false })
    return undefined
  },
}
