/**
 * `verify` for one dialect, and nothing else: for browsers and workers, where each kilobyte is loaded. It has no hints, and takes the
 * definition as it is: `parseDialect` or `compile` checks one of your own, in a test.
 */
import type { Dialect } from '../dialect.ts'
import { readingOf } from '../compile/reading.ts'
import { judge } from './judge.ts'
import type { RequestLike } from './read-request.ts'
import { answered, toResult } from './result.ts'
import type { VerifyOptions, VerifyResult } from './verify-options.ts'

export type Verifier = (
  request: RequestLike,
  options: Omit<VerifyOptions, 'dialect' | 'hints'>,
) => Promise<VerifyResult>

/**
 * @param dialect a built-in one of `@posthorn/wire/dialects`, or one of your own that is valid
 * @example
 * import { scalefusion } from '@posthorn/wire/dialects'
 * import { verifier } from '@posthorn/wire/verifier'
 *
 * const verify = verifier(scalefusion)
 * const result = await verify({ headers, body }, { secret: 'MySharedSecret' })
 */
export function verifier(dialect: Dialect): Verifier {
  const reader = { dialect, reading: readingOf(dialect) }
  return async (request, options) => toResult(reader, await answered(judge(reader, request, options, null)))
}
