/**
 * Verifies requests with the dialect that wrote them. The signature is checked over the bytes that arrived, before the
 * body is parsed. No request makes it throw: the result is a value, with the messages or with a code, a sentence and a
 * hint.
 */
import { cryptography } from '#crypto'
import type { CompiledDialect } from '../compile/compiled-dialect.ts'
import { toCompiled } from '../compile/to-compiled.ts'
import { WireError, type VerifyErrorCode } from '../errors.ts'
import type { Check } from './asking.ts'
import { judge } from './judge.ts'
import type { RequestLike } from './read-request.ts'
import { Refusal } from './refusal.ts'
import type { VerifyOptions, VerifyResult } from './verify-options.ts'

/**
 * Checks that the sender of a request knows the secret, and reads its messages.
 *
 * @throws {WireError} `unknown_dialect` or `invalid_dialect`: mistakes in the options, never in the request
 * @example
 * const result = await verify({ headers, body }, { dialect: 'scalefusion', secret: 'MySharedSecret' })
 * if (!result.ok) return new Response(null, { status: result.status })
 * for (const message of result.messages) console.log(message.id, message.type, message.payload)
 */
export async function verify(request: RequestLike, options: VerifyOptions): Promise<VerifyResult> {
  const compiled = toCompiled(options.dialect)
  const asking = judge(compiled, request, options)
  let step = asking.next()
  while (step.done !== true) {
    const answers = await Promise.all(
      step.value.map(async ({ key, pieces, signature }) =>
        cryptography.verify(key, pieces, signature).catch(() => false),
      ),
    )
    step = asking.next(answers)
  }
  return toResult(compiled, step.value)
}

/**
 * The same, synchronously.
 *
 * @throws {WireError} `sync_unavailable` where there is no `node:crypto`
 */
export function verifySync(request: RequestLike, options: VerifyOptions): VerifyResult {
  const compiled = toCompiled(options.dialect)
  const asking = judge(compiled, request, options)
  let step = asking.next()
  while (step.done !== true) step = asking.next(step.value.map(checkSync))
  return toResult(compiled, step.value)
}

/** A key that the runtime cannot import verifies nothing. That there is no synchronous cryptography is an error. */
function checkSync({ key, pieces, signature }: Check): boolean {
  try {
    return cryptography.verifySync(key, pieces, signature)
  } catch (error) {
    if (error instanceof WireError) throw error
    return false
  }
}

function toResult(compiled: CompiledDialect, judged: VerifyResult | Refusal): VerifyResult {
  if (!(judged instanceof Refusal)) return judged
  const { code, message, hint } = judged
  return { ok: false, code, message, hint, status: statusOf(compiled, code) }
}

function statusOf({ dialect: { receive } }: CompiledDialect, code: VerifyErrorCode): number {
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
