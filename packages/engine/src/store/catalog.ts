import type { Application, Endpoint, EventType } from '../model.ts'
import type { IdempotencyRecord, Replay } from './queue.ts'

/**
 * The catalog: configuration. It lives in the queue's database and is written by the same writer, so that an accept can
 * check in its own statement that it matched with the current one. Small enough to be held in memory whole.
 */
export interface Catalog {
  load(): Promise<CatalogContents>
  /** All changes or none; `conflict` names the unique value that is taken. */
  write(changes: readonly CatalogChange[], idempotency: IdempotencyRecord | null): Promise<CatalogWriteResult>
}

/** One signing secret as it is stored: encrypted; `until` is when it stops signing beside the newer ones. */
export interface SealedSecret {
  readonly sealed: string
  readonly until: number | null
}

export interface EndpointRow {
  /** Its `headers` are empty: they may hold credentials, so they are stored sealed. */
  readonly endpoint: Endpoint
  readonly sealedHeaders: string | null
  /** Newest first; empty: unsigned. */
  readonly secrets: readonly SealedSecret[]
}

export interface CatalogContents {
  readonly applications: readonly { readonly application: Application; readonly version: number }[]
  readonly endpoints: readonly EndpointRow[]
  readonly eventTypes: readonly EventType[]
}

export type CatalogChange =
  | { readonly kind: 'application'; readonly row: Application; readonly create: boolean }
  /** `versioned: false`: nothing changed that an accept is matched with (its health), so accepts on their way stay good. */
  | { readonly kind: 'endpoint'; readonly row: EndpointRow; readonly create: boolean; readonly versioned: boolean }
  | { readonly kind: 'event_type'; readonly row: EventType; readonly create: boolean }
  /** Its endpoints go with it. */
  | { readonly kind: 'delete_application'; readonly org: string; readonly id: string }
  | { readonly kind: 'delete_endpoint'; readonly org: string; readonly app: string; readonly id: string }
  | { readonly kind: 'delete_event_type'; readonly org: string; readonly name: string }

export type CatalogWriteResult =
  /** Versions of the applications that the changes touched; an accept that names an older one is answered `stale_catalog`. */
  | { readonly state: 'written'; readonly versions: Readonly<Record<string, number>> }
  | { readonly state: 'conflict'; readonly what: 'uid' | 'name' }
  /** The row to change, or the application of a new endpoint, is gone. */
  | { readonly state: 'missing' }
  | Replay
