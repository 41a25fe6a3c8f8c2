import { takesCondition, type Route } from '@posthorn/api'
import type { Condition } from '@posthorn/engine'
import type { FastifyRequest } from 'fastify'
import { Refusal } from './refusal.ts'

/**
 * What a change asks of the thing that it changes: `If-Match` and `If-None-Match`. A condition is never ignored: an operation on
 * something that has no ETag meets no `If-Match` but `*`. @throws Refusal 412
 */
export function conditionOf(route: Route, { headers }: FastifyRequest): Condition {
  if (route.method === 'GET') return {}
  const ifMatch = tagsOf(headers['if-match'], 'strong')
  const ifNoneMatch = tagsOf(headers['if-none-match'], 'weak')
  if (ifMatch === undefined && ifNoneMatch === undefined) return {}
  if (takesCondition(route))
    return { ...(ifMatch !== undefined && { ifMatch }), ...(ifNoneMatch !== undefined && { ifNoneMatch }) }
  if (ifMatch !== undefined && ifMatch !== '*')
    throw new Refusal(
      412,
      'precondition_failed',
      'This operation changes nothing that has an ETag, so `If-Match` cannot be met. Nothing was changed. Leave the header out.',
    )
  return route.creates && ifNoneMatch !== undefined ? { ifNoneMatch } : {}
}

/** Whether the one who reads has what would be answered: `If-None-Match`, where weak tags count too. */
export function hasSeen(tag: string, { headers }: FastifyRequest): boolean {
  return meets(tagsOf(headers['if-none-match'], 'weak') ?? [], tag)
}

/** Asks for `If-Match` of a read. @throws Refusal 412 */
export function refuseOther(tag: string, { headers }: FastifyRequest): void {
  if (meets(tagsOf(headers['if-match'], 'strong') ?? '*', tag)) return
  throw new Refusal(
    412,
    'precondition_failed',
    'What is there now has another ETag than those of `If-Match`. Leave the header out to read it.',
  )
}

function meets(tags: readonly string[] | '*', tag: string): boolean {
  return tags === '*' || tags.includes(tag)
}

export function etagOf(tag: string): string {
  return `"${tag}"`
}

const one = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`
const list = new RegExp(String.raw`^[\s,]*${one}(?:\s*,[\s,]*(?:${one})?)*\s*$`)

/**
 * The tags of a header, without their quotes. A text that is not a list of tags has none, so that it meets no `If-Match`.
 *
 * @param comparison `strong`: those that are weak (`W/"..."`) are left out (RFC 9110, 8.8.3.2)
 */
function tagsOf(header: string | undefined, comparison: 'strong' | 'weak'): readonly string[] | '*' | undefined {
  if (header === undefined) return undefined
  if (header.trim() === '*') return '*'
  if (!list.test(header)) return []
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, tag = '']) =>
    weak && comparison === 'strong' ? [] : [tag],
  )
}
