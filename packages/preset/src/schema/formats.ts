/** The formats of ajv-formats, without the regular expressions that take more than linear time. */
import type { Ajv, Format } from 'ajv'
import type { FormatsPlugin } from 'ajv-formats'
import { linearPattern, type Pattern } from './linear-pattern.ts'

/** Formats that need look-around and are still linear: measured with 64 kB of each repeated part. */
const LINEAR_AS_THEY_ARE = new Set(['duration', 'hostname'])

const OWN: Readonly<Record<string, Format>> = {
  // Cubic in ajv-formats: 4,000 colons take it 115 ms.
  url: (text: string) => /^(?:https?|ftp):\/\//i.test(text) && URL.canParse(text),
  // Quadratic in the number of groups.
  regex: (text: string) => text.length <= 10_000 && isRegExp(text),
}

/** Needs an instance, because ajv-formats exports its formats in no other way. */
export function linearFormats(ajv: Ajv, addFormats: FormatsPlugin): Record<string, Format> {
  addFormats(ajv)
  const formats: Record<string, Format> = {}
  for (const [name, format] of Object.entries(ajv.formats)) {
    if (format === undefined) continue
    formats[name] = format instanceof RegExp && !LINEAR_AS_THEY_ARE.has(name) ? whenAsked(format) : format
  }
  return { ...formats, ...OWN }
}

/** Compiled when the first value is checked. */
function whenAsked({ source, flags }: RegExp): Format {
  let pattern: Pattern | undefined
  return (text: string) => (pattern ??= linearPattern(source, flags, true)).test(text)
}

function isRegExp(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}
