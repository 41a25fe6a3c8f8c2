/** What is kept with a change: a repeat with the same Idempotency-Key gets it and changes nothing. */
export interface IdempotencyRecord {
  readonly key: string
  readonly fingerprint: string
  /** The result of the change as JSON (see ../idempotency.ts). */
  readonly answer: string
  readonly createdAt: number
  /** A repeat from then on is a new request. */
  readonly expiresAt: number
}

/** A request with this key was answered before. */
export interface Replay {
  readonly state: 'replay'
  readonly fingerprint: string
  readonly answer: string
}
