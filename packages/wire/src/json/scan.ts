/**
 * Finds the pieces of a JSON text without parsing it, so that a payload can be cut out and inserted byte for byte. A
 * parser would change numbers (`1.0`), escapes (`\u00e9`) and the order of keys (`{"b":1,"a":2}`).
 *
 * One pass, without recursion, and bounded: a text that is nested too deep or has too many values is refused before anything is built
 * from it (test P3).
 */
import { codeUnits } from './code-units.ts'

export interface Bounds {
  /** Levels of objects and arrays. */
  readonly depth: number
  /** Values: objects, arrays, texts, numbers, `true`, `false`, `null`. */
  readonly values: number
  /** Each element of an outermost array may have so many values: it is the body of a message of its own. */
  readonly eachElement?: true
}

/** What a payload may have, for the writer and for every reader. */
export const payloadBounds: Bounds = { depth: 64, values: 10_000 }

/**
 * What a text around a payload may have: an envelope, a batch of envelopes, a body of the API. A definition of an envelope has at most
 * 32 levels and less values than a payload, so whatever can be written can be read.
 */
export const bodyBounds: Bounds = { depth: 64 + 32 + 2, values: 2 * 10_000, eachElement: true }

/** A piece of a text, from `start` up to, not including, `end`. */
export interface Span {
  start: number
  end: number
}

/** A member of the outermost object. The span is that of its value; `keyStart` is where its key begins. */
export interface Member extends Span {
  key: string
  keyStart: number
}

/** `whole` is the outermost value without the white space around it. */
export type Scan =
  | { ok: true; kind: 'object'; members: Member[]; whole: Span }
  | { ok: true; kind: 'array'; elements: Span[]; whole: Span }
  | { ok: true; kind: 'scalar'; whole: Span }
  | { ok: false; reason: string; at: number }

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
const zero = 0x30
const minus = 0x2d
const letterF = 0x66
const letterN = 0x6e
const letterT = 0x74
const letterU = 0x75

/**
 * Checks a whole JSON text (RFC 8259) and finds the members or elements of its outermost value. A key that occurs twice
 * in the outermost object is refused, because two parsers would read two different values.
 *
 * @param bounds those of a payload when absent
 *
 * 1 KB takes two thirds of the time of `JSON.parse`. For this speed it reads an array of numbers instead of a text,
 * uses no regular expressions, and has no inner function that changes `at` (every read of it would then go to memory).
 */
export function scan(text: string, bounds: Bounds = payloadBounds): Scan {
  const { depth, values, eachElement = false } = bounds
  const units = codeUnits(text)
  const members: Member[] = []
  const elements: Span[] = []
  const keys = new Set<string>()
  /** The closing character of each object and array that is open here. */
  const closers: number[] = []
  const start = skipSpace(units, 0)
  const kind = kindOf(units[start])
  let at = start
  let closer = 0
  let count = 0
  let key = ''
  let keyStart = 0
  let valueStart = 0

  for (;;) {
    // Reads a member name, if one is expected, and then a value. `end` becomes the place after it, or -1 if a container begins.
    let end = -1
    let code = units[at]
    if (closer === closeBrace) {
      const keyEnd = code === quote ? endOfString(units, at) : -1
      if (keyEnd < 0) return refusal(text, at, 'a member name between double quotes is expected')
      if (closers.length === 1) {
        keyStart = at
        key = text.slice(at + 1, keyEnd - 1)
        if (key.includes('\\')) key = JSON.parse(text.slice(at, keyEnd)) as string
        if (keys.has(key)) return refusal(text, at, `the member ${JSON.stringify(key)} occurs twice`)
        keys.add(key)
      }
      at = skipSpace(units, keyEnd)
      if (units[at] !== colon) return refusal(text, at, 'a colon is expected')
      at = skipSpace(units, at + 1)
      code = units[at]
    }
    if (closers.length === 1) {
      valueStart = at
      if (eachElement && kind === 'array') count = 0
    }
    if (++count > values) return refusal(text, at, `it has more than ${values} values`)
    if (code === openBrace || code === openBracket) {
      if (closers.length === depth) return refusal(text, at, `it is nested deeper than ${depth} levels`)
      closer = code === openBrace ? closeBrace : closeBracket
      closers.push(closer)
      at = skipSpace(units, at + 1)
      if (units[at] !== closer) continue
    } else {
      end = code === quote ? endOfString(units, at) : endOfScalar(text, units, at)
      if (end < 0) {
        const reason = 'a string has no end, or contains a character that must be escaped'
        return refusal(text, at, code === quote ? reason : 'a JSON value is expected')
      }
    }

    // Closes the containers that end here, up to the comma in front of the next value.
    for (;;) {
      if (end >= 0) {
        if (closers.length === 1) {
          if (kind === 'object') members.push({ key, keyStart, start: valueStart, end })
          else elements.push({ start: valueStart, end })
        }
        at = skipSpace(units, end)
        if (closers.length === 0) {
          if (at < text.length) return refusal(text, at, 'there is more text after its end')
          const whole = { start, end }
          if (kind === 'object') return { ok: true, kind, members, whole }
          return kind === 'array' ? { ok: true, kind, elements, whole } : { ok: true, kind, whole }
        }
      }
      const behind = units[at]
      if (behind === closer) {
        closers.pop()
        closer = closers.at(-1) ?? 0
        end = at + 1
      } else if (behind === comma && end >= 0) {
        at = skipSpace(units, at + 1)
        break
      } else {
        return refusal(text, at, 'a comma or a closing bracket is expected')
      }
    }
  }
}

function refusal(text: string, at: number, reason: string): Scan {
  return { ok: false, reason: at >= text.length ? 'the text ends early' : reason, at }
}

/** Removes the white space between tokens. The text must be JSON; strings are not changed. */
export function compact(text: string): string {
  if (!/[ \t\n\r]/.test(text)) return text
  const units = codeUnits(text)
  let result = ''
  let from = 0
  for (let at = 0; at < text.length;) {
    const code = units[at]
    if (code === quote) {
      at = endOfString(units, at)
      if (at < 0) return text
    } else if (isSpace(code)) {
      result += text.slice(from, at)
      at = skipSpace(units, at)
      from = at
    } else {
      at++
    }
  }
  return result + text.slice(from)
}

function kindOf(code: number | undefined): 'object' | 'array' | 'scalar' {
  return code === openBrace ? 'object' : code === openBracket ? 'array' : 'scalar'
}

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function skipSpace(units: Uint16Array, from: number): number {
  let at = from
  while (isSpace(units[at])) at++
  return at
}

/** The place after the closing quote of the string that begins at `start`, or -1 if it is not a JSON string. */
function endOfString(units: Uint16Array, start: number): number {
  for (let at = start + 1; ; at++) {
    const code = units[at] ?? 0
    if (code === quote) return at + 1
    // The zero after the last character ends the search too.
    if (code < 0x20) return -1
    if (code === backslash) {
      const escaped = units[++at]
      if (escaped === letterU) {
        for (const end = at + 4; at < end; at++) if (!isHexDigit(units[at + 1] ?? 0)) return -1
      } else if (!isEscape(escaped)) {
        return -1
      }
    }
  }
}

/** Whether a character may follow a backslash: `"\\/bfnrt`. Escapes with a code point are read elsewhere. */
function isEscape(code: number | undefined): boolean {
  switch (code) {
    case quote:
    case backslash:
    case 0x2f:
    case 0x62:
    case letterF:
    case letterN:
    case 0x72:
    case letterT:
      return true
    default:
      return false
  }
}

/** The place after the number or literal that begins at `start`, or -1 if JSON has no such value. */
function endOfScalar(text: string, units: Uint16Array, start: number): number {
  const first = units[start]
  if (first === letterT) return text.startsWith('true', start) ? start + 4 : -1
  if (first === letterF) return text.startsWith('false', start) ? start + 5 : -1
  if (first === letterN) return text.startsWith('null', start) ? start + 4 : -1
  const whole = first === minus ? start + 1 : start
  let at = skipDigits(units, whole)
  if (at === whole || (at > whole + 1 && units[whole] === zero)) return -1
  if (units[at] === 0x2e) {
    const fraction = at + 1
    at = skipDigits(units, fraction)
    if (at === fraction) return -1
  }
  if (units[at] === 0x65 || units[at] === 0x45) {
    const sign = units[at + 1]
    const exponent = sign === 0x2b || sign === minus ? at + 2 : at + 1
    at = skipDigits(units, exponent)
    if (at === exponent) return -1
  }
  return at
}

function skipDigits(units: Uint16Array, from: number): number {
  let at = from
  while (isDigit(units[at] ?? 0)) at++
  return at
}

function isDigit(code: number): boolean {
  return code >= zero && code <= 0x39
}

function isHexDigit(code: number): boolean {
  const lower = code | 0x20
  return isDigit(code) || (lower >= 0x61 && lower <= letterF)
}
