/** Properties of fields that do not depend on their place. */
import type { Field, Form, Part, Slot } from '../dialect.ts'

export function isTimeField(field: Field): boolean {
  return field === 'occurredAt' || field === 'acceptedAt' || field === 'pushedAt' || field === 'sentAt'
}

/** Whether the field changes from one attempt to the next. */
export function isOfAttempt(field: Field): boolean {
  return field === 'sentAt' || field === 'attempt' || field === 'lastError'
}

export function isParam(field: Field): field is `param.${string}` {
  return field.startsWith('param.')
}

/** `accountId` of `param.accountId`. */
export function paramName(field: Field): string {
  return field.slice('param.'.length)
}

/** The forms in which a field can be written. None: it has one form only. */
export function formsOf(field: Field): readonly Form[] {
  if (isTimeField(field)) return ['unix', 'unixMs', 'iso', 'isoMs']
  if (field === 'id') return ['uuid', 'base62']
  if (field === 'payload') return ['jsonString']
  return field === 'attempt' || isParam(field) ? ['number'] : []
}

/** Whether a part of what is signed is a field; otherwise it is literal text or a part of the request. */
export function isFieldPart(part: Part): part is Slot {
  return typeof part === 'object' && part.$ !== 'body' && part.$ !== 'url' && part.$ !== 'method'
}
