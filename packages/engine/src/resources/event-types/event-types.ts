import { idempotencyRecord } from '../../idempotency.ts'
import type { Engine, EventTypeInput } from '../../engine.ts'
import type { EventType } from '../../model.ts'
import { checkEventTypeName, checkPlatforms, checkSample } from '../../checks/checks.ts'
import { withoutUndefined } from '../applications/applications.ts'
import { organisationTurn } from '../../directory/turns.ts'
import { pageOf } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'

/** An event type of which only the name is known. */
export function freshEventType(org: string, name: string, now: number): EventType {
  return {
    org,
    name,
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
    createdAt: now,
    updatedAt: now,
  }
}

export function eventTypes(parts: ResourceParts): Engine['eventTypes'] {
  const { directory, clock } = parts

  function check(input: Partial<EventTypeInput>): void {
    if (input.platforms) checkPlatforms(input.platforms)
    if (input.sample != null) checkSample(input.sample)
  }

  return {
    async create(org, input, write = {}) {
      checkEventTypeName(input.name, 'name')
      check(input)
      const row: EventType = { ...freshEventType(org, input.name, clock.now()), ...withoutUndefined(input) }
      const repeat = idempotencyRecord(write.idempotency, row, row.createdAt)
      await directory.exclusively(organisationTurn(org), () =>
        directory.write({ kind: 'event_type', row, create: true }, repeat),
      )
      return row
    },
    async get(org, name) {
      return directory.eventType(org, name)
    },
    async list(org, options = {}) {
      const all = directory.eventTypes(org).filter((type) => options.includeArchived || !type.archived)
      return pageOf(all, (row) => row.name, options)
    },
    update(org, name, patch, options = {}) {
      return directory.exclusively(organisationTurn(org), async () => {
        check(patch)
        const before = directory.findEventType(org, name)
        if (!before) checkEventTypeName(name, 'name')
        const create = !before && options.upsert === true
        const base = create ? freshEventType(org, name, clock.now()) : directory.eventType(org, name)
        const row: EventType = { ...base, ...withoutUndefined(patch), updatedAt: clock.now() }
        await directory.write({ kind: 'event_type', row, create })
        return row
      })
    },
    delete(org, name, options = {}) {
      return directory.exclusively(organisationTurn(org), async () => {
        const row = { ...directory.eventType(org, name), archived: true, updatedAt: clock.now() }
        await directory.write(
          options.expunge ? { kind: 'delete_event_type', org, name } : { kind: 'event_type', row, create: false },
        )
      })
    },
  }
}
