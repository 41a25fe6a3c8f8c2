import type { VerifyErrorCode } from '../errors.ts'

/** Why a request is not believed, on its way to becoming a result. */
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
