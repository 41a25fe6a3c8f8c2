import type { VerifyErrorCode } from '../errors.ts'

/** Why a request is refused; becomes a result. */
export class Refusal {
  readonly code: VerifyErrorCode
  readonly message: string
  readonly hint: string
  constructor(code: VerifyErrorCode, message: string, hint: string) {
    this.code = code
    this.message = message
    this.hint = hint
  }
}
