import {
  applicationFields,
  changed,
  changedFacts,
  created,
  type Application,
  type ApplicationInput,
  type ApplicationPatch,
} from '@posthorn/model'
import { checkFactKinds, checkFactNames } from '../../checks/facts.ts'
import { settable } from '../../checks/customer.ts'
import { checkInput } from '../../checks/input.ts'
import { checkParams } from '../../checks/params.ts'
import { dialectNameOf } from '../../directory/endpoint-entry.ts'
import { organisationTurn } from '../../directory/write-turns.ts'
import { idempotencyRecord } from '../../idempotency.ts'
import type { Change, WriteOptions } from '../../write-options.ts'
import { sharedKeys } from '../keys/shared-keys.ts'
import { pageOf, type Page, type PageOptions } from '../pages.ts'
import { wakeApplication, type ResourceParts } from '../parts.ts'
import { checkCondition, tagOfApplication } from '../tag.ts'
import { speaking } from './speaking.ts'

/** Customers of the vendor. */
export interface ApplicationResource {
  create(org: string, input: ApplicationInput, write?: WriteOptions): Promise<Application>
  get(org: string, id: string): Promise<Application>
  list(org: string, options?: PageOptions): Promise<Page<Application>>
  /** A patch; of facts those that it names, and `null` removes one. */
  update(org: string, id: string, patch: ApplicationPatch, write?: Change): Promise<Application>
  /** The same, and facts that are given are all that there are. */
  replace(org: string, id: string, patch: ApplicationPatch, write?: Change): Promise<Application>
  delete(org: string, id: string, write?: Change): Promise<void>
}

export function applications(parts: ResourceParts): ApplicationResource {
  const { directory, clock, newId } = parts

  function conditionHolds(application: Application, write: Change): Promise<void> {
    const unit = { kind: 'application', id: application.id } as const
    return checkCondition(directory.writes, unit, write, tagOfApplication(application))
  }

  async function change(
    org: string,
    id: string,
    changes: ApplicationPatch,
    kind: 'patch' | 'replace',
    write: Change = {},
  ): Promise<Application> {
    checkInput(applicationFields, changes, kind)
    const { application } = directory.application(org, id)
    return directory.writes.exclusively(application.id, async () => {
      const entry = directory.application(org, application.id)
      await conditionHolds(entry.application, write)
      const { preset } = entry
      const { facts } = entry.application
      const given =
        changes.facts === undefined
          ? changes
          : { ...changes, facts: changedFacts(kind === 'patch' ? facts : {}, changes.facts) }
      // Together they may be too many.
      checkInput(applicationFields, given, 'replace')
      const patch = settable('application', applicationFields, given, entry.application, { caller: write, preset })
      if (patch.dialect != null) parts.dialects.find(org, patch.dialect)
      const row: Application = {
        ...entry.application,
        ...changed(applicationFields, patch),
        updatedAt: clock.now(),
      }
      if (patch.facts) {
        checkFactNames(changes.facts ?? {}, preset, facts)
        checkFactKinds(row.facts, preset)
      }
      const app = { ...entry, application: row }
      const moved = row.dialect !== entry.application.dialect
      if (patch.params && !moved) checkParams(row.params, directory.ownFormat(app).dialect)
      const { keys, endpoints } = moved
        ? speaking(parts, app, 'dialect')
        : {
            keys: sharedKeys(parts, app, parts.dialects.find(org, dialectNameOf(app, null))),
            endpoints: [],
          }
      await directory.writes.writeAll([
        { kind: 'application', row: { application: row, keys }, create: false },
        ...endpoints,
      ])
      wakeApplication(parts, row.id)
      return row
    })
  }

  return {
    async create(org, input, write = {}) {
      checkInput(applicationFields, input, 'create')
      if (input.dialect != null) parts.dialects.find(org, input.dialect)
      const now = clock.now()
      const application: Application = {
        ...created(applicationFields, input),
        id: newId('app', now),
        org,
        createdAt: now,
        updatedAt: now,
      }
      // No dialect is deleted between here and the disk, neither one that this names nor one that its first endpoint will.
      await directory.writes.exclusively(organisationTurn(org), async () => {
        const dialect = parts.dialects.find(org, application.dialect)
        checkParams(application.params, dialect)
        const keys = sharedKeys(parts, { application, keys: [], endpoints: new Map() }, dialect)
        await directory.writes.write(
          { kind: 'application', row: { application, keys }, create: true },
          idempotencyRecord(write.idempotency, application, now),
        )
      })
      return application
    },
    async get(org, id) {
      return directory.application(org, id).application
    },
    async list(org, options = {}) {
      return pageOf(directory.applications(org), (row) => row.id, options)
    },
    async update(org, id, patch, write) {
      return change(org, id, patch, 'patch', write)
    },
    async replace(org, id, patch, write) {
      return change(org, id, patch, 'replace', write)
    },
    async delete(org, id, write = {}) {
      const entry = directory.application(org, id)
      const targets = [...entry.endpoints.keys(), ...directory.callbacksOf(entry.application.id)]
      await directory.writes.exclusively(entry.application.id, async () => {
        await conditionHolds(directory.application(org, entry.application.id).application, write)
        await directory.writes.write({ kind: 'delete_application', org, id: entry.application.id })
      })
      for (const target of targets) parts.schedule.wake(target, entry.application.id)
    },
  }
}
