import * as z from 'zod'
import type { Field, Fields } from './field.ts'

export interface InputProblem {
  /** Where it is: `batch.maxMessages`. */
  readonly field: string
  readonly message: string
}

/**
 * What is wrong with the shape of an input: a type, a bound, a field that is missing or that does not exist. `null`: nothing.
 * The server has asked this of a body already; a program that uses the engine as a library has not.
 *
 * @param kind `patch`: everything may be left out
 */
export function inputProblem(fields: Fields, input: unknown, kind: 'create' | 'patch'): InputProblem | null {
  const parsed = schemaOf(fields, kind).safeParse(input)
  const [issue] = parsed.error?.issues ?? []
  if (!issue) return null
  const at = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const known = at.length === 0 ? ` There are ${Object.keys(schemaOf(fields, kind).shape).join(', ')}.` : ''
    const key = issue.keys[0]?.slice(0, 100) ?? ''
    return { field: [...at, key].join('.'), message: `There is no field ${JSON.stringify(key)} here.${known}` }
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return { field: at.join('.'), message: `\`${at.join('.')}\` is missing.` }
  return { field: at.join('.'), message: issue.message }
}

type Schemas = Partial<Record<'create' | 'patch', z.ZodObject>>

/** By the fields that they check: a schema is compiled by its first use, so each is made once. */
const schemas = new WeakMap<Fields, Schemas>()

function schemaOf(fields: Fields, kind: 'create' | 'patch'): z.ZodObject {
  const made = schemas.get(fields) ?? {}
  schemas.set(fields, made)
  return (made[kind] ??= z.strictObject(inputShape(fields, kind)))
}

function inputShape(fields: Fields, kind: 'create' | 'patch'): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {}
  for (const [name, definition] of Object.entries(fields)) {
    if (definition.setBy === 'engine' || (kind === 'patch' && definition.fixed)) continue
    const type = definition.input ?? definition.type
    shape[name] = kind === 'patch' || mayBeLeftOut(definition) ? type.optional() : type
  }
  return shape
}

export function mayBeLeftOut(definition: Field): boolean {
  return 'default' in definition || definition.optional === true
}
