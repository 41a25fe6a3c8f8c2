/**
 * Verifies requests with the dialect that wrote them. The signature is checked over the bytes that arrived, before the
 * body is parsed. No request makes it throw: the result is a value, with the messages or with a code, a sentence and a
 * hint.
 */
import { cryptography } from '#crypto'
import { toCompiled } from '../compile/to-compiled.ts'
import { WireError } from '../errors.ts'
import type { Check } from './asking.ts'
import { hintForForm, hintForMismatch } from './hint.ts'
import { judge } from './judge.ts'
import type { RequestLike } from './read-request.ts'
import { answered, toResult } from './result.ts'
import type { VerifyOptions, VerifyResult } from './verify-options.ts'

const hints = { forMismatch: hintForMismatch, forForm: hintForForm }

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
  const asking = judge(compiled, request, options, hints)
  return toResult(compiled, await answered(asking))
}

/**
 * The same, synchronously.
 *
 * @throws {WireError} `sync_unavailable` where there is no `node:crypto`
 */
export function verifySync(request: RequestLike, options: VerifyOptions): VerifyResult {
  const compiled = toCompiled(options.dialect)
  const asking = judge(compiled, request, options, hints)
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
