/** One of the long proofs. It runs until its time is over, and says in one row what it did. */
export interface Proof {
  readonly name: string
  /** What it shows, for the table's caption. */
  readonly title: string
  /** Of all the time that there is. */
  readonly share: number
  readonly columns: readonly string[]
  run(until: Deadline): Promise<Outcome>
}

export interface Deadline {
  readonly isOver: boolean
  readonly leftMs: number
  /** Says how far it is. */
  tell(progress: string): void
}

export interface Outcome {
  /** A cell for each column. */
  readonly cells: readonly string[]
  /** Broken promises. There must be none. */
  readonly violations: readonly string[]
}

/** 1234567 as 1,234,567. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
