import type { Unit } from '../store/catalog.ts'

/** Runs work one after another where it has the same key. */
export class WriteTurns {
  readonly #last = new Map<string, Promise<unknown>>()

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
}

/** The turn of an organisation: its event types and dialects change in it, and applications that may name a dialect come in it. */
export function organisationTurn(org: string): string {
  return `organisation ${org}`
}

/** The unit whose rows change in a turn; `null`: it is the turn of something else. */
export function unitOfTurn(turn: string): Unit | null {
  const [kind] = turn.split(' ', 1)
  if (kind === 'organisation') return { kind, id: turn.slice(kind.length + 1) }
  return turn.startsWith('app_') ? { kind: 'application', id: turn } : null
}

/** The turn in which the rows of a unit change. That of an application is its id. */
export function turnOf({ kind, id }: Unit): string {
  return kind === 'application' ? id : organisationTurn(id)
}
