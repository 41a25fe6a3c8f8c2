/**
 * Finds the pieces of a JSON text without parsing it, so that a payload can be cut out and put in as it came: numbers,
 * escapes and key order never change. (A parser loses all three: `1.0`, `\u00e9`, `{"b":1,"a":2}`.)
 *
 * One pass, no recursion, and bounded: what is nested deeper than 64 or has more than 10 000 members is refused before
 * anything is built from it (test P3).
 */

const maxDepth = 64
const maxMembers = 10_000

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

const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const escaped = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y

/**
 * Checks a whole JSON text (RFC 8259) and finds the members or elements of its outermost value. A key that stands twice
 * in the outermost object is refused: two parsers would read two different values.
 */
export function scan(text: string): Scan {
  const members: Member[] = []
  const elements: Span[] = []
  const keys = new Set<string>()
  /** The closing character of each object and array that is open here. */
  const closers: number[] = []
  let at = skipSpace(text, 0)
  const whole: Span = { start: at, end: at }
  const kind = kindOf(text.charCodeAt(at))
  let count = 0
  let key = ''
  let keyStart = 0
  let valueStart = 0
  let expected: 'key' | 'value' | 'end' = 'value'

  const refuse = (reason: string): Scan => ({
    ok: false,
    reason: at >= text.length ? 'the text ends early' : reason,
    at,
  })
  const valueEnds = (end: number): void => {
    if (closers.length === 0) whole.end = end
    else if (closers.length === 1 && kind === 'object') members.push({ key, keyStart, start: valueStart, end })
    else if (closers.length === 1) elements.push({ start: valueStart, end })
    at = skipSpace(text, end)
    expected = 'end'
  }

  for (;;) {
    const code = text.charCodeAt(at)
    if (expected === 'key') {
      const end = code === quote ? endOfString(text, at) : -1
      if (end < 0) return refuse('a member name between double quotes is expected')
      if (closers.length === 1) {
        keyStart = at
        key = text.slice(at + 1, end - 1)
        if (key.includes('\\')) key = JSON.parse(text.slice(at, end)) as string
        if (keys.has(key)) return refuse(`the member ${JSON.stringify(key)} stands twice`)
        keys.add(key)
      }
      at = skipSpace(text, end)
      if (text.charCodeAt(at) !== colon) return refuse('a colon is expected')
      at = skipSpace(text, at + 1)
      expected = 'value'
    } else if (expected === 'value') {
      if (closers.length === 1) valueStart = at
      if (++count > maxMembers) return refuse(`it has more than ${maxMembers} members`)
      if (code === openBrace || code === openBracket) {
        if (closers.length === maxDepth) return refuse(`it is nested deeper than ${maxDepth} levels`)
        const closer = code === openBrace ? closeBrace : closeBracket
        closers.push(closer)
        at = skipSpace(text, at + 1)
        if (text.charCodeAt(at) === closer) expected = 'end'
        else expected = closer === closeBrace ? 'key' : 'value'
      } else if (code === quote) {
        const end = endOfString(text, at)
        if (end < 0) return refuse('a string has no end, or holds a character that must be escaped')
        valueEnds(end)
      } else {
        scalar.lastIndex = at
        if (!scalar.test(text)) return refuse('a JSON value is expected')
        valueEnds(scalar.lastIndex)
      }
    } else if (closers.length === 0) {
      if (at < text.length) return refuse('something stands behind its end')
      return kind === 'object'
        ? { ok: true, kind, members, whole }
        : kind === 'array'
          ? { ok: true, kind, elements, whole }
          : { ok: true, kind, whole }
    } else if (code === comma) {
      at = skipSpace(text, at + 1)
      expected = closers.at(-1) === closeBrace ? 'key' : 'value'
    } else if (code === closers.at(-1)) {
      closers.pop()
      valueEnds(at + 1)
    } else {
      return refuse('a comma or a closing bracket is expected')
    }
  }
}

/** Takes out the white space between tokens. The text must be JSON; what stands inside strings stays. */
export function compact(text: string): string {
  if (!/[ \t\n\r]/.test(text)) return text
  let result = ''
  let from = 0
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at)
      if (at < 0) return text
    } else if (isSpace(code)) {
      result += text.slice(from, at)
      at = skipSpace(text, at)
      from = at
    } else {
      at++
    }
  }
  return result + text.slice(from)
}

function kindOf(code: number): 'object' | 'array' | 'scalar' {
  return code === openBrace ? 'object' : code === openBracket ? 'array' : 'scalar'
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

/** The place behind the closing quote of the string that begins at `start`, or -1 when it is not a JSON string. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return at + 1
    if (code < 0x20) return -1
    if (code === backslash) {
      escaped.lastIndex = at + 1
      if (!escaped.test(text)) return -1
      at = escaped.lastIndex - 1
    }
  }
  return -1
}
