import type { Unit } from '../store/catalog.ts'

/** Runs work one after another where it has the same key. */
export class WriteTurns {
  readonly #last = new Map<string, Promise<unknown>>()
  /** What will run side by side in a turn that has not begun. */
  readonly #together = new Map<string, (() => Promise<void>)[]>()

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const result = before.then(work, work)
    const settled = result.catch(() => undefined)
    this.#last.set(key, settled)
    void settled.then(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    })
    return result
  }

  /** Runs work in a turn too, side by side with other work that comes by this method before the turn begins. */
  runTogether<T>(key: string, work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const one = (): Promise<void> => work().then(resolve, reject)
    const waiting = this.#together.get(key)
    if (waiting) waiting.push(one)
    else {
      const all = [one]
      this.#together.set(key, all)
      void this.run(key, () => {
        this.#together.delete(key)
        return Promise.all(all.map((start) => start()))
      })
    }
    return promise
  }
}

/** The turn of an organisation: its event types and dialects change in it, and applications that may name a dialect come in it. */
export function organisationTurn(org: string): string {
  return `organisation ${org}`
}

/** The turn in which the rows of a unit change. That of an application is its id. */
export function turnOf({ kind, id }: Unit): string {
  return kind === 'application' ? id : organisationTurn(id)
}
