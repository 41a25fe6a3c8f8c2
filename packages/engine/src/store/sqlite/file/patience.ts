import type { DatabaseSync } from 'node:sqlite'

/** A short lock from outside (a backup, a query in a shell) is waited for and nobody notices. */
const usualMs = 5_000
/** While a lock lasts longer than that, every group is refused soon, so that callers get their 503 and can go elsewhere. */
const lockedMs = 200

/** How long a connection waits for a lock that another process holds. */
export class Patience {
  readonly #database: DatabaseSync
  #isLocked = false

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#set(usualMs)
  }

  note(isLocked: boolean): void {
    if (isLocked === this.#isLocked) return
    this.#isLocked = isLocked
    this.#set(isLocked ? lockedMs : usualMs)
  }

  #set(ms: number): void {
    this.#database.exec(`PRAGMA busy_timeout = ${ms}`)
  }
}
