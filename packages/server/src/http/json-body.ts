import { isUtf8 } from 'node:buffer'
import { twoValues } from '@posthorn/model'
import { bodyBounds, compact, scan, type Member } from '@posthorn/wire'
import { invalidField, Refusal } from './refusal.ts'

/** A JSON object from the wire: its value, and the text of one member byte for byte. */
export interface JsonBody {
  readonly value: Record<string, unknown>
  /** The member as text; `null`: it is not there, or was not asked for. */
  readonly raw: string | null
}

/** @throws Refusal 415: the body is not JSON in UTF-8, or is compressed */
export function requireJsonType(contentType: string | undefined, contentEncoding: string | undefined): void {
  requireIdentity(contentEncoding)
  if (contentType === undefined) return
  const [, ...parameters] = contentType.toLowerCase().split(';')
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  if (!isJsonType(contentType) || (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))) {
    throw otherType()
  }
}

/** The answer to a body of another type than JSON. */
export function otherType(): Refusal {
  return new Refusal(
    415,
    'unsupported_media_type',
    'The body must be JSON in UTF-8. Send Content-Type: application/json.',
  )
}

/**
 * Reads a body as one JSON object. A scanner goes before the parser, because a parser changes a payload (`2432232314.10`,
 * escapes, the order of keys) and accepts a key that stands twice. The member of `rawNames` is cut out as text; `null` stands in the
 * value in its place. Under two names it is taken once: one that is `null` says nothing, and two others have to be equal.
 */
export function readJson(bytes: Buffer, rawNames: readonly string[]): JsonBody {
  if (!isUtf8(bytes)) throw invalidField(['body'], 'The body is not UTF-8 text.', 'value_error.jsondecode')
  const text = bytes.toString('utf8')
  const scanned = scan(text, bodyBounds)
  if (!scanned.ok) {
    throw invalidField(
      ['body'],
      `The body is not the JSON that is expected: ${scanned.reason}, at character ${scanned.at}.`,
      'value_error.jsondecode',
    )
  }
  if (scanned.kind !== 'object') throw invalidField(['body'], 'The body must be a JSON object.', 'type_error')
  const members = rawNames.flatMap((name) => scanned.members.find(({ key }) => key === name) ?? [])
  return { value: parsed(without(text, members)), raw: rawOf(text, members) }
}

/** The text with `null` in place of some members. */
function without(text: string, members: readonly Member[]): string {
  let rest = text
  for (const { start, end } of members.toSorted((a, b) => b.start - a.start))
    rest = `${rest.slice(0, start)}null${rest.slice(end)}`
  return rest
}

function rawOf(text: string, members: readonly Member[]): string | null {
  const texts = members.map(({ start, end, key }) => ({ key, text: text.slice(start, end) }))
  const [first, second] = texts.filter((member) => member.text !== 'null')
  if (first && second && compact(first.text) !== compact(second.text))
    throw invalidField(['body', second.key], twoValues(first.key, second.key))
  return (first ?? texts[0])?.text ?? null
}

/** Schemas drop a member `__proto__` of a map without a word, and copies of an object take it for the prototype. @throws Refusal 422 */
function parsed(text: string): Record<string, unknown> {
  const value = JSON.parse(text) as Record<string, unknown>
  // The name stands in the text as it is, or with escapes.
  const path = text.includes('__proto__') || text.includes('\\u00') ? protoPath(value) : null
  if (path) throw invalidField(['body', ...path], 'The name `__proto__` is not allowed. Give the member another name.')
  return value
}

/** Where a member `__proto__` is; the scanner has bounded the depth. */
function protoPath(value: unknown): string[] | null {
  if (typeof value !== 'object' || value === null) return null
  if (Object.hasOwn(value, '__proto__')) return ['__proto__']
  for (const [key, member] of Object.entries(value)) {
    const path = protoPath(member)
    if (path) return [key, ...path]
  }
  return null
}

/** A raw member as the text of an object. Its first character decides, because the scanner has checked the rest. */
export function requireObject(raw: string, path: readonly string[]): string {
  if (raw.charCodeAt(0) !== 0x7b)
    throw invalidField(path, '`payload` must be a JSON object, such as {"id": 42}.', 'type_error')
  return raw
}

export function isJsonType(contentType: string): boolean {
  const [type = ''] = contentType.toLowerCase().split(';')
  return type.trim() === 'application/json' || /^application\/[\w.-]+\+json$/.test(type.trim())
}

/** @throws Refusal 415: the body is compressed. A small body could expand to one that fills the memory. */
export function requireIdentity(contentEncoding: string | undefined): void {
  if (contentEncoding === undefined || contentEncoding === 'identity') return
  throw new Refusal(
    415,
    'unsupported_media_type',
    'Bodies are not decompressed here. Send it without Content-Encoding.',
  )
}
