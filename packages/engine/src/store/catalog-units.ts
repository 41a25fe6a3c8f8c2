import type { CatalogChange, Unit } from './catalog.ts'

/** The unit that a change belongs to; `null`: an audit entry is based on nothing. */
export function unitOf(change: CatalogChange): Unit | null {
  switch (change.kind) {
    case 'application':
      return { kind: 'application', id: change.row.application.id }
    case 'endpoint':
      return { kind: 'application', id: change.row.endpoint.app }
    case 'delete_application':
      return { kind: 'application', id: change.id }
    case 'delete_endpoint':
      return { kind: 'application', id: change.app }
    case 'event_type':
    case 'dialect':
      return { kind: 'organisation', id: change.row.org }
    case 'delete_event_type':
    case 'delete_dialect':
      return { kind: 'organisation', id: change.org }
    case 'audit':
      return null
  }
}

/** Whether a change raises the version of its unit: every change does, except one of an endpoint's health. */
export function raises(change: CatalogChange): boolean {
  return change.kind !== 'audit' && (change.kind !== 'endpoint' || change.versioned)
}

/** Names a unit in a map. */
export function unitKey({ kind, id }: Unit): string {
  return `${kind} ${id}`
}

/** The units of some changes, each once. */
export function unitsOf(changes: readonly CatalogChange[]): Unit[] {
  const units = new Map<string, Unit>()
  for (const change of changes) {
    const unit = unitOf(change)
    if (unit) units.set(unitKey(unit), unit)
  }
  return [...units.values()]
}
