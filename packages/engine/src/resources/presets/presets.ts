import type { Condition, WriteOptions } from '../../write-options.ts'
import { isDeepStrictEqual } from 'node:util'
import { idempotencyRecord, orRepeated } from '../../idempotency.ts'
import { changedAt } from '../../clock.ts'
import { checkFactKinds, checkFactSpelling } from '../../checks/facts.ts'
import type { DirectoryChange, EndpointChange } from '../../directory/changes.ts'
import { organisationTurn } from '../../directory/write-turns.ts'
import type { ApplicationEntry, EndpointEntry } from '../../directory/entries.ts'
import { EngineError } from '../../errors.ts'
import type { Application, EventType } from '../../model.ts'
import type { Preset, PresetEventType } from '@posthorn/preset'
import { isShared } from '../../directory/rotation.ts'
import { checkSecretOfVendor, checkSubscribedPlatforms } from '../../checks/rules.ts'
import { fitting } from '../../checks/fitting.ts'
import { speaking } from '../applications/speaking.ts'
import { audited } from '../audit/audited.ts'
import { freshEventType } from '../event-types/event-types.ts'
import { wakeApplication, type ResourceParts } from '../parts.ts'
import { checkCondition, tagOfApplication } from '../../checks/tag.ts'

/** Vendors as data, and applications that become one of a vendor's. */
export interface PresetResource {
  list(): readonly Preset[]
  get(name: string): Preset
  /**
   * Makes an application one of a vendor's: the event types come into the organisation, dialect, policy and rules hold
   * from now on. `overwrite`: event types that are there and differ are replaced, and a dialect of the application is given up.
   */
  apply(
    org: string,
    app: string,
    input: { readonly name: string; readonly overwrite?: boolean },
    write?: WriteOptions & Condition,
  ): Promise<Application>
}

export function presets(parts: ResourceParts): PresetResource {
  const { directory, clock } = parts

  /** The event types to write, in the organisation's catalog; those that are there as they should be are left alone. */
  function eventTypesOf(org: string, preset: Preset): Types {
    const now = clock.now()
    return preset.eventTypes.flatMap((type) => {
      const before = directory.findEventType(org, type.name)
      const row = { ...(before ?? freshEventType(org, type.name, now)), ...contentOf(type) }
      return before && isDeepStrictEqual(before, row)
        ? []
        : [{ row: { ...row, updatedAt: before ? changedAt(clock, before) : now }, before }]
    })
  }

  /** Endpoints that are there already have to be possible under the vendor's policy and rules. */
  function checkEndpoints(app: ApplicationEntry, preset: Preset, types: Types): void {
    checkCount(app, preset)
    const rows = new Map(types.map(({ row }) => [row.name, row]))
    const { org } = app.application
    for (const { endpoint } of app.endpoints.values())
      fitting(endpoint.id, preset.title, 'name', () => {
        const checked = parts.transport.check(endpoint.url, { httpsOnly: preset.policy.httpsOnly })
        if (!checked.ok) throw new EngineError('address_refused', checked.message)
        checkSubscribedPlatforms(preset, endpoint, (name) => rows.get(name) ?? directory.findEventType(org, name))
      })
  }

  /** Whatever signs or will sign, in the dialects that are spoken then, is as long as the vendor has it. */
  function checkSecrets(app: ApplicationEntry, preset: Preset): void {
    const spoken = parts.dialects.find(app.application.org, preset.dialect)
    for (const entry of app.endpoints.values()) {
      const dialect = entry.endpoint.dialect === null ? spoken : entry.dialect
      if (isShared(dialect)) continue
      const secrets = entry.endpoint.signed ? directory.vault.keptSecretsOf(entry) : [null]
      for (const secret of secrets)
        fitting(entry.endpoint.id, preset.title, 'name', () => checkSecretOfVendor(preset, secret, dialect))
    }
    if (!isShared(spoken)) return
    const least = preset.policy.minSecretLength
    if (directory.vault.keptKeysOf(app).every((key) => key.length >= least)) return
    throw new EngineError(
      'secret_refused',
      `The signing key of this application does not fit ${preset.title}, which asks for at least ${least} characters. Reset the signing key to a longer one, with an overlap of 0.`,
      { field: 'name' },
    )
  }

  /** Endpoints that take everything, which the vendor does not have: they take nothing until somebody says what. */
  function subscribedByName(app: ApplicationEntry, preset: Preset): ApplicationEntry {
    if (preset.rules.subscription !== 'explicit') return app
    const named = ([id, entry]: [string, EndpointEntry]): [string, EndpointEntry] => {
      const { endpoint } = entry
      return [id, endpoint.eventTypes === null ? { ...entry, endpoint: { ...endpoint, eventTypes: [] } } : entry]
    }
    return { ...app, endpoints: new Map([...app.endpoints].map(named)) }
  }

  /** The changes of the dialect, and those of endpoints that change in nothing else. */
  function changesOf(
    before: ApplicationEntry,
    after: ApplicationEntry,
    moved: readonly EndpointChange[],
  ): EndpointChange[] {
    const changed = new Set(moved.map(({ endpoint }) => endpoint.id))
    const others = [...after.endpoints.values()].flatMap(
      ({ endpoint, secrets, secondarySecrets }): EndpointChange[] => {
        const same = endpoint.eventTypes === before.endpoints.get(endpoint.id)?.endpoint.eventTypes
        if (same || changed.has(endpoint.id)) return []
        return [{ kind: 'put_endpoint', endpoint, secrets, secondarySecrets, create: false }]
      },
    )
    return [...moved, ...others].map((change) => ({
      ...change,
      endpoint: { ...change.endpoint, updatedAt: changedAt(clock, change.endpoint) },
    }))
  }

  /** What an organisation calls by the name of the vendor's dialect would be spoken in its place. */
  function refuseHidden(org: string, preset: Preset): void {
    if (!parts.dialects.hides(org, preset.dialect)) return
    throw new EngineError(
      'conflict',
      `${preset.title} speaks the dialect ${preset.dialect}, and this organisation has one of its own of that name, which would be spoken instead. Define that one under another name and delete it, then apply the preset.`,
    )
  }

  return {
    list: () => [...parts.presets.values()],
    get: (name) => directory.preset(name),

    async apply(org, app, input, write = {}) {
      const preset = directory.preset(input.name)
      const { id } = directory.application(org, app).application
      const applied = async (): Promise<Application> => {
        const entry = directory.application(org, id)
        await checkCondition(directory.writes, { kind: 'application', id }, write, tagOfApplication(entry.application))
        const types = eventTypesOf(org, preset)
        refuseHidden(org, preset)
        if (!input.overwrite) refuseClashes(entry, preset, types)
        if (!input.overwrite) checkFactSpelling(entry.application.facts, preset)
        checkFactKinds(entry.application.facts, preset)
        checkEndpoints(entry, preset, types)
        const now = clock.now()
        const application: Application = {
          ...entry.application,
          preset: preset.name,
          dialect: null,
          updatedAt: changedAt(clock, entry.application),
        }
        const after = subscribedByName({ ...entry, application, preset }, preset)
        const { keys, endpoints } = speaking(parts, after, 'name')
        checkSecrets({ ...after, keys }, preset)
        const changes: [DirectoryChange, ...DirectoryChange[]] = [
          { kind: 'application', row: { application, keys }, create: false },
          ...changesOf(entry, after, endpoints),
        ]
        await directory.writes.writeAll(
          [
            ...changes,
            ...types.map(({ row, before }) => ({ kind: 'event_type', row, create: before === null }) as const),
            audited(parts, write, {
              org,
              app: id,
              action: 'preset.applied',
              target: preset.name,
              detail: { eventTypes: types.length, overwrite: input.overwrite ?? false },
            }),
          ],
          idempotencyRecord(write.idempotency, application, now),
        )
        wakeApplication(parts, id)
        return application
      }
      return orRepeated(parts, write, () =>
        directory.writes.exclusively(organisationTurn(org), () => directory.writes.exclusively(id, applied)),
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

function checkCount({ endpoints }: ApplicationEntry, preset: Preset): void {
  const most = preset.rules.maxEndpoints
  if (most === null || endpoints.size <= most) return
  const ids = [...endpoints.keys()]
  throw new EngineError(
    'endpoint_limit',
    `${preset.title} has ${most === 1 ? 'one endpoint' : `at most ${most} endpoints`} per application, and this one has ${ids.length}: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', ...' : ''}. Delete ${ids.length - most} of them, then apply the preset.`,
    { field: 'name' },
  )
}

function refuseClashes({ application, endpoints }: ApplicationEntry, preset: Preset, types: Types): void {
  const clashes = types.flatMap(({ row, before }) => (before === null ? [] : [`the event type ${row.name}`]))
  if (application.dialect !== null && application.dialect !== preset.dialect)
    clashes.push(`the application's dialect ${application.dialect}`)
  if (preset.rules.subscription === 'explicit')
    for (const { endpoint } of endpoints.values())
      if (endpoint.eventTypes === null)
        clashes.push(
          `the endpoint ${endpoint.id}, which takes every event type (replaced, it takes none until it names some)`,
        )
  if (clashes.length === 0) return
  throw new EngineError(
    'conflict',
    `The preset ${preset.name} says something else than what is there: ${clashes.join(', ')}. Apply it with \`overwrite\` to replace these, or change them first. Nothing was changed.`,
  )
}

/** Event types as they will stand, with what is there before. */
type Types = readonly { readonly row: EventType; readonly before: EventType | null }[]
