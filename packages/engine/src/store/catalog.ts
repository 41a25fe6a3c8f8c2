import type { Application, AuditEntry, DialectVersion, Endpoint, EventType } from '../model.ts'
import type { IdempotencyRecord, Replay } from './idempotency.ts'

/**
 * The catalog: configuration. It lives in the queue's database and is written by the same writer, so that an accept can
 * check in its own statement that it matched with the current one. Small enough to be held in memory whole.
 */
export interface Catalog {
  load(): Promise<CatalogContents>
  /** All changes or none, and none when one of `expected` is not the version that is stored. */
  write(item: CatalogWrite): Promise<CatalogWriteResult>
  /** Audit entries of an organisation, of one application where it is given. */
  audit(query: AuditQuery): Promise<readonly AuditEntry[]>
}

export interface CatalogWrite {
  readonly changes: readonly CatalogChange[]
  /** The version of each unit of these changes that they were computed from; `unitOf` (catalog-units.ts) names it. */
  readonly expected: readonly UnitVersion[]
  readonly idempotency: IdempotencyRecord | null
  /** Whose change it is, where several nodes write. */
  readonly writer?: Writer
}

/** A node that writes changes of one unit one after another. */
export interface Writer {
  readonly node: string
  /**
   * It was stale several times and waits in line: where it is stale again, changes of these units by others are stale until it has come to
   * its turn. A write without changes gives its places up.
   */
  readonly waits: boolean
}

/**
 * What has a version. A change is computed from rows in memory, and it names the version of its unit that it was computed from,
 * so that it cannot overwrite what another node wrote meanwhile.
 *
 * An application and its endpoints are one unit: they are checked against each other, and an accept is matched with all of them.
 * The event types and dialects of an organisation are another: every application may use them, and they change rarely, so one
 * number for all of them costs few repetitions.
 */
export interface Unit {
  readonly kind: 'application' | 'organisation'
  readonly id: string
}

/** Version 0: an application that is not there, or an organisation that never had an event type or a dialect. */
export interface UnitVersion extends Unit {
  readonly version: number
}

export interface AuditQuery {
  readonly org: string
  readonly app: string | null
  readonly cursor: string | null
  readonly order: 'ascending' | 'descending'
  readonly limit: number
}

/** One signing secret as it is stored: encrypted. It signs from `from` (absent: at once) until `until` (`null`: no end). */
export interface SealedSecret {
  readonly sealed: string
  readonly from?: number
  readonly until: number | null
}

interface ApplicationRow {
  readonly application: Application
  /** The signing key of all its endpoints, newest first; empty where each endpoint has its own. */
  readonly keys: readonly SealedSecret[]
}

export interface EndpointRow {
  /** Its `headers` are empty: they may hold credentials, so they are stored sealed. */
  readonly endpoint: Endpoint
  readonly sealedHeaders: string | null
  /** Newest first; empty: unsigned. */
  readonly secrets: readonly SealedSecret[]
  /** Those of the second format, where there is one. */
  readonly secondarySecrets: readonly SealedSecret[]
}

export interface CatalogContents {
  /** Those with event types or dialects, or that had some. */
  readonly organisations: readonly { readonly id: string; readonly version: number }[]
  readonly applications: readonly (ApplicationRow & { readonly version: number })[]
  readonly endpoints: readonly EndpointRow[]
  readonly eventTypes: readonly EventType[]
  /** Each dialect's versions in their order. */
  readonly dialects: readonly DialectVersion[]
}

export type CatalogChange =
  | { readonly kind: 'application'; readonly row: ApplicationRow; readonly create: boolean }
  /** `versioned: false`: only its health changed, and no accept is matched with that, so accepts on their way stay good. */
  | { readonly kind: 'endpoint'; readonly row: EndpointRow; readonly create: boolean; readonly versioned: boolean }
  | { readonly kind: 'event_type'; readonly row: EventType; readonly create: boolean }
  /** Its endpoints and operations go with it. */
  | { readonly kind: 'delete_application'; readonly org: string; readonly id: string }
  | { readonly kind: 'delete_endpoint'; readonly org: string; readonly app: string; readonly id: string }
  | { readonly kind: 'delete_event_type'; readonly org: string; readonly name: string }
  /** A new version; `conflict` when that number is there. */
  | { readonly kind: 'dialect'; readonly row: DialectVersion }
  /** With all its versions. */
  | { readonly kind: 'delete_dialect'; readonly org: string; readonly name: string }
  | { readonly kind: 'audit'; readonly row: AuditEntry }

export type CatalogWriteResult =
  /**
   * The new versions of the units that the changes raised. An accept that was matched with an older one of its application is
   * answered `stale_catalog`.
   */
  | { readonly state: 'written'; readonly versions: readonly UnitVersion[] }
  /** Another writer changed these units, or is to change them next: read them again, and compute the changes again. */
  | { readonly state: 'stale'; readonly units: readonly Unit[] }
  /** `what` is the unique value that is taken. */
  | { readonly state: 'conflict'; readonly what: 'uid' | 'name' | 'version' }
  /** The row to change, or the application of a new endpoint, is gone. */
  | { readonly state: 'missing' }
  | Replay
