import { expect } from 'vitest'
import type { Application } from '../../../model.ts'
import { anApplication, anEndpoint } from '../../../testing/nouns.ts'
import type { Catalog, CatalogChange, CatalogContents, EndpointRow, Unit, UnitVersion } from '../../catalog.ts'
import { unitsOf } from '../../catalog-units.ts'
import type { IdempotencyRecord } from '../../idempotency.ts'
import type { AcceptItem } from '../../queue.ts'
import { newId, t0, unique, type Context, type Subject } from '../harness.ts'

type Written = Awaited<ReturnType<Catalog['write']>>

/** What a suite of the catalog has; all of it in the database that tests share. */
export interface CatalogContext extends Context {
  readonly catalog: () => Catalog
  /** Writes as somebody who knows the versions that are stored now. */
  readonly write: (...changes: readonly CatalogChange[]) => Promise<Written>
  readonly application: (fields?: Partial<Application>) => Promise<Application>
  /** The rows of one organisation. */
  readonly rowsOf: (org: string) => Promise<CatalogContents>
}

export function catalogContext(context: Context): CatalogContext {
  const catalog = (): Catalog => context.shared().store.catalog
  const write: CatalogContext['write'] = (...changes) => writeNow(context.shared(), ...changes)
  return {
    ...context,
    catalog,
    write,
    async application(fields = {}) {
      const row = anApplication({ id: unique('app'), org: unique('org'), ...fields })
      expect(await write(createApplication(row))).toMatchObject({ state: 'written' })
      return row
    },
    async rowsOf(org) {
      const { organisations, applications, endpoints, eventTypes, dialects } = await catalog().load()
      return {
        organisations: organisations.filter(({ id }) => id === org),
        applications: applications.filter((row) => row.application.org === org),
        endpoints: endpoints.filter((row) => row.endpoint.org === org),
        eventTypes: eventTypes.filter((row) => row.org === org),
        dialects: dialects.filter((row) => row.org === org),
      }
    },
  }
}

/** Writes as somebody who knows the versions that are stored now. */
export async function writeNow({ store }: Subject, ...changes: readonly CatalogChange[]): Promise<Written> {
  return store.catalog.write({ changes, expected: await stored(store.catalog, changes), idempotency: null })
}

/** The stored versions of the units of some changes. */
export async function stored(catalog: Catalog, changes: readonly CatalogChange[]): Promise<UnitVersion[]> {
  const { applications, organisations } = await catalog.load()
  const versionOf = ({ kind, id }: Unit): number | undefined =>
    kind === 'application'
      ? applications.find(({ application }) => application.id === id)?.version
      : organisations.find((organisation) => organisation.id === id)?.version
  return unitsOf(changes).map((unit) => ({ ...unit, version: versionOf(unit) ?? 0 }))
}

export function applicationChange(application: Application, create: boolean): CatalogChange {
  return { kind: 'application', row: { application, keys: [] }, create }
}

export function createApplication(application: Application): CatalogChange {
  return applicationChange(application, true)
}

export function createEndpoint(row: EndpointRow): CatalogChange {
  return { kind: 'endpoint', row, create: true, versioned: true }
}

export function endpointRow(app: Application, fields: Parameters<typeof anEndpoint>[0] = {}): EndpointRow {
  const endpoint = anEndpoint({ id: unique('ep'), org: app.org, app: app.id, ...fields })
  return { endpoint, sealedHeaders: null, secrets: [], secondarySecrets: [] }
}

/** A message that was matched with this version. */
export function acceptItem(app: Application, catalogVersion: number): AcceptItem {
  const message = {
    id: newId('msg', t0),
    app: app.id,
    eventType: 'a',
    eventId: null,
    payload: '{}',
    channels: null,
    tags: null,
    params: {},
    platform: null,
    occurredAt: t0,
    acceptedAt: t0,
    deliverAt: null,
    deliver: true,
    targets: [],
  }
  return { message, expiresAt: t0 + 1, ownRetention: false, work: [], catalogVersion, idempotency: null }
}

export function newKey(answer = 'made'): IdempotencyRecord {
  return { key: unique('key'), fingerprint: 'f1', answer, createdAt: t0, expiresAt: t0 + 1 }
}
