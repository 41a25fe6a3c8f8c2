/** Time and randomness come in as arguments, so that the whole engine runs under a virtual clock with a seed. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch: stored times and signatures. */
  now(): number
  /** Monotonic, milliseconds: deadlines and heartbeats, which must not follow a clock that is set. */
  monotonic(): number
  /** Runs `action` once after `delayMs`; answers how to forget it. Never keeps the process alive. */
  after(delayMs: number, action: () => void): () => void
}

/** When something is changed now: later than its last change, also within a millisecond, so that it never looks as it did before. */
export function changedAt(clock: Pick<Clock, 'now'>, { updatedAt }: { readonly updatedAt: number }): number {
  return Math.max(clock.now(), updatedAt + 1)
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  bytes(count: number): Uint8Array
}
