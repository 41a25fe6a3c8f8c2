import { notFound } from '../../errors.ts'
import type { Condition, Viewer, WriteOptions } from '../../write-options.ts'
import { idempotencyRecord } from '../../idempotency.ts'
import {
  changed,
  created,
  defaultsOf,
  eventTypeFields,
  type EventType,
  type EventTypeInput,
  type EventTypePatch,
} from '@posthorn/model'
import { organisationTurn } from '../../directory/write-turns.ts'
import { checkInput } from '../../checks/input.ts'
import { checkSchemas } from '../../checks/schemas.ts'
import { sees } from '../../checks/feature-flags.ts'
import { pageOf, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'
import { checkCondition, tagOfEventType } from '../tag.ts'

/** Event types of an organisation. */
export interface EventTypeResource {
  create(org: string, input: EventTypeInput, write?: WriteOptions): Promise<EventType>
  get(org: string, name: string, viewer?: Viewer): Promise<EventType>
  list(org: string, options?: PageOptions & Viewer & { includeArchived?: boolean }): Promise<Page<EventType>>
  /** `upsert`: created when it is not there, as the API's PUT does. */
  update(
    org: string,
    name: string,
    patch: EventTypePatch,
    options?: Condition & { upsert?: boolean },
  ): Promise<EventType>
  /** Archives it; `expunge` removes it. */
  delete(org: string, name: string, options?: Condition & { expunge?: boolean }): Promise<void>
}

const nameOnly = { name: eventTypeFields.name }

/** An event type of which only the name is known. */
export function freshEventType(org: string, name: string, now: number): EventType {
  return { ...defaultsOf(eventTypeFields), org, name, createdAt: now, updatedAt: now }
}

export function eventTypes(parts: ResourceParts): EventTypeResource {
  const { directory, clock } = parts

  /** Whether it exists for a viewer: a customer does not see what came with the preset of another application. */
  function has(org: string, { customer }: Viewer, name: string): boolean {
    return customer === undefined || directory.hasEventType(directory.application(org, customer), name)
  }

  function conditionHolds(org: string, row: EventType | null, condition: Condition): Promise<void> {
    return checkCondition(directory.writes, { kind: 'organisation', id: org }, condition, row && tagOfEventType(row))
  }

  return {
    async create(org, input, write = {}) {
      checkInput(eventTypeFields, input, 'create')
      checkSchemas(input.schemas)
      const now = clock.now()
      const row: EventType = { ...created(eventTypeFields, input), org, createdAt: now, updatedAt: now }
      const repeat = idempotencyRecord(write.idempotency, row, row.createdAt)
      await directory.writes.exclusively(organisationTurn(org), () =>
        directory.writes.write({ kind: 'event_type', row, create: true }, repeat),
      )
      return row
    },
    async get(org, name, viewer = {}) {
      const type = directory.eventType(org, name)
      if (!sees(viewer, type) || !has(org, viewer, name)) throw notFound('event type', name)
      return type
    },
    async list(org, options = {}) {
      const all = directory
        .eventTypes(org)
        .filter(
          (type) => (options.includeArchived || !type.archived) && sees(options, type) && has(org, options, type.name),
        )
      return pageOf(all, (row) => row.name, options)
    },
    update(org, name, patch, options = {}) {
      return directory.writes.exclusively(organisationTurn(org), async () => {
        checkInput(eventTypeFields, patch, 'patch')
        const before = directory.findEventType(org, name)
        if (!before) checkInput(nameOnly, { name }, 'create')
        checkSchemas(patch.schemas, before?.schemas)
        const create = !before && options.upsert === true
        await conditionHolds(org, create ? null : directory.eventType(org, name), options)
        const base = create ? freshEventType(org, name, clock.now()) : directory.eventType(org, name)
        const row: EventType = { ...base, ...changed(eventTypeFields, patch), updatedAt: clock.now() }
        await directory.writes.write({ kind: 'event_type', row, create })
        return row
      })
    },
    delete(org, name, options = {}) {
      return directory.writes.exclusively(organisationTurn(org), async () => {
        await conditionHolds(org, directory.eventType(org, name), options)
        const row = { ...directory.eventType(org, name), archived: true, updatedAt: clock.now() }
        await directory.writes.write(
          options.expunge ? { kind: 'delete_event_type', org, name } : { kind: 'event_type', row, create: false },
        )
      })
    },
  }
}
