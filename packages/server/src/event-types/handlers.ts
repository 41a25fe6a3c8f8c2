import { EngineError } from '@posthorn/engine'
import { eventTypeFields } from '@posthorn/model'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { Reply } from '../http/reply.ts'
import { showKept } from '../http/show-kept.ts'
import { eventTypeInput, eventTypeOut, eventTypePatch, eventTypeReplacement } from './event-type.ts'

export const eventTypes: HandlersOf<'eventType'> = {
  'eventType.list': async ({ engine, org, query, write }) => {
    const options = { ...pageOptions(query), includeArchived: query.include_archived ?? false, ...write }
    const page = await engine.eventTypes.list(org, options)
    return pageOut(page, (type) => ({
      ...eventTypeOut(type),
      ...(query.with_content === true ? {} : { schemas: null, sample: null }),
    }))
  },

  'eventType.create': idempotent({
    perform: async ({ engine, org, body, write }) => {
      try {
        return await engine.eventTypes.create(org, eventTypeInput(body), write)
      } catch (error) {
        if (!(error instanceof EngineError) || error.code !== 'conflict') throw error
        const { name, ...rest } = body
        const current = await engine.eventTypes.get(org, name)
        if (!current.archived) throw error
        // An archived event type of this name is restored, with the fields of this request.
        return engine.eventTypes.update(org, name, eventTypeReplacement(rest))
      }
    },
    present: showKept(eventTypeFields),
  }),

  'eventType.get': async ({ engine, org, params, write }) =>
    eventTypeOut(await engine.eventTypes.get(org, params.event_type_name, write)),

  'eventType.upsert': async ({ engine, org, params, body, write }) => {
    const name = params.event_type_name
    const existed = await engine.eventTypes.get(org, name).then(
      () => true,
      () => false,
    )
    const type = eventTypeOut(
      await engine.eventTypes.update(org, name, eventTypeReplacement(body), { ...write, upsert: true }),
    )
    return existed ? type : new Reply(201, type)
  },

  'eventType.patch': async ({ engine, org, params, body, write }) =>
    eventTypeOut(await engine.eventTypes.update(org, params.event_type_name, eventTypePatch(body), write)),

  'eventType.delete': async ({ engine, org, params, query, write }) => {
    await engine.eventTypes.delete(org, params.event_type_name, { ...write, expunge: query.expunge ?? false })
    return undefined
  },
}
