/**
 * Parses a JSON text under the rules of `scan`: bounded in depth and members, and no key twice in the outermost object.
 * The parser checks that the text is JSON. One pass over the brackets and commas checks the bounds, in half of the time
 * of a whole scan.
 */
import { codeUnits } from './code-units.ts'
import { payloadBounds, scan } from './scan.ts'

export type Parsed = { ok: true; value: unknown } | { ok: false; reason: string; at: number }

export function parseBounded(text: string): Parsed {
  const members = countMembers(text)
  if (members !== null) {
    try {
      const value: unknown = JSON.parse(text)
      // Of two members with the same name the parser keeps one, even if they are escaped in different ways.
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
      if (!isObject || Object.keys(value).length === members) return { ok: true, value }
    } catch {
      // The scan below reports what is wrong, and where.
    }
  }
  const found = scan(text)
  return found.ok ? { ok: true, value: JSON.parse(text) } : found
}

/**
 * How many members the outermost object has, if the text is JSON. `null`: scan it before parsing, because it may be
 * nested too deep or have too many values, or because one of its names has an escape. V8 can misread escaped names:
 * after it has read an object with the member `"\\"`, it may confuse other escaped names with that one in the whole
 * process (https://github.com/nodejs/node/issues/63785). Two equal names would then pass as different.
 */
function countMembers(text: string): number | null {
  const units = codeUnits(text)
  const { length } = text
  let depth = 0
  let values = 1
  let members = 0
  let isEscaped = false
  for (let at = 0; at < length; at++) {
    const code = units[at] ?? 0
    if (code === 0x22) {
      // A string, up to its closing quote.
      isEscaped = false
      for (at++; at < length && units[at] !== 0x22; at++) {
        if (units[at] !== 0x5c) continue
        isEscaped = true
        at++
      }
    } else if (code <= 0x2c) {
      if (code === 0x2c) values++ // ,
    } else if (code === 0x3a) {
      if (depth !== 1) continue // :
      if (isEscaped) return null
      members++
    } else if (code === 0x7b || code === 0x5b) {
      values++ // { [
      if (++depth > payloadBounds.depth) return null
    } else if (code === 0x7d || code === 0x5d) {
      depth-- // } ]
    }
  }
  return values > payloadBounds.values ? null : members
}
