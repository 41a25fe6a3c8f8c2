/** Every way in which the engine refuses; the list is closed, the API maps each to a status. */
export type EngineErrorCode =
  | 'not_found'
  | 'conflict' // a uid, name or event id that is taken
  | 'invalid' // a field that breaks a rule; `field` names it
  | 'payload_too_large'
  | 'address_refused'
  | 'header_refused'
  | 'secret_refused'
  | 'unknown_event_type'
  | 'unknown_dialect'
  | 'message_refused' // the dialect of an endpoint cannot carry it
  | 'idempotent_replay' // this Idempotency-Key was answered before; see `replay`
  | 'overloaded' // try again after `retryAfterSeconds`
  | 'database_locked'
  | 'database_refused' // damaged, from a newer version, or on settings that would lose data
  | 'closed'

export interface EngineErrorDetails {
  /** The input that is wrong, as a path: `headers.Host`. */
  readonly field?: string
  readonly replay?: { readonly fingerprint: string; readonly answer: string }
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/** What happened, why, and what to do next, in one sentence or two. Nothing secret, nothing internal. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode
  readonly field: string | null
  readonly replay: { readonly fingerprint: string; readonly answer: string } | null
  readonly retryAfterSeconds: number | null

  constructor(code: EngineErrorCode, message: string, details: EngineErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.field = details.field ?? null
    this.replay = details.replay ?? null
    this.retryAfterSeconds = details.retryAfterSeconds ?? null
  }
}
