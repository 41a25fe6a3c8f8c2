import { inSentences, missingText } from '@posthorn/model'
import { nearestWord } from '@posthorn/wire'
import * as z from 'zod'
import { invalid, type FieldProblem } from './refusal.ts'

/** Reads `value` with a schema of the contract. @throws Refusal 422 that names every wrong field */
export function validate<S extends z.ZodObject>(schema: S, value: unknown, where: 'body' | 'query'): z.output<S> {
  const parsed = schema.safeParse(value, inSentences)
  if (parsed.success) return parsed.data
  throw invalid(...parsed.error.issues.flatMap((issue) => problemsOf(issue, schema, where)))
}

/** A check of a field (`custom`) is a refusal like one of the engine. */
const types: Readonly<Record<string, string>> = { invalid_type: 'type_error', custom: 'value_error.invalid' }

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodObject, where: string): FieldProblem[] {
  const loc = [where, ...issue.path.map(String)]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      loc: [...loc, key],
      msg: unknownField(key, membersAt(schema, issue.path)),
      type: 'value_error.extra',
    }))
  }
  if (issue.message === missingText) {
    return [{ loc, msg: `\`${loc.at(-1)}\` is missing.`, type: 'value_error.missing' }]
  }
  return [{ loc, msg: issue.message, type: types[issue.code ?? ''] ?? 'value_error' }]
}

/** The names that an object in a body may have, by its place. */
function membersAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = bare(schema)
  for (const step of path) {
    if (at instanceof z.ZodObject) at = bare(at.shape[String(step)])
    else if (at instanceof z.ZodArray) at = bare(at.element)
    else return []
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

function bare(type: unknown): unknown {
  return type instanceof z.ZodOptional || type instanceof z.ZodNullable ? bare(type.unwrap()) : type
}

function unknownField(key: string, known: readonly string[]): string {
  const shown = JSON.stringify(key.slice(0, 100))
  const meant = nearestWord(key, known)
  if (meant !== null) return `There is no field ${shown} here. Did you mean "${meant}"?`
  return `There is no field ${shown} here${known.length > 0 ? `; there are ${known.join(', ')}` : ''}.`
}
