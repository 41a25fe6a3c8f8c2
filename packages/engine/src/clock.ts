/** Time and randomness come in as arguments, so that the whole engine runs under a virtual clock with a seed. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch: stored times and signatures. */
  now(): number
  /** Monotonic, milliseconds: deadlines and heartbeats, which must not follow a clock that is set. */
  monotonic(): number
  /** Runs `action` once after `delayMs`; answers how to forget it. Never keeps the process alive. */
  after(delayMs: number, action: () => void): () => void
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  bytes(count: number): Uint8Array
}
