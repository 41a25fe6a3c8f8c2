export interface BenchmarkOptions {
  /** JSON with every run, instead of a table. */
  readonly json: boolean
  /** Roots of other checkouts of this repository, whose code is measured in the same rounds. */
  readonly against: readonly string[]
  /** How often each row is measured. */
  readonly rounds: number
}
