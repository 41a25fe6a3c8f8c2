import type * as z from 'zod'
import type { AnswerShape, bodySchema } from './api-schemas.ts'
import type { Body, Field, Fields } from './field.ts'
import { leftOut, type Input, type Patch, type Stored } from './noun.ts'

type BodyValue<F extends Fields, B extends Body> = z.output<ReturnType<typeof bodySchema<F, B>>>

/** What a POST gives, in the words of the engine. */
export function inputOf<F extends Fields>(fields: F, body: BodyValue<F, 'POST'>): Input<F> {
  return read(fields, body, () => undefined) as Input<F>
}

/** What a PATCH gives, or a PUT, in the words of the engine. */
export function patchOf<F extends Fields>(
  fields: F,
  body: BodyValue<F, 'PATCH'>,
  method: 'PUT' | 'PATCH' = 'PATCH',
): Patch<F> {
  const changeable = Object.fromEntries(Object.entries(fields).filter(([, { fixed }]) => !fixed))
  // What a PATCH merges takes `null` itself.
  const isMerged = (definition: Field): boolean => method === 'PATCH' && definition.patch !== undefined
  return read(changeable, body, (definition) => (isMerged(definition) ? null : leftOut(definition))) as Patch<F>
}

/** The answer that shows a row. The way is worked out once: lists show 250 rows. */
export function answerOf<F extends Fields>(fields: F): (row: Stored<F>) => z.output<z.ZodObject<AnswerShape<F>>> {
  const steps = Object.entries(fields).flatMap(([key, definition]) => {
    if (definition.inputOnly || definition.api?.hidden) return []
    const show = definition.api?.show ?? (definition.time ? timeText : undefined)
    return [
      { key, name: definition.api?.name ?? key, show: show as Convert | undefined },
      ...(definition.api?.aliases ?? []).map((alias) => ({
        key,
        name: alias.name,
        show: (alias.show ?? show) as Convert | undefined,
      })),
    ]
  })
  return (row) => {
    const answer: Record<string, unknown> = {}
    for (const { key, name, show } of steps) {
      const value = (row as Readonly<Record<string, unknown>>)[key]
      answer[name] = show ? show(value) : value
    }
    return answer as z.output<z.ZodObject<AnswerShape<F>>>
  }
}

type Convert = (value: unknown) => unknown

/** @param byDefault what `null` stands for where it is no value of the field */
function read(fields: Fields, body: object, byDefault: (definition: Field) => unknown): Record<string, unknown> {
  const given = body as Readonly<Record<string, unknown>>
  const input: Record<string, unknown> = {}
  for (const [key, definition] of Object.entries(fields)) {
    const value = valueIn(given, key, definition, byDefault)
    if (value !== undefined) input[key] = value
  }
  return input
}

function valueIn(
  body: Readonly<Record<string, unknown>>,
  key: string,
  definition: Field,
  byDefault: (definition: Field) => unknown,
): unknown {
  const { api, setBy } = definition
  if (setBy === 'engine') return undefined
  const names = [{ name: api?.name ?? key, read: api?.read }, ...(api?.aliases ?? [])]
  const given = names.filter(({ name }) => body[name] !== undefined)
  // Where two differ, one of them is `null` (`aliases.ts`).
  const one = given.find(({ name }) => body[name] !== null) ?? given[0]
  return one && convert(body[one.name], one.read ?? api?.read, definition, byDefault)
}

function convert(
  value: unknown,
  reading: ((given: never) => unknown) | undefined,
  definition: Field,
  byDefault: (definition: Field) => unknown,
): unknown {
  if (reading) return (reading as Convert)(value)
  if (value !== null) return value
  const takesNull = (definition.input ?? definition.type).safeParse(null).success
  return takesNull ? null : byDefault(definition)
}

function timeText(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
