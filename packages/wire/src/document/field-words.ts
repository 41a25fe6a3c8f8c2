/** Describes what is at a place in words. */
import type { Dialect, Field, Form, Shape, Slot } from '../dialect.ts'
import { isSlot, spread } from '../definition/slots.ts'
import { isParam, paramName } from '../definition/fields.ts'
import { code, inline } from './markdown.ts'

const fields: Record<Exclude<Field, `param.${string}`>, string> = {
  id: 'id of the message, the same for every attempt',
  type: 'event type',
  payload: 'payload',
  occurredAt: 'when it happened',
  acceptedAt: 'when it was accepted for delivery',
  pushedAt: 'when it was first sent, which a retry repeats',
  sentAt: 'when this attempt was sent',
  attempt: 'number of the attempt, 1 for the first',
  lastError: 'why the attempt before this one failed',
  claim: 'secret id under which the result is fetched',
}

const forms: Record<Form, string> = {
  unix: 'in seconds since 1970',
  unixMs: 'in milliseconds since 1970',
  iso: 'as ISO 8601, to the second',
  isoMs: 'as ISO 8601, to the millisecond',
  uuid: 'as a UUID',
  base62: 'as 16 letters and digits',
  number: 'as a number',
  jsonString: 'as JSON text inside a string',
}

/** Markdown: `when it happened, in seconds since 1970`. */
export function slotWords({ params = {}, pushedAt }: Dialect, { $, as, prefix, omit }: Slot): string {
  const field = $ === 'pushedAt' && pushedAt === 'everyAttempt' ? 'sentAt' : $
  const name = paramName(field)
  const what = isParam(field) ? inline((params[name]?.description ?? name).replace(/\.$/, '')) : fields[field]
  return [
    what,
    ...(as === undefined ? [] : [forms[as]]),
    ...(prefix === undefined ? [] : [`behind ${code(prefix)}`]),
    ...(omit === 'absent' ? [$ === 'id' ? 'not in every event of the vendor' : 'left out when it has no value'] : []),
    ...(omit === 'firstAttempt' ? ['omitted on the first attempt'] : []),
  ].join(', ')
}

/** The members of a body, in their order: path and meaning, both Markdown. */
export function memberRows(dialect: Dialect, shape: Shape, path = ''): string[][] {
  if (isSlot(shape)) return [[code(path), slotWords(dialect, shape)]]
  if (typeof shape !== 'object' || shape === null) return [[code(path), `always ${code(JSON.stringify(shape))}`]]
  if (Array.isArray(shape)) {
    return (shape as readonly Shape[]).flatMap((element, index) => memberRows(dialect, element, `${path}[${index}]`))
  }
  return Object.entries(shape).flatMap(([key, value]) =>
    key === spread
      ? [[path === '' ? 'beside them' : `in ${code(path)}`, 'members of the payload']]
      : memberRows(dialect, value, path === '' ? key : `${path}.${key}`),
  )
}

/** Where a receiver finds a field of the dialect (`param.revision`) in the body, or the same text when it is a path already. */
export function memberPath({ body }: Dialect, field: string): string {
  const find = (shape: Shape, path: string): string | undefined => {
    if (isSlot(shape)) return shape.$ === field ? path : undefined
    if (typeof shape !== 'object' || shape === null) return undefined
    for (const [key, value] of Object.entries(shape)) {
      const found = find(value, path === '' ? key : `${path}.${key}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  return (body.kind === 'json' ? find(body.shape, '') : undefined) ?? field
}
