import type { DatabaseSync } from 'node:sqlite'

/**
 * Versions of the configuration of applications, in memory, so that an accept compares its version without a read. An accept that
 * was matched with an older one is stale.
 */
export interface Versions {
  /** 0: there is no such application. */
  application(id: string): number
  /** Answers the new version. */
  raise(app: string): number
  forget(app: string): void
  /** Reads them again, after changes were undone. */
  reload(): void
}

export function versionsOn(database: DatabaseSync): Versions {
  const selectAll = database.prepare('SELECT id, version FROM application')
  const update = database.prepare('UPDATE application SET version = ? WHERE id = ?')
  const applications = new Map<string, number>()
  const application = (id: string): number => applications.get(id) ?? 0
  const reload = (): void => {
    applications.clear()
    for (const row of selectAll.iterate()) applications.set(String(row.id), Number(row.version))
  }
  reload()
  return {
    application,
    raise(app) {
      const version = application(app) + 1
      update.run(version, app)
      applications.set(app, version)
      return version
    },
    forget: (app) => void applications.delete(app),
    reload,
  }
}
