import type * as z from 'zod'
import type { Field, Fields } from './field.ts'

/**
 * The types and the values of a noun, from its fields.
 *
 * ```ts
 * type Endpoint = Stored<typeof endpointFields>
 * type EndpointInput = Input<typeof endpointFields>
 * ```
 */
export type Stored<F extends Fields> = {
  readonly [Name in keyof F as F[Name] extends { inputOnly: true } ? never : Name]: ReadOnly<z.output<F[Name]['type']>>
}

/** What callers give to create one. */
export type Input<F extends Fields> = Flat<
  { readonly [Name in Exclude<InputName<F>, OptionalName<F>>]: InputValue<F[Name]> } & {
    readonly [Name in OptionalName<F>]?: InputValue<F[Name]>
  }
>

/** What callers give to change one: what is left out, or `undefined`, stays. */
export type Patch<F extends Fields> = {
  readonly [Name in InputName<F> as F[Name] extends { fixed: true } ? never : Name]?: PatchValue<F[Name]> | undefined
}

/** The fields that are written as they are given. The others have to be worked out by the code of the noun. */
type Plain<F extends Fields> = Pick<Stored<F>, Extract<PlainName<F>, keyof Stored<F>>>

/** The fields that have a default, and that the engine sets. */
type EngineDefaults<F extends Fields> = Pick<Stored<F>, Extract<EngineDefaultName<F>, keyof Stored<F>>>

/** The fields that have a default. */
type Defaults<F extends Fields> = Pick<Stored<F>, Extract<NameWith<F, { default: unknown }>, keyof Stored<F>>>

type NameWith<F extends Fields, Trait> = { [Name in keyof F]: F[Name] extends Trait ? Name : never }[keyof F]
type InputName<F extends Fields> = NameWith<F, { setBy: 'customer' | 'vendor' }>
type OptionalName<F extends Fields> = Extract<InputName<F>, NameWith<F, { default: unknown } | { optional: true }>>
type EngineDefaultName<F extends Fields> = NameWith<F, { setBy: 'engine'; default: unknown }>
type PlainName<F extends Fields> = Exclude<
  InputName<F>,
  NameWith<F, { inputOnly: true } | { optional: true }> | WorkedOutName<F>
>
type WorkedOutName<F extends Fields> = Exclude<NameWith<F, { input: z.ZodType }>, NameWith<F, { store: unknown }>>

type InputValue<D extends Field> = ReadOnly<z.output<D extends { input: infer I extends z.ZodType } ? I : D['type']>>

type PatchValue<D extends Field> = D extends { patch: infer P extends z.ZodType }
  ? ReadOnly<z.output<P>>
  : InputValue<D>

/** Deeply read-only: rows are shared. */
type ReadOnly<T> = T extends object ? { readonly [Key in keyof T]: ReadOnly<T[Key]> } : T

type Flat<T> = { [Key in keyof T]: T[Key] }

const hasDefault = (definition: Field): boolean => 'default' in definition

/** Given by callers, and written as it is given or as `store` makes it. */
function isPlain(definition: Field): boolean {
  return (
    definition.setBy !== 'engine' &&
    !definition.inputOnly &&
    !definition.optional &&
    (!definition.input || definition.store !== undefined)
  )
}

function storedOf(definition: Field, given: unknown): unknown {
  return definition.store ? (definition.store as (value: unknown) => unknown)(given) : given
}

/** A row of which nothing was said. */
export function defaultsOf<F extends Fields>(fields: F): Defaults<F> {
  const entries = Object.entries(fields).filter(([, definition]) => hasDefault(definition) && !definition.inputOnly)
  return Object.fromEntries(entries.map(([name, definition]) => [name, definition.default])) as Defaults<F>
}

/** A row as an older version of this program wrote it, with the fields that it lacks. */
export function completed<F extends Fields>(fields: F, row: Partial<Stored<F>>): Stored<F> {
  return { ...defaultsOf(fields), ...row }
}

/** What of a new row follows from the input alone; the compiler asks for the rest. */
export function created<F extends Fields>(fields: F, input: Input<F>): Plain<F> & EngineDefaults<F> {
  const row: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(fields)) {
    if (isPlain(definition)) {
      const given = (input as Readonly<Record<string, unknown>>)[name]
      row[name] = storedOf(definition, given === undefined ? leftOut(definition) : given)
    } else if (definition.setBy === 'engine' && hasDefault(definition)) row[name] = definition.default
  }
  return row as Plain<F> & EngineDefaults<F>
}

/** What of a changed row follows from the patch alone. */
export function changed<F extends Fields>(fields: F, patch: Patch<F>): Partial<Plain<F>> {
  const row: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(patch)) {
    const definition = fields[name]
    if (definition && isPlain(definition) && given !== undefined) row[name] = storedOf(definition, given)
  }
  return row as Partial<Plain<F>>
}

/**
 * The patch that a PUT is: what it leaves out goes back to its default, unless the field is one that a PUT keeps. In the PUT of a
 * customer the fields of the vendor are kept.
 */
export function replacement<F extends Fields>(
  fields: F,
  given: Patch<F>,
  by: 'customer' | 'vendor' = 'vendor',
): Patch<F> {
  const reset: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(fields)) {
    const bodies = definition.api?.bodies
    const isReset =
      definition.setBy !== 'engine' &&
      !definition.fixed &&
      definition.put !== 'keep' &&
      (by === 'vendor' || definition.setBy === 'customer') &&
      (!bodies || bodies.includes('PUT'))
    if (isReset && (hasDefault(definition) || 'leftOut' in definition)) reset[name] = leftOut(definition)
  }
  return { ...reset, ...given }
}

export function leftOut(definition: Field): unknown {
  return 'leftOut' in definition ? definition.leftOut : definition.default
}
