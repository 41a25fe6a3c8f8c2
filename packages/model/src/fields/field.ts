import type * as z from 'zod'

/**
 * READ FIRST. A noun is a record of fields (`endpoint.ts`, `application.ts`), and a field is this: plain data that says everything
 * about it once. What is derived from it stands beside this file:
 *
 * - `noun.ts`: the types (`Endpoint`, `EndpointInput`), defaults, old rows, what POST, PUT and PATCH store
 * - `check-input.ts`: whether an input has the right shape
 * - `api-schemas.ts`: the zod schemas of the API, and `openapi.json` with them
 * - `aliases.ts`: whether the names of one field agree in a body
 * - `api-values.ts`: from a body of the API to an input, and from a row to an answer
 *
 * `field()` writes one. Only what differs from the usual has to be said.
 */
export interface Field {
  /** The value as it is stored, with its bounds. Times are milliseconds since the epoch. */
  readonly type: z.ZodType
  /** One or two sentences for `openapi.json` and the tables in `docs/api.md`. */
  readonly description: string
  /** Values that callers may give, each other than the default: for readers of the API, and for the test that tries every field. */
  readonly examples?: readonly unknown[]
  /**
   * - `customer`: a token of the application may set it, and the vendor too
   * - `vendor`: only a token of the organisation may
   * - `engine`: nobody sets it by writing the noun: ids, times, states
   */
  readonly setBy: 'customer' | 'vendor' | 'engine'
  /** The value of a row that was written without it: by a POST that leaves it out, or by an older version of this program. */
  readonly default?: unknown
  /** It may be left out although it has no default: the engine then finds a value. */
  readonly optional?: true
  /** What a POST or PUT that leaves it out counts as having given, where that is not the default. `undefined`: nothing. */
  readonly leftOut?: unknown
  /** What callers give, where it is not what is stored. Either `store` turns it into that, or the code of the noun does. */
  readonly input?: z.ZodType
  /** What a PATCH takes, where that is merged into what is stored and does not replace it. The code of the noun merges. */
  readonly patch?: z.ZodType
  /** The stored value of one that was given, where that can be said without looking at anything else. */
  readonly store?: (given: never) => unknown
  /** Given, and not stored as it is: a secret. */
  readonly inputOnly?: true
  /** Given when the noun is created, and never changed. */
  readonly fixed?: true
  /** What a PUT does that leaves it out: `reset` it to its default (the usual), or `keep` it. */
  readonly put?: 'reset' | 'keep'
  /** A time: milliseconds inside, RFC 3339 text in the API. */
  readonly time?: true
  /** How the API has it. `hidden`: not at all, in answers. */
  readonly api?: ApiForm
}

/** How the API has a field, where it differs from how the engine has it. */
interface ApiForm {
  /** Not in answers. */
  readonly hidden?: true
  /** Its name there. */
  readonly name?: string
  /** Older names, which are taken and answered too. A body that has both has equal values (`aliases.ts`). */
  readonly aliases?: readonly Alias[]
  /** The bodies that have it; `POST`, `PUT` and `PATCH` when absent. */
  readonly bodies?: readonly Body[]
  /** What bodies have, where it is not what the engine takes; `read` turns it into that. `undefined`: as if it were left out. */
  readonly in?: z.ZodType
  readonly read?: (given: never) => unknown
  /** What answers have, where it is not what is stored, without its bounds; `show` makes it. */
  readonly out?: z.ZodType
  readonly show?: (stored: never) => unknown
}

export interface Alias {
  readonly name: string
  /** Where it has another form than the field: what it takes and shows, and how. */
  readonly type?: z.ZodType
  readonly read?: (given: never) => unknown
  readonly show?: (stored: never) => unknown
}

/** The methods whose bodies write a noun. */
export type Body = 'POST' | 'PUT' | 'PATCH'

export type Fields = Readonly<Record<string, Field>>

/**
 * One field. The default has to be of its type. Of the options the type keeps what the types of a noun depend on, and neither texts
 * nor examples, so that an error of the compiler can be read.
 */
export function field<T extends z.ZodType, const Options extends FieldOptions<T>>(
  type: T,
  options: Options,
): { readonly type: T } & Pick<Field, 'description' | 'examples'> & {
    readonly [Name in keyof Options as Name extends 'description' | 'examples' ? never : Name]: Options[Name]
  } {
  return { type, ...options }
}

type FieldOptions<T extends z.ZodType> = Omit<Field, 'type'> & { readonly default?: z.output<T> }
