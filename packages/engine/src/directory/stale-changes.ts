/** Changes were computed from versions that are not the stored ones. The turns of these units compute them again. */
export class StaleChanges extends Error {
  readonly turns: ReadonlySet<string>

  constructor(turns: readonly string[]) {
    super(`these were changed by another node: ${turns.join(', ')}`)
    this.turns = new Set(turns)
  }
}
