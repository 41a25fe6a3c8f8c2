/**
 * Every code with which this package refuses something. The list is closed: documentation and dashboards use the codes
 * as keys.
 */

/** Why a dialect, a message or a secret cannot be used. */
export type WireErrorCode =
  | 'invalid_dialect'
  | 'unknown_dialect'
  | 'sync_unavailable'
  | 'incompatible_secondary'
  | 'invalid_id'
  | 'invalid_type'
  | 'invalid_time'
  | 'invalid_payload'
  | 'payload_clash'
  | 'missing_param'
  | 'invalid_param'
  | 'missing_claim'
  | 'invalid_claim'
  | 'empty_secret'
  | 'malformed_secret'
  | 'invalid_url'

/** Why a request is refused. */
export type VerifyErrorCode =
  | 'missing_header'
  | 'malformed_header'
  | 'duplicate_header'
  | 'signature_mismatch'
  | 'timestamp_too_old'
  | 'timestamp_in_future'
  | 'unsupported_algorithm'
  | 'empty_secret'
  | 'malformed_secret'
  | 'malformed_request'
  | 'malformed_body'
  | 'body_not_bytes'
  | 'sync_unavailable'
  | 'unknown_dialect'
  | 'invalid_dialect'

/** One thing wrong with a dialect: a JSON path (`signatures[0].over[1]`) and what is wrong there. */
export interface Problem {
  path: string
  reason: string
}

/**
 * The one error class of this package. The message says what happened and why; `hint` says what to do next.
 *
 * @example
 * const error = dialect('standard').checkSecret('')
 * if (error) console.error(error.code, error.message, error.hint)
 */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: WireErrorCode
  readonly hint: string
  /** For `invalid_dialect`: everything that is wrong, not only the first thing. */
  readonly problems: readonly Problem[]

  constructor(code: WireErrorCode, message: string, detail: { hint?: string; problems?: readonly Problem[] } = {}) {
    super(message)
    this.code = code
    this.hint = detail.hint ?? ''
    this.problems = detail.problems ?? []
  }
}
