import type { ApplicationInput, Engine } from '../engine.ts'
import type { Application } from '../model.ts'
import { checkHeaders, checkMetadata, checkName, checkParams, checkSecret, checkUid } from '../rules.ts'
import { idempotencyRecord } from '../accept.ts'
import { pageOf } from './pages.ts'
import type { ResourceParts } from './parts.ts'

export function applications(parts: ResourceParts): Engine['applications'] {
  const { directory, clock, newId } = parts

  function check(input: Partial<ApplicationInput>): void {
    if (input.name !== undefined) checkName(input.name)
    if (input.uid != null) checkUid(input.uid)
    if (input.metadata) checkMetadata(input.metadata)
    if (input.params) checkParams(input.params)
    if (input.dialect != null) parts.dialect(input.dialect)
  }

  /** Endpoints that name no dialect take the application's: their headers and secrets must be good in the new one. */
  function checkInheriting(id: string, row: Application): void {
    const dialect = parts.dialect(row.dialect ?? '')
    for (const entry of directory.application(row.org, id).endpoints.values()) {
      if (entry.endpoint.dialect !== null) continue
      checkHeaders(entry.endpoint.headers, dialect)
      for (const secret of directory.secretsOf(entry)) checkSecret(secret, dialect)
    }
  }

  return {
    async create(org, input, options = {}) {
      check({ ...input, name: input.name })
      const now = clock.now()
      const row: Application = {
        id: newId('app', now),
        org,
        uid: input.uid ?? null,
        name: input.name,
        metadata: input.metadata ?? {},
        rateLimit: input.rateLimit ?? null,
        dialect: input.dialect ?? null,
        params: input.params ?? {},
        createdAt: now,
        updatedAt: now,
      }
      await directory.write(
        { kind: 'application', row, create: true },
        idempotencyRecord(options.idempotency, row, now),
      )
      return row
    },
    async get(org, id) {
      return directory.application(org, id).application
    },
    async list(org, options = {}) {
      return pageOf(directory.applications(org), (row) => row.id, options)
    },
    async update(org, id, patch) {
      check(patch)
      const { application } = directory.application(org, id)
      return directory.exclusively(application.id, async () => {
        const before = directory.application(org, application.id).application
        const row: Application = { ...before, ...withoutUndefined(patch), updatedAt: clock.now() }
        if (row.dialect !== before.dialect) checkInheriting(application.id, row)
        await directory.write({ kind: 'application', row, create: false })
        parts.changed(before.id)
        return row
      })
    },
    async delete(org, id) {
      const entry = directory.application(org, id)
      const endpoints = [...entry.endpoints.keys()]
      await directory.exclusively(entry.application.id, () =>
        directory.write({ kind: 'delete_application', org, id: entry.application.id }),
      )
      for (const endpoint of endpoints) parts.schedule.wake(endpoint, entry.application.id)
    },
  }
}

/** A patch that says nothing about a field leaves it; `null` is a value. */
export function withoutUndefined<T extends object>(patch: T): Partial<T> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Partial<T>
}
