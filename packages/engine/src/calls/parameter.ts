import { dataProblem, type DataProblem } from '@posthorn/model'
import { nearestWord } from '@posthorn/wire'

/**
 * What is wrong with an argument of a call; `null`: nothing, as far as can be seen without knowing what is stored.
 *
 * `Names` are the members that it knows. They are for the type checker only: a declared option that the check would refuse as unknown
 * does not compile.
 */
export interface Parameter<in Names extends string = never> {
  (value: unknown): DataProblem | null
  readonly knows?: (name: Names) => void
}

/** What a member of an argument has to be: the words for it, and whether a value is so. */
export interface Kind {
  readonly words: string
  readonly holds: (value: unknown) => boolean
  /** A member that is there with the value `undefined` is refused, and not taken as one that was left out. */
  readonly never?: 'undefined'
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

/** An object with these texts, and nothing else. */
export function textsNamed(...names: readonly string[]): Kind {
  const words = `an object with the texts ${names.map((name) => `\`${name}\``).join(' and ')}, and nothing else`
  const holds = (given: unknown): boolean =>
    isObject(given) &&
    names.every((name) => typeof given[name] === 'string') &&
    Object.keys(given).length === names.length
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

/** An object of plain values. The fields of its noun are checked by the call itself, those that do not exist too. */
export const input: Parameter<string> = (given) =>
  isObject(given) ? dataProblem(given, '') : otherArgument('input', given)

/** The same, with fields that must be there and are checked here. */
export function inputWith(required: Readonly<Record<string, Kind>>): Parameter<string> {
  return (given) => {
    const problem = input(given)
    return problem || !isObject(given) ? problem : memberProblem(given, required, required)
  }
}

/** An object of plain values with these members and no others. Those of `required` must be there. */
export function object<Required extends string, Optional extends string = never>(
  required: Readonly<Record<Required, Kind>>,
  members?: Readonly<Record<Optional, Kind>>,
): Parameter<Required | Optional> {
  const kinds: Readonly<Record<string, Kind>> = { ...required, ...members }
  return (given) => {
    const problem = input(given)
    if (problem || !isObject(given)) return problem
    return unknownMember(given, kinds) ?? memberProblem(given, kinds, required)
  }
}

/** The same, which may be left out, as may its members. */
export function options<Names extends string>(members: Readonly<Record<Names, Kind>>): Parameter<Names> {
  return optional(object({}, members))
}

export function optional<Names extends string>(parameter: Parameter<Names>): Parameter<Names> {
  return (given) => (given === undefined ? null : parameter(given))
}

function memberProblem(
  given: Readonly<Record<string, unknown>>,
  kinds: Readonly<Record<string, Kind>>,
  required: Readonly<Record<string, Kind>>,
): DataProblem | null {
  for (const [name, kind] of Object.entries(kinds)) {
    const member = given[name]
    const isLeftOut = member === undefined && !(kind.never === 'undefined' && Object.hasOwn(given, name))
    if (isLeftOut && !(name in required)) continue
    if (!kind.holds(member)) return other(name, kind.words, member)
  }
  return null
}

/**
 * A member that does not exist. It is refused and not ignored: who misspells `customer` would otherwise act with the vendor's rights.
 *
 * @param above where the members are: `policy.`
 */
export function unknownMember(given: object, kinds: Readonly<Record<string, Kind>>, above = ''): DataProblem | null {
  for (const name in given) {
    if (Object.hasOwn(kinds, name)) continue
    const known = Object.keys(kinds)
    const meant = nearestWord(name, known)
    const all = known.length === 0 ? 'There is none here' : `There are ${known.join(', ')}`
    const hint = meant === null ? `${all}.` : `Did you mean \`${above}${meant}\`?`
    return { field: above + name, message: `There is no option \`${above}${name.slice(0, 100)}\`. ${hint}` }
  }
  return null
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
