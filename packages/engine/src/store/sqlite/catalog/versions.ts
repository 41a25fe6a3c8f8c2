import type { DatabaseSync } from 'node:sqlite'
import type { Unit } from '../../catalog.ts'
import { unitKey } from '../../catalog-units.ts'

/**
 * Versions of applications and organisations, in memory: an accept compares that of its application without a read. An accept
 * that was matched with an older one is stale.
 */
export interface Versions {
  /** 0: there is no such application, or nothing of the organisation was ever written. */
  of(unit: Unit): number
  /** Answers the new version; 0 for an application that was deleted. */
  raise(unit: Unit): number
  /** Reads them again, after changes were undone. */
  reload(): void
}

export function versionsOn(database: DatabaseSync): Versions {
  const select = database.prepare(
    `SELECT 'application' AS kind, id, version FROM application
    UNION ALL SELECT 'organisation', id, version FROM organisation`,
  )
  const raiseApplication = database.prepare(
    'UPDATE application SET version = version + 1 WHERE id = ? RETURNING version',
  )
  const raiseOrganisation = database.prepare(
    `INSERT INTO organisation (id, version) VALUES (?, 1)
    ON CONFLICT (id) DO UPDATE SET version = version + 1 RETURNING version`,
  )
  const versions = new Map<string, number>()
  const reload = (): void => {
    versions.clear()
    for (const { kind, id, version } of select.iterate())
      versions.set(unitKey({ kind: kind === 'application' ? kind : 'organisation', id: String(id) }), Number(version))
  }
  reload()
  return {
    of: (unit) => versions.get(unitKey(unit)) ?? 0,
    raise(unit) {
      const row = (unit.kind === 'application' ? raiseApplication : raiseOrganisation).get(unit.id)
      const version = Number(row?.version ?? 0)
      if (version === 0) versions.delete(unitKey(unit))
      else versions.set(unitKey(unit), version)
      return version
    },
    reload,
  }
}

export function readOrganisations(database: DatabaseSync): () => { readonly id: string; readonly version: number }[] {
  const select = database.prepare('SELECT id, version FROM organisation ORDER BY id')
  return () => select.all().map(({ id, version }) => ({ id: String(id), version: Number(version) }))
}
