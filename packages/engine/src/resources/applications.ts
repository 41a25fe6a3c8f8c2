import { idempotencyRecord } from '../accept.ts'
import {
  checkFactKinds,
  checkFacts,
  checkHeaders,
  checkMetadata,
  checkName,
  checkParams,
  checkSecret,
  checkUid,
} from '../checks.ts'
import type { ApplicationEntry, EndpointChange } from '../directory.ts'
import type { ApplicationInput, Engine } from '../engine.ts'
import type { Application } from '../model.ts'
import { isShared } from '../rotation.ts'
import { pageOf } from './pages.ts'
import type { ResourceParts } from './parts.ts'
import { sharedKeys } from './signing-keys.ts'

export function applications(parts: ResourceParts): Engine['applications'] {
  const { directory, clock, newId } = parts

  function check(org: string, input: Partial<ApplicationInput>): void {
    if (input.name !== undefined) checkName(input.name)
    if (input.uid != null) checkUid(input.uid)
    if (input.metadata) checkMetadata(input.metadata)
    if (input.params) checkParams(input.params)
    if (input.facts) checkFacts(input.facts)
    if (input.dialect != null) parts.dialects.find(org, input.dialect)
  }

  return {
    async create(org, input, options = {}) {
      check(org, { ...input, name: input.name })
      const now = clock.now()
      const application: Application = {
        id: newId('app', now),
        org,
        uid: input.uid ?? null,
        name: input.name,
        metadata: input.metadata ?? {},
        rateLimit: input.rateLimit ?? null,
        dialect: input.dialect ?? null,
        preset: null,
        facts: input.facts ?? {},
        params: input.params ?? {},
        createdAt: now,
        updatedAt: now,
      }
      const dialect = parts.dialects.find(org, application.dialect)
      const keys = sharedKeys(parts, { application, keys: [], endpoints: new Map() }, dialect)
      await directory.write(
        { kind: 'application', row: { application, keys }, create: true },
        idempotencyRecord(options.idempotency, application, now),
      )
      return application
    },
    async get(org, id) {
      return directory.application(org, id).application
    },
    async list(org, options = {}) {
      return pageOf(directory.applications(org), (row) => row.id, options)
    },
    async update(org, id, patch) {
      check(org, patch)
      const { application } = directory.application(org, id)
      return directory.exclusively(application.id, async () => {
        const entry = directory.application(org, application.id)
        const row: Application = { ...entry.application, ...withoutUndefined(patch), updatedAt: clock.now() }
        if (patch.facts) checkFactKinds(patch.facts, entry.preset)
        const spoken = speaking(parts, { ...entry, application: row })
        const moved = row.dialect !== entry.application.dialect
        await directory.writeAll([
          { kind: 'application', row: { application: row, keys: spoken.keys }, create: false },
          ...(moved ? spoken.endpoints : []),
        ])
        parts.changed(row.id)
        return row
      })
    },
    async delete(org, id) {
      const entry = directory.application(org, id)
      const targets = [...entry.endpoints.keys(), ...directory.callbacksOf(entry.application.id)]
      await directory.exclusively(entry.application.id, () =>
        directory.write({ kind: 'delete_application', org, id: entry.application.id }),
      )
      for (const target of targets) parts.schedule.wake(target, entry.application.id)
    },
  }
}

/**
 * What follows when an application (as it will stand) speaks another dialect: endpoints that name none take it, so their headers
 * and secrets must be good in it, they pin its newest version, and a key that is shared is there.
 */
export function speaking(
  parts: ResourceParts,
  app: ApplicationEntry,
): { readonly keys: ApplicationEntry['keys']; readonly endpoints: readonly EndpointChange[] } {
  const { directory, random } = parts
  const { org } = app.application
  const name = directory.dialectNameOf(app, null)
  const dialect = parts.dialects.find(org, name)
  const dialectVersion = parts.dialects.newest(org, name)
  const endpoints = [...app.endpoints.values()].flatMap((entry): EndpointChange[] => {
    if (entry.endpoint.dialect !== null || entry.dialect === dialect) return []
    checkHeaders(entry.endpoint.headers, dialect)
    if (!isShared(dialect)) for (const secret of directory.secretsOf(entry)) checkSecret(secret, dialect)
    const own = entry.secrets.length > 0 || isShared(dialect) || !entry.endpoint.signed
    const made = own ? null : dialect.newSecret((count) => random.bytes(count))
    return [
      {
        kind: 'put_endpoint',
        endpoint: { ...entry.endpoint, dialectVersion },
        secrets:
          made === null ? entry.secrets : [{ sealed: directory.sealSecret(entry.endpoint.id, made), until: null }],
        secondarySecrets: entry.secondarySecrets,
        create: false,
      },
    ]
  })
  return { keys: sharedKeys(parts, app, dialect), endpoints }
}

/** A patch that says nothing about a field leaves it; `null` is a value. */
export function withoutUndefined<T extends object>(patch: T): Partial<T> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Partial<T>
}
