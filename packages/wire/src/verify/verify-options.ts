/** What `verify` takes and answers. */
import type { DialectLike } from '../compile/to-compiled.ts'
import type { ReceivedMessage } from '../dialect.ts'
import type { VerifyErrorCode } from '../errors.ts'

export interface VerifyOptions {
  dialect: DialectLike
  /** As the vendor shows it. `null`: the vendor sends unsigned, which only some dialects allow. */
  secret?: string | null
  /** Several while a secret is being replaced: any of them verifies. */
  secrets?: readonly string[]
  /** Milliseconds since 1970; the present time when it is left out. */
  now?: number
  /** In seconds. Left out: what the dialect says. `null`: any age. */
  toleranceSeconds?: number | null
  /** `false`: do not look for the cause of a mismatch. It costs a refusal some sixty HMACs at most. */
  hints?: boolean
}

export type VerifyResult =
  | {
      ok: true
      messages: ReceivedMessage[]
      /** Which secret it was, counted from 0. `null` when nothing was signed. */
      keyIndex: number | null
      /** When this attempt was sent, in milliseconds since 1970, where the dialect says so. */
      timestamp: number | null
    }
  | {
      ok: false
      code: VerifyErrorCode
      message: string
      /** What to look at. For the developer of the receiver, not for the reply: it speaks about the secret. */
      hint: string
      /** What to answer the sender with. */
      status: number
    }
