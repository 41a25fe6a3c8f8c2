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
import { checkOrganisation } from '../../checks/organisation.ts'
import { checkParams } from '../../checks/params.ts'
import { changedAt } from '../../clock.ts'
import { dialectNameOf } from '../../directory/endpoint-entry.ts'
import { organisationTurn } from '../../directory/write-turns.ts'
import { EngineError, notFound } from '../../errors.ts'
import { idempotencyRecord, orRepeated, refuseRepeat } from '../../idempotency.ts'
import type { Change, Condition, WriteOptions } from '../../write-options.ts'
import { sharedKeys } from '../keys/shared-keys.ts'
import { listOfRows, readPage, type Page, type PageOptions } from '../pages.ts'
import { wakeApplication, type ResourceParts } from '../parts.ts'
import { isEngineId, replacedUid, untilDecided, type Put, type Written } from '../put.ts'
import { checkCondition, checkTags, tagOfApplication } from '../../checks/tag.ts'
import { speaking } from './speaking.ts'

/** Customers of the vendor. */
export interface ApplicationResource {
  create(org: string, input: ApplicationInput, write?: WriteOptions): Promise<Application>
  /** Creates it, or finds the one that has its uid, which stays as it is. */
  findOrCreate(
    org: string,
    input: ApplicationInput & { readonly uid: string },
    write?: WriteOptions & Condition,
  ): Promise<Written<Application>>
  get(org: string, id: string): Promise<Application>
  list(org: string, options?: PageOptions): Promise<Page<Application>>
  /** A patch; of facts those that it names, and `null` removes one. */
  update(org: string, id: string, patch: ApplicationPatch, write?: Change): Promise<Application>
  /** Replaces the application of a name, or creates it. Facts that are given are all that there are. */
  put(
    org: string,
    name: string,
    given: Put<ApplicationInput, ApplicationPatch>,
    write?: Change,
  ): Promise<Written<Application>>
  delete(org: string, id: string, write?: Change): Promise<void>
}

export function applications(parts: ResourceParts): ApplicationResource {
  const { directory, clock, newId } = parts

  function conditionHolds(application: Application, write: Change): Promise<void> {
    const unit = { kind: 'application', id: application.id } as const
    return checkCondition(directory.writes, unit, write, tagOfApplication(application))
  }

  /** In the turn in which applications of an organisation get and give up their names. */
  function naming<T>(org: string, work: () => Promise<T>): Promise<T> {
    return directory.writes.exclusively(organisationTurn(org), work)
  }

  /** Creates one, in the turn of its organisation: no dialect is deleted meanwhile, neither one that it names nor one that its first endpoint will. */
  async function createOne(org: string, input: ApplicationInput, write: WriteOptions): Promise<Application> {
    checkInput(applicationFields, input, 'create')
    checkOrganisation(directory, org)
    const now = clock.now()
    const application: Application = {
      ...created(applicationFields, input),
      id: newId('app', now),
      org,
      createdAt: now,
      updatedAt: now,
    }
    const dialect = parts.dialects.find(org, application.dialect)
    checkParams(application.params, dialect)
    const keys = sharedKeys(parts, { application, keys: [], endpoints: new Map() }, dialect)
    await directory.writes.write(
      { kind: 'application', row: { application, keys }, create: true },
      idempotencyRecord(write.idempotency, application, now),
    )
    return application
  }

  /** Changes one, in its turn. */
  async function changeOne(
    org: string,
    id: string,
    changes: ApplicationPatch,
    kind: 'patch' | 'replace',
    write: Change,
  ): Promise<Application> {
    const entry = directory.application(org, id)
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
      updatedAt: changedAt(clock, entry.application),
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
  }

  /** Creates one of a name in the turn of the names; `null`: another node has created it, and now it is known here. */
  async function createUnlessThere(
    org: string,
    input: ApplicationInput & { readonly uid: string },
    write: WriteOptions,
  ): Promise<Written<Application> | null> {
    try {
      return { row: await createOne(org, input, write), created: true }
    } catch (error) {
      const isTaken = error instanceof EngineError && error.code === 'conflict' && error.field === 'uid'
      if (!isTaken || directory.findApplication(org, input.uid)) throw error
      await directory.writes.look()
      return null
    }
  }

  /** One try of a PUT, in the turn of the names; `null`: another node has created it or deleted it meanwhile. */
  async function putOnce(
    org: string,
    name: string,
    { uid, create, replace }: Put<ApplicationInput, ApplicationPatch>,
    write: Change,
  ): Promise<Written<Application> | null> {
    if (write.ifMatch !== undefined && !directory.findApplication(org, name)) await directory.writes.look()
    const found = directory.findApplication(org, name)
    if (!found) {
      if (write.customer !== undefined || isEngineId('app', name)) throw notFound('application', name)
      checkTags(write, [])
      return createUnlessThere(org, { ...create, uid: uid ?? name }, write)
    }
    const { id } = found.application
    return directory.writes.exclusively(id, async () => {
      const application = directory.findApplication(org, id)?.application
      if (!application) return null
      // The uid of an application is the vendor's. A customer's PUT without it keeps it.
      const keeps = write.customer !== undefined && uid === undefined
      const patch = { ...replace, uid: keeps ? application.uid : replacedUid(name, application, uid) }
      return { row: await changeOne(org, id, patch, 'replace', write), created: false }
    })
  }

  return {
    async create(org, input, write = {}) {
      return orRepeated(parts, write, () => naming(org, () => createOne(org, input, write)))
    },
    async findOrCreate(org, input, write = {}) {
      checkInput(applicationFields, input, 'create')
      return naming(org, () =>
        untilDecided(async () => {
          const found = directory.findApplication(org, input.uid)
          if (!found) return createUnlessThere(org, input, write)
          await refuseRepeat(parts, write.idempotency)
          await conditionHolds(found.application, write)
          return { row: found.application, created: false }
        }),
      )
    },
    async get(org, id) {
      return directory.application(org, id).application
    },
    async list(org, options = {}) {
      const list = listOfRows(`applications ${org}`, directory.applications(org), (row) => row.id)
      return readPage(list, options, 'ascending')
    },
    async update(org, id, patch, write = {}) {
      checkInput(applicationFields, patch, 'patch')
      const { application } = directory.application(org, id)
      const change = (): Promise<Application> =>
        directory.writes.exclusively(application.id, () => changeOne(org, application.id, patch, 'patch', write))
      return patch.uid === undefined ? change() : naming(org, change)
    },
    async put(org, name, given, write = {}) {
      checkInput(applicationFields, given.replace, 'replace')
      return naming(org, () => untilDecided(() => putOnce(org, name, given, write)))
    },
    async delete(org, id, write = {}) {
      const entry = directory.application(org, id)
      const targets = [...entry.endpoints.keys(), ...directory.callbacksOf(entry.application.id)]
      await naming(org, () =>
        directory.writes.exclusively(entry.application.id, async () => {
          await conditionHolds(directory.application(org, entry.application.id).application, write)
          await directory.writes.write({ kind: 'delete_application', org, id: entry.application.id })
        }),
      )
      for (const target of targets) parts.schedule.wake(target, entry.application.id)
    },
  }
}
