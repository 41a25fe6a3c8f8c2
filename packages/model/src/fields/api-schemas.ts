import * as z from 'zod'
import { Time, TimeOut } from '../common.ts'
import { checkAliases, hasAliases } from './aliases.ts'
import type { Alias, Body, Field, Fields } from './field.ts'
import { mayBeLeftOut } from './check-input.ts'
import { withoutBounds } from './without-bounds.ts'

/**
 * The schema of the body of a POST, PUT or PATCH. Unknown members are refused. What clients send although it says nothing is taken:
 *
 * - `null` for a member that may be left out. Where `null` has no meaning of its own it stands for the default (`api-values.ts`).
 * - in a PUT, the members that an answer has and that nobody can change: a client may send back the whole answer.
 *
 * ```ts
 * export const EndpointIn = bodySchema(endpointFields, 'POST').meta({ id: 'EndpointIn' })
 * ```
 */
export function bodySchema<F extends Fields, B extends Body>(
  fields: F,
  body: B,
): z.ZodObject<BodyShape<F, B>, z.core.$strict> {
  const shape: Record<string, z.ZodType> = {}
  for (const [key, definition] of Object.entries(fields)) {
    const name = definition.api?.name ?? key
    if (!hasField(body, definition)) {
      if (body === 'PUT' && isSentBack(definition))
        shape[name] = (definition.fixed ? definition.type : z.unknown()).optional().meta({ description: sentBack })
      continue
    }
    const optional = body === 'PATCH' || mayBeLeftOut(definition)
    const given = (body === 'PATCH' && definition.patch) || givenType(definition)
    const type = nullMeansDefault(body, definition, given) ? given.nullable() : given
    shape[name] = described(optional ? type.optional() : type, definition)
    for (const alias of definition.api?.aliases ?? [])
      shape[alias.name] = (alias.type ?? type)
        .optional()
        .meta({ description: `The older name of \`${name}\`. If both are given, their values must be equal.` })
  }
  const schema = z.strictObject(shape)
  const checked = hasAliases(fields) ? schema.check(checkAliases(fields, body)) : schema
  return checked as unknown as z.ZodObject<BodyShape<F, B>, z.core.$strict>
}

/** The members of an answer: types without their bounds, since a client has to take what a later version sends. */
export function answerShape<F extends Fields>(fields: F): AnswerShape<F> {
  const shape: Record<string, z.ZodType> = {}
  for (const [key, definition] of Object.entries(fields)) {
    if (definition.inputOnly || definition.api?.hidden) continue
    const name = definition.api?.name ?? key
    const type = definition.api?.out ?? (definition.time ? timeOut(definition) : withoutBounds(definition.type))
    shape[name] = described(type, definition)
    for (const alias of definition.api?.aliases ?? []) shape[alias.name] = alias.type ? withoutBounds(alias.type) : type
  }
  return shape as AnswerShape<F>
}

function hasField(body: Body, { setBy, fixed, api }: Field): boolean {
  return setBy !== 'engine' && (body === 'POST' || !fixed) && (api?.bodies?.includes(body) ?? true)
}

const sentBack = 'Taken as an answer has it, and ignored.'

/** In answers, and not changed by a PUT. */
function isSentBack({ setBy, fixed, inputOnly, api }: Field): boolean {
  return (setBy === 'engine' || fixed === true) && !inputOnly && !api?.hidden
}

/** Whether a body may have `null` for its default, because `null` is no value of the field. */
function nullMeansDefault(body: Body, definition: Field, given: z.ZodType): boolean {
  const hasDefault =
    'default' in definition || 'leftOut' in definition || (body === 'POST' && definition.optional === true)
  return hasDefault && !given.safeParse(null).success
}

function givenType(definition: Field): z.ZodType {
  if (definition.api?.in) return definition.api.in
  if (definition.time) return takesNull(definition) ? Time.nullable() : Time
  return definition.input ?? definition.type
}

function timeOut(definition: Field): z.ZodType {
  return takesNull(definition) ? TimeOut.nullable() : TimeOut
}

function takesNull({ type }: Field): boolean {
  return type.safeParse(null).success
}

/** A named type (one with an `id`) has its own description, and would lose its name with another one. */
function described(type: z.ZodType, { description, examples, api, time }: Field): z.ZodType {
  if (type.meta()?.id !== undefined) return type
  const show = (api?.show ?? (time ? toText : undefined)) as ((value: unknown) => unknown) | undefined
  const shown = show ? examples?.map(show) : examples
  return type.meta({ description, ...(shown && { examples: [...shown] }) })
}

function toText(ms: number): string {
  return new Date(ms).toISOString()
}

type BodyShape<F extends Fields, B extends Body> = Shape<
  { readonly [Key in BodyKey<F, B> as ApiName<F, Key>]: BodyType<F[Key], B> } & AliasTypes<F, BodyKey<F, B>>
>

type BodyKey<F extends Fields, B extends Body> = {
  [Key in keyof F]: F[Key] extends { setBy: 'engine' }
    ? never
    : [B, F[Key]] extends ['PUT' | 'PATCH', { fixed: true }]
      ? never
      : F[Key] extends { api: { bodies: readonly (infer Has)[] } }
        ? B extends Has
          ? Key
          : never
        : Key
}[keyof F]

type BodyType<D extends Field, B extends Body> = [B, D] extends ['PATCH', { patch: infer T extends z.ZodType }]
  ? z.ZodOptional<T>
  : D extends { default: unknown } | { optional: true }
    ? z.ZodOptional<z.ZodNullable<GivenType<D>>>
    : B extends 'PATCH'
      ? z.ZodOptional<GivenType<D>>
      : GivenType<D>

type GivenType<D extends Field> = D extends { api: { in: infer T extends z.ZodType } }
  ? T
  : D extends { time: true }
    ? null extends z.output<D['type']>
      ? z.ZodNullable<typeof Time>
      : typeof Time
    : D extends { input: infer T extends z.ZodType }
      ? T
      : D['type']

type AliasTypes<F extends Fields, Keys extends keyof F> = {
  readonly [Key in Keys as AliasOf<F[Key]>['name']]: z.ZodOptional<AliasType<AliasOf<F[Key]>, GivenType<F[Key]>>>
}

type AliasOf<D extends Field> = D extends { api: { aliases: readonly (infer A extends Alias)[] } } ? A : never

type AliasType<A extends Alias, Else extends z.ZodType> = A extends { type: infer T extends z.ZodType } ? T : Else

type ApiName<F extends Fields, Key extends keyof F> = F[Key] extends { api: { name: infer Name extends string } }
  ? Name
  : Key

export type AnswerShape<F extends Fields> = Shape<
  { readonly [Key in AnswerKey<F> as ApiName<F, Key>]: z.ZodType<AnswerValue<F[Key]>> } & {
    readonly [Key in AnswerKey<F> as AliasOf<F[Key]>['name']]: z.ZodType<
      AliasOf<F[Key]> extends { type: infer T extends z.ZodType } ? z.output<T> : AnswerValue<F[Key]>
    >
  }
>

type AnswerKey<F extends Fields> = {
  [Key in keyof F]: F[Key] extends { inputOnly: true } | { api: { hidden: true } } ? never : Key
}[keyof F]

type AnswerValue<D extends Field> = D extends { api: { out: infer T extends z.ZodType } }
  ? z.output<T>
  : D extends { time: true }
    ? null extends z.output<D['type']>
      ? string | null
      : string
    : z.output<D['type']>

/** One record, whose members the compiler can see to be schemas. */
type Shape<T> = { [Key in keyof T]: T[Key] extends z.ZodType ? T[Key] : never }
