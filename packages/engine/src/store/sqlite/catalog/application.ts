import type { DatabaseSync } from 'node:sqlite'
import type { Application } from '../../../model.ts'
import type { CatalogContents, SealedSecret } from '../../catalog.ts'
import { deleteOperationsOn } from '../operation-store/delete-all.ts'
import { missing, type ChangesOf } from './rows.ts'

export function applicationChanges(database: DatabaseSync): ChangesOf<'application' | 'delete_application'> {
  const byId = database.prepare('SELECT 1 FROM application WHERE id = ? AND org = ?')
  const byUid = database.prepare('SELECT id FROM application WHERE org = ? AND uid = ?')
  const put = database.prepare(
    `INSERT INTO application (id, org, uid, version, data, sealed) VALUES (?, ?, ?, 0, ?, ?)
    ON CONFLICT (id) DO UPDATE SET uid = excluded.uid, data = excluded.data, sealed = excluded.sealed`,
  )
  const removeEndpoints = database.prepare('DELETE FROM endpoint WHERE app = ?')
  const remove = database.prepare('DELETE FROM application WHERE id = ?')
  const deleteOperations = deleteOperationsOn(database)
  return {
    application: {
      refusal({ row, create }) {
        const { id, org, uid } = row.application
        if (!create && !byId.get(id, org)) return missing
        const taken = uid === null ? undefined : byUid.get(org, uid)
        return taken && taken.id !== id ? { state: 'conflict', what: 'uid' } : null
      },
      make({ row: { application, keys } }) {
        const { id, org, uid } = application
        put.run(id, org, uid, JSON.stringify(application), JSON.stringify(keys))
      },
    },
    delete_application: {
      refusal: ({ id, org }) => (byId.get(id, org) ? null : missing),
      make({ id }) {
        removeEndpoints.run(id)
        deleteOperations(id)
        remove.run(id)
      },
    },
  }
}

export function readApplications(database: DatabaseSync): () => CatalogContents['applications'] {
  const select = database.prepare('SELECT data, sealed, version FROM application ORDER BY id')
  return () =>
    select.all().map((row) => ({
      application: JSON.parse(String(row.data)) as Application,
      keys: JSON.parse(String(row.sealed)) as SealedSecret[],
      version: Number(row.version),
    }))
}
