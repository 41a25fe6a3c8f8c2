/** Every way in which the engine refuses; the list is closed, the API maps each to a status. */
export type EngineErrorCode =
  | 'not_found'
  | 'forbidden' // a customer changes what is the vendor's; the text names it
  | 'conflict' // a uid, name or event id that is taken
  | 'precondition_failed' // it is not as the caller has seen it
  | 'invalid' // a field that breaks a rule; `field` names it
  | 'payload_too_large'
  | 'address_refused'
  | 'header_refused'
  | 'secret_refused'
  | 'unknown_event_type'
  | 'unknown_dialect'
  | 'unknown_preset'
  | 'message_refused' // the dialect of an endpoint cannot carry it
  | 'missing_payload' // it was erased, or its retention is over
  | 'payload_invalid' // it is not what the event type's schema says
  | 'filter_refused'
  | 'dialect_refused' // a definition that cannot be a dialect, or a second format that does not fit the first
  | 'read_only' // a dialect that everybody shares
  | 'in_use' // a dialect that an application or endpoint names
  | 'plan_required' // the customer's plan does not have it
  | 'not_ready' // something has to happen first
  | 'activation_required' // an endpoint is activated in a step of its own, before it is subscribed
  | 'endpoint_limit'
  | 'limit_reached' // too many old secrets still sign
  | 'platform_unsupported' // the support matrix excludes it
  | 'expired' // it was there, and its time is over
  | 'idempotent_replay' // a repeat of an earlier write; `replay` has what that gave
  | 'idempotency_key_reused' // the key of an earlier write, and another request
  | 'overloaded' // try again after `retryAfterSeconds`
  | 'database_locked' // another process has it, or has locked a file; nothing was written
  | 'database_refused' // damaged, not writable, from a newer version, or on settings that would lose data
  | 'closed'

/** What a write gave the first time, when its key comes again. */
export type Kept =
  | { readonly kind: 'result'; readonly result: unknown }
  /** The first released version kept the HTTP answer and not the result. Such a row is at most 24 hours old. */
  | { readonly kind: 'http_answer'; readonly status: number; readonly body: string }

export interface EngineErrorDetails {
  /** The input that is wrong, as a path: `headers.Host`. */
  readonly field?: string
  readonly replay?: Kept
  readonly retryAfterSeconds?: number
  /** Everything that is wrong with a value of many members, each with its place in it. */
  readonly problems?: readonly { readonly path: string; readonly reason: string }[]
  readonly cause?: unknown
}

/** What happened, why, and what to do next, in one sentence or two. Nothing secret, nothing internal. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode
  readonly field: string | null
  readonly replay: Kept | null
  readonly retryAfterSeconds: number | null
  readonly problems: readonly { readonly path: string; readonly reason: string }[]

  constructor(code: EngineErrorCode, message: string, details: EngineErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.field = details.field ?? null
    this.replay = details.replay ?? null
    this.retryAfterSeconds = details.retryAfterSeconds ?? null
    this.problems = details.problems ?? []
  }
}

/** Whether a call failed because the engine shuts down: the next process takes the work up. */
export function isClosed(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'closed'
}

/** @param noun what was looked for: `endpoint` @param id as the caller wrote it */
export function notFound(noun: string, id: string): EngineError {
  return new EngineError('not_found', `There is no ${noun} ${id} here.`)
}
