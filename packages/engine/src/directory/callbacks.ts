import type { CompiledDialect } from '@posthorn/wire'
import type { Callback } from '../store/operation-store.ts'
import { callbackEntry } from './callback-entry.ts'
import type { ApplicationEntry, TargetEntry } from './entries.ts'
import type { Vault } from './vault.ts'

/** The callbacks of operations that are still to be delivered, as targets. */
export class Callbacks {
  readonly #vault: Vault
  readonly #waiting = new Map<string, Waiting>()

  constructor(vault: Vault) {
    this.#vault = vault
  }

  /** From now on the operation is a target. */
  add(callback: Callback): void {
    this.#waiting.set(callback.id, { callback, made: null })
  }

  /** It was delivered, it failed for good, or nothing is left to fetch. */
  remove(operation: string): void {
    this.#waiting.delete(operation)
  }

  /** Operations of an application whose callback is still to be delivered. */
  of(app: string): string[] {
    return [...this.#waiting.values()].flatMap(({ callback }) => (callback.app === app ? [callback.id] : []))
  }

  /** The application of an operation whose callback is still to be delivered. */
  applicationOf(operation: string): string | null {
    return this.#waiting.get(operation)?.callback.app ?? null
  }

  /** The target of a callback, made once for each version of its application and dialect. */
  entry(operation: string, app: ApplicationEntry, dialect: CompiledDialect): TargetEntry | null {
    const waiting = this.#waiting.get(operation)
    if (!waiting) return null
    if (waiting.made?.app !== app || waiting.made.entry.dialect !== dialect) {
      const { callback } = waiting
      const claim = this.#vault.openClaim(operation, callback.sealedClaim)
      waiting.made = { app, entry: callbackEntry(app, callback, claim, dialect) }
    }
    return waiting.made.entry
  }
}

interface Waiting {
  readonly callback: Callback
  made: { readonly app: ApplicationEntry; readonly entry: TargetEntry } | null
}
