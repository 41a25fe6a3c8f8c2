import type { DatabaseSync } from 'node:sqlite'
import type { Catalog, CatalogChange, CatalogWrite, Unit } from '../../catalog.ts'
import { raises, unitKey, unitsOf } from '../../catalog-units.ts'
import { write as writeMethod } from '../method.ts'
import type { QueueFile } from '../queue/queue-file.ts'
import { applicationChanges } from './application.ts'
import { auditChanges } from './audit.ts'
import { dialectChanges } from './dialect.ts'
import { endpointChanges } from './endpoint.ts'
import { eventTypeChanges } from './event-type.ts'
import { newLine } from './line.ts'
import type { ChangeOf, ChangesOf, Refusal } from './rows.ts'

export const write = {
  write: writeMethod<QueueFile, Catalog['write']>(({ database, answers, versions }) => {
    const changesOf = everyChange(database)
    const line = newLine()

    /** The units that were changed since, or that others are to change first. */
    function staleOf({ changes, expected, writer }: CatalogWrite): readonly Unit[] {
      const stale = expected.filter((unit) => versions.of(unit) !== unit.version)
      if (changes.length === 0) return stale
      const others = expected.filter((unit) => line.isOthers(unit, writer?.node ?? ''))
      return [...new Set([...stale, ...others])]
    }

    /** All of them, or the refusal of the first that cannot be made. */
    function make(changes: readonly CatalogChange[]): Refusal | null {
      for (const change of changes) {
        const one = changesOf[change.kind] as ChangeOf<CatalogChange>
        const refusal = one.refusal(change)
        if (refusal) return refusal
        one.make(change)
      }
      return null
    }

    /** Undoes what was made before a refusal. Other calls of the group are in the same transaction and stay. */
    function makeAll(changes: readonly CatalogChange[]): Refusal | null {
      database.exec('SAVEPOINT changes')
      const refusal = make(changes)
      if (refusal) database.exec('ROLLBACK TO changes')
      database.exec('RELEASE changes')
      return refusal
    }

    return (item) => {
      const { changes, expected, idempotency, writer } = item
      const replay = answers.find(idempotency)
      if (replay) return replay
      refuseUnnamed(changes, expected)
      const stale = staleOf(item)
      if (writer)
        for (const unit of expected)
          if (writer.waits && changes.length > 0 && stale.length > 0) line.join(unit, writer.node)
          else line.leave(unit, writer.node)
      if (stale.length > 0) return { state: 'stale', units: stale.map(({ kind, id }) => ({ kind, id })) }
      const refusal = makeAll(changes)
      if (refusal) return refusal
      answers.keep(idempotency)
      const raised = unitsOf(changes.filter(raises)).map((unit) => ({ ...unit, version: versions.raise(unit) }))
      return { state: 'written', versions: raised.filter(({ version }) => version > 0) }
    }
  }),
}

/** A change whose version is not named could overwrite another one: that is a bug of the caller. */
function refuseUnnamed(changes: readonly CatalogChange[], expected: readonly Unit[]): void {
  const named = new Set(expected.map(unitKey))
  const unnamed = unitsOf(changes).find((unit) => !named.has(unitKey(unit)))
  if (unnamed) throw new Error(`a change of ${unitKey(unnamed)} does not name the version that it was computed from`)
}

function everyChange(database: DatabaseSync): ChangesOf<CatalogChange['kind']> {
  return {
    ...applicationChanges(database),
    ...endpointChanges(database),
    ...eventTypeChanges(database),
    ...dialectChanges(database),
    ...auditChanges(database),
  }
}
