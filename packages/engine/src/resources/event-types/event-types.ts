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
import { changedAt } from '../../clock.ts'
import { organisationTurn } from '../../directory/write-turns.ts'
import { checkInput } from '../../checks/input.ts'
import { checkOrganisation } from '../../checks/organisation.ts'
import { checkSchemas } from '../../checks/schemas.ts'
import { sees } from '../../checks/feature-flags.ts'
import { listOfRows, readPage, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'
import type { Written } from '../put.ts'
import { checkCondition, tagOfEventType } from '../../checks/tag.ts'

/** Event types of an organisation. */
export interface EventTypeResource {
  /** One that is archived is restored, with these fields. */
  create(org: string, input: EventTypeInput, write?: WriteOptions): Promise<EventType>
  get(org: string, name: string, viewer?: Viewer): Promise<EventType>
  list(org: string, options?: PageOptions & Viewer & { includeArchived?: boolean }): Promise<Page<EventType>>
  update(org: string, name: string, patch: EventTypePatch, condition?: Condition): Promise<EventType>
  /** Changes it, or creates it. */
  put(org: string, name: string, patch: EventTypePatch, condition?: Condition): Promise<Written<EventType>>
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

  /** Changes it, or creates it where it was not there before, in the turn of its organisation. */
  async function change(
    org: string,
    name: string,
    before: EventType | null,
    patch: EventTypePatch,
    condition: Condition,
  ): Promise<EventType> {
    checkInput(eventTypeFields, patch, 'patch')
    if (!before) {
      checkOrganisation(directory, org)
      checkInput(nameOnly, { name }, 'create')
    }
    checkSchemas(patch.schemas, before?.schemas)
    await conditionHolds(org, before, condition)
    const base = before ?? freshEventType(org, name, clock.now())
    const updatedAt = before ? changedAt(clock, before) : base.updatedAt
    const row: EventType = { ...base, ...changed(eventTypeFields, patch), updatedAt }
    await directory.writes.write({ kind: 'event_type', row, create: before === null })
    return row
  }

  return {
    async create(org, input, write = {}) {
      checkInput(eventTypeFields, input, 'create')
      checkOrganisation(directory, org)
      checkSchemas(input.schemas)
      const now = clock.now()
      return directory.writes.exclusively(organisationTurn(org), async () => {
        const before = directory.findEventType(org, input.name)
        const archived = before?.archived ? before : null
        const row: EventType = {
          ...created(eventTypeFields, input),
          org,
          createdAt: archived?.createdAt ?? now,
          updatedAt: archived ? changedAt(clock, archived) : now,
        }
        const change = { kind: 'event_type', row, create: archived === null } as const
        await directory.writes.write(change, idempotencyRecord(write.idempotency, row, now))
        return row
      })
    },
    async get(org, name, viewer = {}) {
      const type = directory.eventType(org, name)
      if (!sees(viewer, type) || !has(org, viewer, name)) throw notFound('event type', name)
      return type
    },
    async list(org, options = {}) {
      const all = directory.eventTypes(org).filter((type) => sees(options, type) && has(org, options, type.name))
      const shown = all.filter((type) => options.includeArchived || !type.archived)
      const list = listOfRows(`event types ${org}`, shown, (row) => row.name)
      // Also an archived one is a place to go on from.
      const there: typeof list = { ...list, has: (name) => all.some((type) => type.name === name) }
      return readPage(there, options, 'ascending')
    },
    async update(org, name, patch, condition = {}) {
      return directory.writes.exclusively(organisationTurn(org), () =>
        change(org, name, directory.eventType(org, name), patch, condition),
      )
    },
    async put(org, name, patch, condition = {}) {
      return directory.writes.exclusively(organisationTurn(org), async () => {
        const before = directory.findEventType(org, name)
        return { row: await change(org, name, before, patch, condition), created: before === null }
      })
    },
    delete(org, name, options = {}) {
      return directory.writes.exclusively(organisationTurn(org), async () => {
        const before = directory.eventType(org, name)
        await conditionHolds(org, before, options)
        const row = { ...before, archived: true, updatedAt: changedAt(clock, before) }
        await directory.writes.write(
          options.expunge ? { kind: 'delete_event_type', org, name } : { kind: 'event_type', row, create: false },
        )
      })
    },
  }
}
