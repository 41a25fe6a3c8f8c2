/** From the questions of a judgement to its result. */
import { cryptography } from '#crypto'
import type { CompiledDialect } from '../compile/compiled-dialect.ts'
import type { VerifyErrorCode } from '../errors.ts'
import type { Asking } from './asking.ts'
import { Refusal } from './refusal.ts'
import type { VerifyResult } from './verify-options.ts'

/** Answers every question with the asynchronous cryptography, which every runtime has. */
export async function answered<Result>(asking: Asking<Result>): Promise<Result> {
  let step = asking.next()
  while (step.done !== true) {
    const answers = await Promise.all(
      step.value.map(async ({ key, pieces, signature }) =>
        cryptography.verify(key, pieces, signature).catch(() => false),
      ),
    )
    step = asking.next(answers)
  }
  return step.value
}

export function toResult(compiled: Pick<CompiledDialect, 'dialect'>, judged: VerifyResult | Refusal): VerifyResult {
  if (!(judged instanceof Refusal)) return judged
  const { code, message, hint } = judged
  return { ok: false, code, message, hint, status: statusOf(compiled, code) }
}

function statusOf({ dialect: { receive } }: Pick<CompiledDialect, 'dialect'>, code: VerifyErrorCode): number {
  const replies = receive?.replies
  switch (code) {
    // A mistake of the receiver's own program or configuration. The vendor retries, and nothing is lost once it is corrected.
    case 'body_not_bytes':
    case 'empty_secret':
    case 'malformed_secret':
    case 'sync_unavailable':
    case 'unknown_dialect':
    case 'invalid_dialect':
      return 500
    case 'missing_header':
      return replies?.unsigned?.status ?? 401
    case 'malformed_header':
    case 'duplicate_header':
    case 'malformed_request':
    case 'malformed_body':
      return replies?.malformed?.status ?? 400
    default:
      return replies?.refused?.status ?? 401
  }
}
