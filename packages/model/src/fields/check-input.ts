import * as z from 'zod'
import type { Field, Fields } from './field.ts'
import { inSentences, missingText } from './issue-text.ts'

export interface InputProblem {
  /** Where it is: `batch.maxMessages`. */
  readonly field: string
  readonly message: string
}

export type InputKind = 'create' | 'patch' | 'replace'

/**
 * What is wrong with the shape of an input: a type, a bound, a field that is missing or that does not exist. `null`: nothing.
 * The server has asked this of a body already; a program that uses the engine as a library has not.
 *
 * @param kind `patch`: everything may be left out; `replace`: also, and no value is one that has to be merged
 */
export function inputProblem(fields: Fields, input: unknown, kind: InputKind): InputProblem | null {
  const check = checkOf(fields, kind)
  const parsed = check.schema.safeParse(input, inSentences)
  if (parsed.success) return protoProblem(check, input as Readonly<Record<string, unknown>>)
  const issue = parsed.error.issues[0]!
  const at = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const known = at.length === 0 ? ` There are ${Object.keys(check.schema.shape).join(', ')}.` : ''
    const key = issue.keys[0]?.slice(0, 100) ?? ''
    return { field: [...at, key].join('.'), message: `There is no field ${JSON.stringify(key)} here.${known}` }
  }
  if (issue.message === missingText) return { field: at.join('.'), message: `\`${at.join('.')}\` is missing.` }
  return { field: at.join('.'), message: issue.message.replace(/^This (must|is) /, `\`${at.join('.')}\` $1 `) }
}

/** A map passes with a member `__proto__`, which zod leaves out of what it has parsed; the engine stores what was given. */
function protoProblem({ maps }: Check, input: Readonly<Record<string, unknown>>): InputProblem | null {
  for (const name of maps) {
    const given = input[name]
    if (given != null && Object.hasOwn(given, '__proto__'))
      return { field: `${name}.__proto__`, message: 'The name `__proto__` is not allowed.' }
  }
  return null
}

interface Check {
  readonly schema: z.ZodObject
  /** The fields that are maps. */
  readonly maps: readonly string[]
}

/** By the fields that they check: a schema is compiled by its first use, so each is made once. */
const checks = new WeakMap<Fields, Partial<Record<InputKind, Check>>>()

function checkOf(fields: Fields, kind: InputKind): Check {
  const made = checks.get(fields) ?? {}
  checks.set(fields, made)

  return (made[kind] ??= {
    schema: z.strictObject(inputShape(fields, kind)),
    maps: Object.keys(fields).filter((name) => fields[name]!.type instanceof z.ZodRecord),
  })
}

function inputShape(fields: Fields, kind: InputKind): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {}
  for (const [name, definition] of Object.entries(fields)) {
    if (definition.setBy === 'engine' || (kind !== 'create' && definition.fixed)) continue
    const merged = kind === 'patch' ? definition.patch : undefined
    const type = merged ?? definition.input ?? definition.type
    shape[name] = kind !== 'create' || mayBeLeftOut(definition) ? type.optional() : type
  }
  return shape
}

export function mayBeLeftOut(definition: Field): boolean {
  return 'default' in definition || definition.optional === true
}
