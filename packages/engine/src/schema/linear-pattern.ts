/**
 * Regular expressions whose time is linear in the text. Schemas come from one party and payloads from another, and with the
 * engine of V8 the pattern `(a+)+$` takes longer than the universe has for 64 kB of `a` and one `!`.
 */
import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'
import { shorten } from '../filter/field-path.ts'

export interface Pattern {
  test(text: string): boolean
  toString(): string
}

/** Linear means text times pattern, so the pattern has a bound as well. */
const MAX_PATTERN_LENGTH = 2_000

const require = createRequire(import.meta.url)
let library: typeof RE2JS | undefined

/** Why a pattern cannot be had in linear time, for people. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/** @throws {PatternError} */
export function linearPattern(source: string, flags = ''): Pattern {
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new PatternError(
      `the pattern ${shorten(source)} is longer than ${MAX_PATTERN_LENGTH} characters: write a shorter one, or an enum`,
    )
  }
  // 90 ms, and most schemas have no pattern.
  library ??= (require('re2js') as { RE2JS: typeof RE2JS }).RE2JS
  try {
    const caseFlag = flags.includes('i') ? library.CASE_INSENSITIVE : 0
    const compiled = library.compile(library.translateRegExp(source), caseFlag)
    return { test: (text) => compiled.test(text), toString: () => source }
  } catch (error) {
    const why = error instanceof Error ? error.message.replace('error parsing regexp: ', '') : String(error)
    throw new PatternError(
      `the pattern ${shorten(source)} cannot be used (${shorten(why)}): write it without look-around and back-references`,
      { cause: error },
    )
  }
}
