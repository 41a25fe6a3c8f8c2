/**
 * Regular expressions whose time is linear in the text. Schemas come from one party and payloads from another, and in
 * V8 the pattern `(a+)+$` practically never ends with 64 kB of `a` and one `!`.
 */
import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'
import { shorten } from '../json/field-path.ts'
import { patternSize } from './pattern-size.ts'

export interface Pattern {
  test(text: string): boolean
  toString(): string
}

/** Linear means text times pattern, so the pattern has a bound as well. */
const MAX_PATTERN_LENGTH = 2_000
const MAX_PATTERN_SIZE = 1_000
/**
 * Text times program for one text. A larger program may need a new state for each character: `(a|b)*a(a|b){60}$` takes
 * 75 microseconds a character, `(a+)+$` a tenth of one.
 */
const MAX_STEPS_SMALL = 600_000
const MAX_STEPS_LARGE = 150_000
const SMALL_PROGRAM = 32
/**
 * The bound for all texts of one check together. It is CPU time, because on a busy machine the wall clock also counts
 * the time of other programs: once a start was refused because of the samples of a built-in preset.
 */
const MAX_MS = 50

let spentMs = 0
/** The CPU time of this thread at the first text of this check. */
let cpuAtStart: NodeJS.CpuUsage | null = null

/** Before each check of a value. */
export function resetPatternTime(): void {
  spentMs = 0
  cpuAtStart = null
}

/** Node 23.9 and newer can count one thread; an older one counts the whole process. */
function cpuUsage(since?: NodeJS.CpuUsage): NodeJS.CpuUsage {
  return typeof process.threadCpuUsage === 'function' ? process.threadCpuUsage(since) : process.cpuUsage(since)
}

function isTimeSpent(): boolean {
  // Reading the CPU time costs eight times as much as reading the wall clock, so the wall clock decides first.
  return spentMs > MAX_MS && cpuAtStart !== null && cpuMs(cpuUsage(cpuAtStart)) > MAX_MS
}

function cpuMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000
}

const require = createRequire(import.meta.url)
let library: typeof RE2JS | undefined

/** Why a pattern cannot run in linear time, as a sentence. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/** @throws {PatternError} */
export function linearPattern(source: string, flags = '', isOurs = false): Pattern {
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new PatternError(
      `the pattern ${shorten(source)} is longer than ${MAX_PATTERN_LENGTH} characters: write a shorter one, or an enum`,
    )
  }
  if (!isOurs && patternSize(source) > MAX_PATTERN_SIZE) {
    throw new PatternError(
      `the pattern ${shorten(source)} repeats too much: its repetitions written out are more than ${MAX_PATTERN_SIZE} parts, so use maxLength, or smaller numbers`,
    )
  }
  // Loaded at first use: it takes 90 ms, and most schemas have no pattern.
  library ??= (require('re2js') as { RE2JS: typeof RE2JS }).RE2JS
  try {
    const caseFlag = flags.includes('i') ? library.CASE_INSENSITIVE : 0
    const compiled = library.compile(library.translateRegExp(source), caseFlag)
    const program = compiled.programSize()
    const mostSteps = isOurs ? Infinity : program <= SMALL_PROGRAM ? MAX_STEPS_SMALL : MAX_STEPS_LARGE
    return { test: (text) => timed(compiled, source, text, program * text.length > mostSteps), toString: () => source }
  } catch (error) {
    const why = error instanceof Error ? error.message.replace('error parsing regexp: ', '') : String(error)
    throw new PatternError(
      `the pattern ${shorten(source)} cannot be used (${shorten(why)}): write it without look-around and back-references`,
      { cause: error },
    )
  }
}

/** @throws {PatternError} */
function timed(compiled: RE2JS, source: string, text: string, isTooLong: boolean): boolean {
  if (isTooLong)
    throw new PatternError(
      `a text is too long for the pattern ${shorten(source)}: write a shorter pattern, or a shorter text`,
    )
  if (isTimeSpent())
    throw new PatternError('there are too many texts for its patterns: check fewer, or with shorter patterns')
  cpuAtStart ??= cpuUsage()
  const startedAtMs = performance.now()
  const answer = compiled.test(text)
  spentMs += performance.now() - startedAtMs
  return answer
}
