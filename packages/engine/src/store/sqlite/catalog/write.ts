import type { DatabaseSync } from 'node:sqlite'
import type { Catalog, CatalogChange, CatalogWriteResult } from '../../catalog.ts'
import { write as writeMethod } from '../method.ts'
import type { QueueFile } from '../queue/queue-file.ts'
import { applicationChanges } from './application.ts'
import { auditChanges } from './audit.ts'
import { dialectChanges } from './dialect.ts'
import { endpointChanges } from './endpoint.ts'
import { eventTypeChanges } from './event-type.ts'
import type { ChangeOf, ChangesOf, Refusal } from './rows.ts'

export const write = {
  write: writeMethod<QueueFile, Catalog['write']>(({ database, answers, versions }) => {
    const changesOf = everyChange(database)

    function writeEach(changes: readonly CatalogChange[]): Extract<CatalogWriteResult, { state: 'written' }> | Refusal {
      const raised: Record<string, number> = {}
      for (const change of changes) {
        const { refusal, make } = changesOf[change.kind] as ChangeOf<CatalogChange>
        const refused = refusal(change)
        if (refused) return refused
        make(change)
        const app = raisedBy(change)
        if (app !== null) raised[app] = versions.raise(app)
        if (change.kind === 'delete_application') {
          versions.forget(change.id)
          delete raised[change.id]
        }
      }
      return { state: 'written', versions: raised }
    }

    return (changes, idempotency) => {
      const replay = answers.find(idempotency)
      if (replay) return replay
      // Other calls of the group are in the same transaction, so a refusal of the second change undoes only the first.
      database.exec('SAVEPOINT changes')
      const result = writeEach(changes)
      if (result.state === 'written') answers.keep(idempotency)
      else {
        database.exec('ROLLBACK TO changes')
        versions.reload()
      }
      database.exec('RELEASE changes')
      return result
    }
  }),
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

/** The application whose configuration a change changes. */
function raisedBy(change: CatalogChange): string | null {
  switch (change.kind) {
    case 'application':
      return change.row.application.id
    case 'endpoint':
      return change.versioned ? change.row.endpoint.app : null
    case 'delete_endpoint':
      return change.app
    default:
      return null
  }
}
