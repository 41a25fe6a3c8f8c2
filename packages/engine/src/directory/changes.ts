import type { Endpoint } from '../model.ts'
import type { CatalogChange, SealedSecret } from '../store/catalog.ts'
import { unitOf } from '../store/catalog-units.ts'
import { turnOf } from './write-turns.ts'

/** An endpoint as it will stand in memory; its headers are sealed on the way to the disk. */
export interface EndpointChange {
  readonly kind: 'put_endpoint'
  readonly endpoint: Endpoint
  readonly secrets: readonly SealedSecret[]
  readonly secondarySecrets: readonly SealedSecret[]
  readonly create: boolean
  /** Only its health changed: nothing that accepts are matched with. */
  readonly healthOnly?: boolean
}

/** Every change of the catalog; an endpoint's goes through `EndpointChange`, which seals. */
export type DirectoryChange = Exclude<CatalogChange, { kind: 'endpoint' }> | EndpointChange

/** The turn in which a change is made; `null`: it is shown nowhere. */
export function turnOfChange(change: DirectoryChange): string | null {
  if (change.kind === 'put_endpoint') return change.endpoint.app
  const unit = unitOf(change)
  return unit && turnOf(unit)
}

/** What a refusal calls the thing that was to change. */
export function nounOf(change: DirectoryChange): string {
  if (change.kind.endsWith('application')) return 'application'
  if (change.kind.endsWith('endpoint')) return 'endpoint'
  return change.kind.endsWith('dialect') ? 'dialect' : 'event type'
}

export function idOf(change: DirectoryChange): string {
  switch (change.kind) {
    case 'application':
      return change.row.application.id
    case 'put_endpoint':
      return change.endpoint.id
    case 'event_type':
    case 'dialect':
      return change.row.name
    case 'audit':
      return change.row.id
    case 'delete_event_type':
    case 'delete_dialect':
      return change.name
    default:
      return change.id
  }
}
