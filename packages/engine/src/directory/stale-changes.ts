import type { Unit } from '../store/catalog.ts'
import { turnOf } from './write-turns.ts'

/** Changes were computed from versions that are not the stored ones. The turns of these units compute them again. */
export class StaleChanges extends Error {
  readonly turns: ReadonlySet<string>

  constructor(units: readonly Unit[]) {
    const turns = units.map(turnOf)
    super(`these were changed by another node: ${turns.join(', ')}`)
    this.turns = new Set(turns)
  }
}
