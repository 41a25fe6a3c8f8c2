import type { DatabaseSync } from 'node:sqlite'

/** Notes that the receiver took the callback. */
export function noteCalledOn(database: DatabaseSync): (operation: string, at: number) => void {
  // It may have been claimed before its callback was answered: the later state stays.
  const update = database.prepare(
    `UPDATE operation SET called_at = ?, state = iif(state IN ('ready', 'failed'), 'called', state) WHERE id = ?`,
  )
  return (operation, at) => {
    update.run(at, operation)
  }
}
