import {
  changed,
  created,
  endpointFields,
  type Endpoint,
  type EndpointInput,
  type EndpointPatch,
} from '@posthorn/model'
import { dialectNameOf } from '../../directory/endpoint-entry.ts'
import { publicKeyOf, secondaryProblem, type CompiledDialect } from '@posthorn/wire'
import { idempotencyRecord } from '../../idempotency.ts'
import { checkBatch } from '../../checks/batch.ts'
import { checkFilter } from '../../checks/filter.ts'
import { checkHeaders } from '../../checks/headers.ts'
import { checkOverlap } from '../../checks/overlap.ts'
import { checkSecret } from '../../checks/secret.ts'
import { checkInput } from '../../checks/input.ts'
import type { DirectoryChange, EndpointChange } from '../../directory/changes.ts'
import type { ApplicationEntry, EndpointEntry } from '../../directory/entries.ts'
import type { Actor, Engine, WriteOptions } from '../../engine.ts'
import { EngineError } from '../../errors.ts'
import { carriesSeveral, defaultOverlapSeconds, isShared, rotated } from '../../directory/rotation.ts'
import {
  beginsOff,
  checkActiveBeforeSubscribing,
  checkCreatedOff,
  checkEndpointCount,
  checkNoOwnSecret,
  checkSecretLength,
  checkStep,
  checkSubscribedPlatforms,
  subscribesMore,
  subscriptionOf,
} from '../../checks/rules.ts'
import type { SealedSecret } from '../../store/catalog.ts'
import { withoutUndefined } from '../applications/applications.ts'
import { audited } from '../audit/audited.ts'
import { pageOf } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'
import { recover } from '../../recovery/recover.ts'
import { refuseTooMany, sharedKeys } from '../keys/signing-keys.ts'
import { trials } from './trials.ts'

/** Deliveries waiting are counted up to here: a count of a million rows would cost more than it tells. */
const mostCounted = 10_000

export function endpoints(parts: ResourceParts): Engine['endpoints'] {
  const { directory, clock, newId, random, schedule } = parts

  /** What of the input can be wrong by itself is said before anything is written. Answers the canonical address. */
  function check(input: EndpointPatch, app: ApplicationEntry, dialect: CompiledDialect): string | null {
    if (input.filter) checkFilter(input.filter)
    if (input.batch) checkBatch(input.batch, dialect)
    if (input.headers) checkHeaders(input.headers, dialect)
    if (isShared(dialect)) checkNoOwnSecret(dialect.dialect.title, input.secret)
    else if (typeof input.secret === 'string') checkSecret(input.secret, dialect)
    checkSecretLength(app.preset, input.secret)
    for (const name of input.eventTypes ?? [])
      if (!directory.findEventType(app.application.org, name))
        throw new EngineError(
          'unknown_event_type',
          `There is no event type ${JSON.stringify(name.slice(0, 80))}. Create it first, or check its spelling.`,
          { field: 'eventTypes' },
        )
    if (input.url === undefined) return null
    const { httpsOnly } = app.preset?.policy ?? parts.policy
    const checked = parts.transport.check(input.url, { httpsOnly })
    if (!checked.ok) throw new EngineError('address_refused', checked.message, { field: 'url' })
    return checked.url
  }

  /** The second format, when the first one can carry it on its requests. */
  function secondaryOf(
    org: string,
    name: string,
    first: CompiledDialect,
    headers: Endpoint['headers'],
    version = parts.dialects.newest(org, name),
  ): { readonly dialect: CompiledDialect; readonly version: number | null } {
    const dialect = parts.dialects.find(org, name, version)
    const problem = isShared(dialect)
      ? `${dialect.dialect.title} has one signing key for all endpoints of an application, so it cannot be the second format of one endpoint.`
      : secondaryProblem(first.dialect, dialect.dialect)
    if (problem !== null) throw new EngineError('dialect_refused', problem, { field: 'secondary.dialect' })
    checkHeaders(headers, dialect)
    return { dialect, version }
  }

  function newSecret(dialect: CompiledDialect, given: string | null | undefined): string | null {
    return given === undefined ? dialect.newSecret((count) => random.bytes(count)) : given
  }

  function seal(endpoint: string, secret: string | null): SealedSecret[] {
    return secret === null ? [] : [{ sealed: directory.vault.sealSecret(endpoint, secret), until: null }]
  }

  /** With the application's key, when this endpoint is the first that needs one. */
  function withKey(
    app: ApplicationEntry,
    dialect: CompiledDialect,
    change: EndpointChange,
  ): [EndpointChange, ...DirectoryChange[]] {
    const keys = sharedKeys(parts, app, dialect)
    if (isShared(dialect)) for (const key of directory.vault.keptKeysOf(app)) checkSecret(key, dialect, 'dialect')
    if (keys === app.keys) return [change]
    return [change, { kind: 'application', row: { application: app.application, keys }, create: false }]
  }

  function checkSubscription(app: ApplicationEntry, before: Endpoint | null, after: Endpoint): void {
    if (subscribesMore(before, after)) {
      checkActiveBeforeSubscribing(app.preset, before !== null && !before.disabled)
      checkStep(app.preset, app.application, 'subscribe')
    }
    checkSubscribedPlatforms(app.preset, after, (name) => directory.findEventType(after.org, name))
  }

  async function create(app: ApplicationEntry, input: EndpointInput, write: WriteOptions): Promise<Endpoint> {
    const { application, preset } = app
    const { org } = application
    checkInput(endpointFields, input, 'create')
    checkStep(preset, application, 'configure')
    checkEndpointCount(preset, [...app.endpoints.keys()])
    checkCreatedOff(preset, input.disabled)
    const disabled = input.disabled ?? beginsOff(preset)
    if (!disabled) checkStep(preset, application, 'activate')
    const now = clock.now()
    const pinned = pin(app, input, null)
    const dialect = directory.dialectOf(app, pinned)
    const url = check(input, app, dialect) ?? input.url
    const id = newId('ep', now)
    const headers = input.headers ?? {}
    const secret = isShared(dialect) ? null : newSecret(dialect, input.secret)
    const second = input.secondary ? secondaryOf(org, input.secondary.dialect, dialect, headers) : null
    const secondSecret = second && newSecret(second.dialect, input.secondary?.secret)
    if (second && typeof input.secondary?.secret === 'string')
      checkSecret(input.secondary.secret, second.dialect, 'secondary.secret')
    const endpoint: Endpoint = {
      ...created(endpointFields, input),
      ...pinned,
      id,
      org,
      app: application.id,
      url,
      eventTypes: subscriptionOf(preset, input.eventTypes),
      disabled,
      secondary: second && { dialect: second.dialect.dialect.name, version: second.version },
      signed: secret !== null || isShared(dialect),
      createdAt: now,
      updatedAt: now,
    }
    checkSubscription(app, null, endpoint)
    const change: EndpointChange = {
      kind: 'put_endpoint',
      endpoint,
      secrets: seal(id, secret),
      secondarySecrets: seal(id, secondSecret),
      create: true,
    }
    const audit = audited(parts, write, { org, app: application.id, action: 'endpoint.created', target: id })
    const changes: [DirectoryChange, ...DirectoryChange[]] = [...withKey(app, dialect, change), audit]
    // Headers may carry credentials and are sealed at rest. An answer does not show them, so a repeat does not need them.
    const kept: Endpoint = { ...endpoint, headers: {} }
    await directory.writes.writeAll(changes, idempotencyRecord(write.idempotency, kept, now))
    return endpoint
  }

  /** Which dialect an endpoint names, and the version of it that it keeps to from now on. */
  function pin(
    app: ApplicationEntry,
    input: EndpointPatch,
    before: Endpoint | null,
  ): Pick<Endpoint, 'dialect' | 'dialectVersion'> {
    const { org } = app.application
    const dialect = input.dialect === undefined ? (before?.dialect ?? null) : input.dialect
    const name = dialectNameOf(app, { dialect })
    const newest = parts.dialects.newest(org, name)
    if (input.dialectVersion !== undefined) {
      if (newest === null)
        throw new EngineError(
          'unknown_dialect',
          `The dialect ${parts.dialects.find(org, name).dialect.name} is built in and has no versions to choose from. Leave \`dialectVersion\` out.`,
          { field: 'dialectVersion' },
        )
      parts.dialects.find(org, name, input.dialectVersion)
      return { dialect, dialectVersion: input.dialectVersion }
    }
    return { dialect, dialectVersion: input.dialect === undefined && before ? before.dialectVersion : newest }
  }

  async function update(entry: EndpointEntry, patch: EndpointPatch, write: Actor | undefined): Promise<Endpoint> {
    checkInput(endpointFields, patch, 'patch')
    const before = entry.endpoint
    const { org } = before
    const app = directory.application(org, before.app)
    const { application, preset } = app
    const pinned = pin(app, patch, before)
    const dialect = directory.dialectOf(app, pinned)
    const headers = patch.headers ?? before.headers
    // `null`: as it is where the vendor has it switched in a step of its own, and on elsewhere.
    const disabled =
      patch.disabled === undefined ? before.disabled : (patch.disabled ?? (beginsOff(preset) && before.disabled))
    const switchedOn = before.disabled && !disabled
    if (switchedOn) checkStep(preset, application, 'activate')
    if ([patch.url, patch.secret, patch.dialect, patch.headers].some((value) => value !== undefined))
      checkStep(preset, application, 'configure')
    // Another dialect may write a header that this endpoint sets itself, or read its secret in another way.
    const moved = dialect !== entry.dialect
    if (moved && !patch.headers) checkHeaders(headers, dialect)
    if (moved && patch.batch === undefined && before.batch) checkBatch(before.batch, dialect)
    if (moved && patch.secret === undefined && !isShared(dialect))
      for (const secret of directory.vault.keptSecretsOf(entry)) checkFits(secret, dialect)
    const url = check(patch, app, dialect)
    const keepsSecond = patch.secondary === undefined
    const second = patch.secondary ? secondaryOf(org, patch.secondary.dialect, dialect, headers) : null
    // The one that stays has to fit what is changed beside it, in the version that is pinned.
    if (keepsSecond && before.secondary && (moved || patch.headers))
      secondaryOf(org, before.secondary.dialect, dialect, headers, before.secondary.version)
    if (second && typeof patch.secondary?.secret === 'string')
      checkSecret(patch.secondary.secret, second.dialect, 'secondary.secret')
    // An endpoint that had no secret of its own, since its application's key signed, gets one.
    const lacks = moved && !isShared(dialect) && before.signed && entry.secrets.length === 0
    const secret = patch.secret === undefined && lacks ? newSecret(dialect, undefined) : patch.secret
    const endpoint: Endpoint = {
      ...before,
      ...changed(endpointFields, patch),
      ...pinned,
      ...(url !== null && { url }),
      ...(patch.eventTypes !== undefined && { eventTypes: subscriptionOf(preset, patch.eventTypes) }),
      disabled,
      ...(secret !== undefined && { signed: secret !== null }),
      ...(isShared(dialect) && { signed: true }),
      ...(!keepsSecond && { secondary: second && { dialect: second.dialect.dialect.name, version: second.version } }),
      ...resumed(before, switchedOn || (patch.disabled === false && before.hold !== null), clock.now()),
      updatedAt: clock.now(),
    }
    checkSubscription(app, before, endpoint)
    const change: EndpointChange = {
      kind: 'put_endpoint',
      endpoint,
      secrets: secret === undefined ? entry.secrets : seal(before.id, secret),
      secondarySecrets: keepsSecond
        ? entry.secondarySecrets
        : seal(before.id, second && newSecret(second.dialect, patch.secondary?.secret)),
      create: false,
    }
    const [first, ...more] = withKey(app, dialect, change)
    await directory.writes.writeAll([first, ...more, ...audits(before, endpoint, patch, write)])
    schedule.wake(endpoint.id, endpoint.app)
    return endpoint
  }

  /** What of a change the audit log tells: that it was switched, and which members were changed, without their values. */
  function audits(
    before: Endpoint,
    after: Endpoint,
    patch: EndpointPatch,
    write: Actor | undefined,
  ): DirectoryChange[] {
    const of = { org: after.org, app: after.app, target: after.id }
    const fields = Object.keys(withoutUndefined(patch)).filter((field) => field !== 'disabled')
    const switched = after.disabled ? 'endpoint.deactivated' : 'endpoint.activated'
    return [
      ...(before.disabled === after.disabled ? [] : [audited(parts, write, { ...of, action: switched })]),
      ...(fields.length === 0
        ? []
        : [audited(parts, write, { ...of, action: 'endpoint.changed', detail: { fields: fields.join(', ') } })]),
    ]
  }

  /** Changes one endpoint when it is its application's turn, as it stands then. */
  function changing<T>(org: string, app: string, id: string, work: (entry: EndpointEntry) => Promise<T>): Promise<T> {
    const { endpoint } = directory.endpoint(org, app, id)
    return directory.writes.exclusively(endpoint.app, () => work(directory.endpoint(org, endpoint.app, endpoint.id)))
  }

  function toggle(org: string, app: string, id: string, on: boolean, write: Actor | undefined): Promise<Endpoint> {
    return changing(org, app, id, async (entry) => {
      const { endpoint } = entry
      // On, but held: switching it on ends the hold.
      if (endpoint.disabled !== on && endpoint.hold === null) return endpoint
      return update(entry, { disabled: !on }, write)
    })
  }

  return {
    async create(org, app, input, write = {}) {
      const { id } = directory.application(org, app).application
      return directory.writes.exclusively(id, () => create(directory.application(org, id), input, write))
    },

    async get(org, app, id) {
      return directory.endpoint(org, app, id).endpoint
    },

    async list(org, app, options = {}) {
      return pageOf(directory.endpoints(org, app), (row) => row.id, options)
    },

    async update(org, app, id, patch, write) {
      return changing(org, app, id, (entry) => update(entry, patch, write))
    },

    async activate(org, app, id, write) {
      return toggle(org, app, id, true, write)
    },

    async deactivate(org, app, id, write) {
      return toggle(org, app, id, false, write)
    },

    async delete(org, app, id, write) {
      const { endpoint } = directory.endpoint(org, app, id)
      const change = { kind: 'delete_endpoint', org, app: endpoint.app, id: endpoint.id } as const
      const audit = audited(parts, write, { org, app: endpoint.app, action: 'endpoint.deleted', target: endpoint.id })
      await directory.writes.exclusively(endpoint.app, () => directory.writes.writeAll([change, audit]))
      schedule.wake(endpoint.id, endpoint.app)
    },

    async secrets(org, app, id, write) {
      const entry = directory.endpoint(org, app, id)
      const { endpoint, dialect } = entry
      const action = 'endpoint.secret_shown'
      await directory.writes.write(audited(parts, write, { org, app: endpoint.app, action, target: endpoint.id }))
      const shared = isShared(dialect)
      const newest = shared ? null : directory.vault.newestSecretOf(entry)
      const secret = newest?.secret ?? directory.vault.signing(entry.signing)[0] ?? null
      return {
        secret,
        publicKey: secret === null ? null : publicKeyOf(dialect, secret),
        signsFrom: newest?.from ?? null,
        secondary: directory.vault.signing(entry.secondarySigning)[0] ?? null,
      }
    },

    async rotateSecret(org, app, id, input, write = {}) {
      const overlapSeconds = input.overlapSeconds ?? defaultOverlapSeconds
      checkOverlap(overlapSeconds)
      await changing(org, app, id, async (entry) => {
        const { endpoint, dialect, secondarySecrets } = entry
        if (isShared(dialect))
          throw new EngineError(
            'conflict',
            `${dialect.dialect.title} has one signing key for all endpoints of an application. Reset the application's signing key instead.`,
          )
        if (typeof input.secret === 'string') checkSecret(input.secret, dialect)
        const owner = directory.application(org, endpoint.app)
        checkSecretLength(owner.preset, input.secret)
        const now = clock.now()
        const secret = newSecret(dialect, input.secret)
        const secrets = rotated(entry.secrets, {
          next: secret === null ? null : directory.vault.sealSecret(endpoint.id, secret),
          overlapMs: overlapSeconds * 1000,
          now,
          together: carriesSeveral(dialect),
        })
        refuseTooMany(secrets)
        const changed: Endpoint = { ...endpoint, signed: secret !== null, updatedAt: now }
        await directory.writes.writeAll(
          [
            { kind: 'put_endpoint', endpoint: changed, secrets, secondarySecrets, create: false },
            audited(parts, write, {
              org,
              app: endpoint.app,
              action: 'endpoint.secret_rotated',
              target: endpoint.id,
              detail: { overlapSeconds, switchAt: secrets[0]?.from ?? null },
            }),
          ],
          idempotencyRecord(write.idempotency, null, now),
        )
      })
    },

    async stats(org, app, id, range = {}) {
      const { endpoint } = directory.endpoint(org, app, id)
      const [summary, pending] = await Promise.all([
        parts.ledger.summary({
          app: endpoint.app,
          endpoint: endpoint.id,
          message: null,
          eventTypes: null,
          results: ['success', 'exhausted', 'quarantined'],
          code: null,
          codeClass: null,
          channel: null,
          tag: null,
          after: range.since ?? null,
          before: range.until ?? null,
          cursor: null,
          order: 'descending',
          limit: 1,
        }),
        parts.queue.countPending(endpoint.id, mostCounted),
      ])
      const sending = schedule.inFlightOf(endpoint.id)
      return { success: summary.success, failed: summary.failed, pending: Math.max(0, pending - sending), sending }
    },

    async recover(org, app, id, range, write = {}) {
      return changing(org, app, id, (entry) => recover(parts, entry, range, write))
    },

    ...trials(parts),
  }
}

/**
 * Switched on again: the hold ends, and what was due before now stays held until it is asked for (`recover`). One change;
 * no row of the work that waits is touched.
 */
function resumed(before: Endpoint, on: boolean, now: number): Partial<Endpoint> {
  return on && (before.disabled || before.hold !== null)
    ? { hold: null, heldAt: null, failingSince: null, resumeFrom: now }
    : {}
}

/** A secret that another dialect cannot read: said with a remedy that there is. */
function checkFits(secret: string, dialect: CompiledDialect): void {
  if (!dialect.checkSecret(secret)) return
  throw new EngineError(
    'secret_refused',
    `The secret of this endpoint does not have the form of ${dialect.dialect.title}. Give a new \`secret\` together with the dialect.`,
    { field: 'secret' },
  )
}
