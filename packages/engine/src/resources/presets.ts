import { isDeepStrictEqual } from 'node:util'
import { idempotencyRecord } from '../accept.ts'
import { checkFactKinds } from '../checks.ts'
import type { ApplicationEntry } from '../directory.ts'
import type { Engine } from '../engine.ts'
import { EngineError } from '../errors.ts'
import type { Application, EventType } from '../model.ts'
import type { Preset, PresetEventType } from '../presets/preset.ts'
import { checkSecretLength } from '../rules.ts'
import { speaking } from './applications.ts'
import { audited } from './audited.ts'
import { freshEventType } from './event-types.ts'
import type { ResourceParts } from './parts.ts'

export function presets(parts: ResourceParts): Engine['presets'] {
  const { directory, clock } = parts

  /** The event types to write, in the organisation's catalog; those that are there as they should be are left alone. */
  function eventTypesOf(org: string, preset: Preset): { readonly row: EventType; readonly before: EventType | null }[] {
    const now = clock.now()
    return preset.eventTypes.flatMap((type) => {
      const before = directory.findEventType(org, type.name)
      const row = { ...(before ?? freshEventType(org, type.name, now)), ...contentOf(type) }
      return before && isDeepStrictEqual(before, row) ? [] : [{ row: { ...row, updatedAt: now }, before }]
    })
  }

  /** Endpoints that are there already have to be possible under the vendor's policy. */
  function checkEndpoints(app: ApplicationEntry, preset: Preset): void {
    for (const entry of app.endpoints.values()) {
      const checked = parts.transport.check(entry.endpoint.url, { httpsOnly: preset.policy.httpsOnly })
      if (!checked.ok)
        throw new EngineError(
          'address_refused',
          `The endpoint ${entry.endpoint.id} does not fit ${preset.title}: ${checked.message}`,
          { field: 'name' },
        )
      for (const secret of directory.secretsOf(entry)) checkSecretLength(preset, secret)
    }
  }

  return {
    list: () => [...parts.presets.values()],
    get: (name) => directory.preset(name),

    async apply(org, app, input, options = {}) {
      const preset = directory.preset(input.name)
      const { id } = directory.application(org, app).application
      return directory.exclusively(`event types of ${org}`, () =>
        directory.exclusively(id, async () => {
          const entry = directory.application(org, id)
          const types = eventTypesOf(org, preset)
          if (!input.overwrite) refuseClashes(entry.application, preset, types)
          checkFactKinds(entry.application.facts, preset)
          checkEndpoints(entry, preset)
          const now = clock.now()
          const application: Application = { ...entry.application, preset: preset.name, dialect: null, updatedAt: now }
          const { keys, endpoints } = speaking(parts, { ...entry, application, preset })
          await directory.writeAll(
            [
              { kind: 'application', row: { application, keys }, create: false },
              ...endpoints,
              ...types.map(({ row, before }) => ({ kind: 'event_type', row, create: before === null }) as const),
              audited(parts, options, {
                org,
                app: id,
                action: 'preset.applied',
                target: preset.name,
                detail: { eventTypes: types.length, overwrite: input.overwrite ?? false },
              }),
            ],
            idempotencyRecord(options.idempotency, application, now),
          )
          parts.changed(id)
          return application
        }),
      )
    },
  }
}

/** What a preset says about an event type; the rest of a row is the organisation's. */
function contentOf(type: PresetEventType): Partial<EventType> {
  return {
    title: type.title,
    description: type.description,
    category: type.category,
    groupName: type.category.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    platforms: type.platforms,
    sample: type.sample === null ? null : JSON.stringify(type.sample),
    schemas: type.schema === null ? null : { '1': type.schema },
    archived: false,
  }
}

function refuseClashes(
  application: Application,
  preset: Preset,
  types: readonly { readonly row: EventType; readonly before: EventType | null }[],
): void {
  const clashes = types.flatMap(({ row, before }) => (before === null ? [] : [`the event type ${row.name}`]))
  if (application.dialect !== null && application.dialect !== preset.dialect)
    clashes.push(`the application's dialect ${application.dialect}`)
  if (clashes.length === 0) return
  throw new EngineError(
    'conflict',
    `The preset ${preset.name} says something else than what is there: ${clashes.join(', ')}. Apply it with \`overwrite\` to replace these, or change them first. Nothing was changed.`,
  )
}
