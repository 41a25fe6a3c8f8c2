import { dataProblem, type DataProblem } from '@posthorn/model'

/** What is wrong with an argument of a call; `null`: nothing, as far as can be seen without knowing what is stored. */
export type Parameter = (value: unknown) => DataProblem | null

/** What a member of an argument has to be: the words for it, and whether a value is so. */
export interface Kind {
  readonly words: string
  readonly holds: (value: unknown) => boolean
}

export const aText: Kind = { words: 'a text', holds: (value) => typeof value === 'string' }
export const aNumber: Kind = { words: 'a number', holds: (value) => typeof value === 'number' }
export const aBoolean: Kind = { words: 'true or false', holds: (value) => typeof value === 'boolean' }
export const anObject: Kind = { words: 'an object', holds: isObject }
export const objects: Kind = {
  words: 'a list of objects',
  holds: (given) => Array.isArray(given) && given.every(isObject),
}
export const texts: Kind = {
  words: 'a list of texts',
  holds: (value) => Array.isArray(value) && value.every(aText.holds),
}

export function oneOf(...names: readonly string[]): Kind {
  const quoted = names.map((name) => JSON.stringify(name))
  const words = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
  return { words, holds: (value) => names.some((name) => name === value) }
}

/** An object of a program, such as a clock. */
export function withMethods(...names: readonly string[]): Kind {
  const words = `an object with ${names.map((name) => `${name}()`).join(', ')}`
  const holds = (given: unknown): boolean =>
    typeof given === 'object' && given !== null && names.every((name) => typeof Reflect.get(given, name) === 'function')
  return { words, holds }
}

export function orNull({ words, holds }: Kind): Kind {
  return { words: `${words}, or null`, holds: (value) => value === null || holds(value) }
}

/** One value. */
export function value(field: string, kind: Kind): Parameter {
  return (given) => (kind.holds(given) ? dataProblem(given, field) : other(field, kind.words, given))
}

/** An id, a name, a token. */
export function text(field: string): Parameter {
  return value(field, aText)
}

/** An object of plain values. The fields of its noun are checked by the call itself. */
export const input: Parameter = (given) => (isObject(given) ? dataProblem(given, '') : otherArgument('input', given))

/** The same, with members that are checked here. Those of `required` must be there. */
export function object(
  required: Readonly<Record<string, Kind>>,
  members: Readonly<Record<string, Kind>> = {},
): Parameter {
  const kinds = Object.entries({ ...required, ...members })
  return (given) => {
    const problem = input(given)
    if (problem || !isObject(given)) return problem
    for (const [name, kind] of kinds) {
      const member = given[name]
      if (member === undefined && !(name in required)) continue
      if (!kind.holds(member)) return other(name, kind.words, member)
    }
    return null
  }
}

/** The same, which may be left out, as may its members. */
export function options(members: Readonly<Record<string, Kind>>): Parameter {
  return optional(object({}, members))
}

export function optional(parameter: Parameter): Parameter {
  return (given) => (given === undefined ? null : parameter(given))
}

export function isObject(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}

/** The problem of an argument that is something else than it has to be. */
export function other(field: string, words: string, given: unknown): DataProblem {
  return { field, message: `\`${field}\` is ${wordsFor(given)}. Give ${words}.` }
}

function otherArgument(what: string, given: unknown): DataProblem {
  return { field: '', message: `The ${what} of this call is ${wordsFor(given)}. Give an object: {...}.` }
}

function wordsFor(given: unknown): string {
  if (given === undefined) return 'missing'
  if (given === null) return 'null'
  if (Array.isArray(given)) return 'a list'
  if (typeof given === 'string') return `the text ${JSON.stringify(given.slice(0, 40))}`
  if (typeof given === 'number' || typeof given === 'boolean') return String(given)
  return typeof given === 'object' ? 'an object' : `a ${typeof given}`
}
