import type { EventTypeIn, EventTypeOut, EventTypePatch } from '@posthorn/api'
import { EngineError, type EventType, type EventTypeInput } from '@posthorn/engine'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { Reply } from '../http/reply.ts'
import { isoTime } from '../iso-time.ts'
import { withoutUndefined } from '../without-undefined.ts'

export const eventTypes: HandlersOf<'eventType'> = {
  'eventType.list': async ({ engine, org, query }) => {
    const options = { ...pageOptions(query), includeArchived: query.include_archived ?? false }
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
        return engine.eventTypes.update(org, name, replacement(rest))
      }
    },
    present: eventTypeOut,
  }),

  'eventType.get': async ({ engine, org, params }) =>
    eventTypeOut(await engine.eventTypes.get(org, params.event_type_name)),

  'eventType.upsert': async ({ engine, org, params, body }) => {
    const name = params.event_type_name
    const existed = await engine.eventTypes.get(org, name).then(
      () => true,
      () => false,
    )
    const type = eventTypeOut(await engine.eventTypes.update(org, name, replacement(body), { upsert: true }))
    return existed ? type : new Reply(201, type)
  },

  'eventType.patch': async ({ engine, org, params, body }) =>
    eventTypeOut(await engine.eventTypes.update(org, params.event_type_name, patch(body))),

  'eventType.delete': async ({ engine, org, params, query }) => {
    await engine.eventTypes.delete(org, params.event_type_name, { expunge: query.expunge ?? false })
    return undefined
  },
}

function eventTypeOut(type: EventType): EventTypeOut {
  return {
    name: type.name,
    title: type.title,
    category: type.category,
    description: type.description,
    platforms: type.platforms === null ? null : [...type.platforms],
    sample: type.sample === null ? null : (JSON.parse(type.sample) as Record<string, unknown>),
    archived: type.archived,
    deprecated: type.deprecated,
    schemas: type.schemas === null ? null : { ...type.schemas },
    groupName: type.groupName,
    featureFlags: type.featureFlags === null ? null : [...type.featureFlags],
    featureFlag: type.featureFlags?.[0] ?? null,
    createdAt: isoTime(type.createdAt),
    updatedAt: isoTime(type.updatedAt),
  }
}

function eventTypeInput(body: EventTypeIn): EventTypeInput {
  const { name, ...rest } = body
  return { ...patch(rest), name }
}

function patch(body: EventTypePatch): Partial<Omit<EventTypeInput, 'name'>> {
  const { featureFlag, featureFlags, sample, ...rest } = body
  const older = featureFlag === undefined ? undefined : featureFlag === null ? null : [featureFlag]
  return withoutUndefined({
    ...rest,
    sample: sample && JSON.stringify(sample),
    featureFlags: featureFlags === undefined ? older : featureFlags,
  })
}

/** PUT, or an archived one that comes back: what is left out goes back to its default. */
function replacement(body: EventTypePatch): Partial<Omit<EventTypeInput, 'name'>> {
  return {
    title: '',
    category: null,
    platforms: null,
    sample: null,
    description: '',
    archived: false,
    deprecated: false,
    schemas: null,
    featureFlags: null,
    groupName: null,
    ...patch(body),
  }
}
