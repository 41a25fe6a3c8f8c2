import type { DatabaseSync } from 'node:sqlite'

/** Deletes the operations of an application with their results. A file that no row names is removed by the sweep of files. */
export function deleteOperationsOn(database: DatabaseSync): (app: string) => void {
  const removePayloads = database.prepare(
    'DELETE FROM operation_payload WHERE operation IN (SELECT id FROM operation WHERE app = ?)',
  )
  const remove = database.prepare('DELETE FROM operation WHERE app = ?')
  return (app) => {
    removePayloads.run(app)
    remove.run(app)
  }
}
