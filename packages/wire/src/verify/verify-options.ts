/** The options and the result of `verify`. */
import type { DialectLike } from '../compile/to-compiled.ts'
import type { ReceivedMessage } from '../dialect.ts'
import type { VerifyErrorCode } from '../errors.ts'

export interface VerifyOptions {
  dialect: DialectLike
  /** The secret as the vendor shows it. `null`: the vendor sends unsigned requests, which only some dialects allow. */
  secret?: string | null
  /** Several secrets, while one is being replaced: any of them verifies. */
  secrets?: readonly string[]
  /** Milliseconds since 1970. Default: now. */
  now?: number
  /** The allowed age in seconds. Default: the dialect's. `null`: any age. */
  toleranceSeconds?: number | null
  /** `false`: do not search for the cause of a mismatch. The search costs at most about a hundred HMACs. */
  hints?: boolean
}

export type VerifyResult =
  | {
      ok: true
      messages: ReceivedMessage[]
      /** The index of the secret that verified, from 0. `null`: nothing was signed. */
      keyIndex: number | null
      /** When this attempt was sent, in milliseconds since 1970; `null` if the dialect does not carry it. */
      timestamp: number | null
    }
  | {
      ok: false
      code: VerifyErrorCode
      message: string
      /**
       * What to check next. For the developer of the receiver and not for the reply, because it is about the secret.
       */
      hint: string
      /** The status for the reply to the sender. */
      status: number
    }
