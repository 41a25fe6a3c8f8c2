import type * as z from 'zod'

type Issue = z.core.$ZodRawIssue | z.core.$ZodIssue

/** What an issue of a value that is not there says: the caller names the value. */
export const missingText = 'This is missing.'

/** Makes zod say in a sentence what a value has to be. Types that say something themselves keep their text. */
export const inSentences = { error: (issue: z.core.$ZodRawIssue) => issueText(issue) } as const

function issueText(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return missingText
      return `This must be ${wordsFor(issue.expected)}, and it is ${wordsOf(issue.input)}.`
    case 'too_small':
      return boundText(issue.origin, Number(issue.minimum), issue.inclusive === false ? 'more than' : 'at least', issue)
    case 'too_big':
      return boundText(issue.origin, Number(issue.maximum), issue.inclusive === false ? 'less than' : 'at most', issue)
    case 'not_multiple_of':
      return `This must be a multiple of ${issue.divisor}.`
    case 'invalid_value':
      return `This must be ${or(issue.values.map((value) => JSON.stringify(value)))}.`
    case 'invalid_format':
      return issue.format === 'regex' && issue.pattern !== undefined
        ? `This must have the form ${issue.pattern}.`
        : `This must be ${formats[issue.format] ?? `a text of the form ${issue.format}`}.`
    case 'invalid_union':
      return unionText(issue)
    case 'invalid_key':
    case 'invalid_element': {
      const inner = issue.issues[0]
      const what = issue.code === 'invalid_key' ? 'A name in here is not allowed' : 'A value in here is not allowed'
      return inner === undefined ? `${what}.` : `${what}: ${lowerFirst(issueText(inner))}`
    }
    case 'unrecognized_keys':
      return `There is no field ${or(issue.keys.map((key) => JSON.stringify(key.slice(0, 100))))} here.`
    default:
      return 'This is not allowed here.'
  }
}

/** Names of types as people say them. */
const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  safeint: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  map: 'an object',
  array: 'a list',
  tuple: 'a list',
  set: 'a list',
  null: 'null',
  date: 'a time',
}

const formats: Readonly<Record<string, string>> = {
  url: 'a URL',
  email: 'an e-mail address',
  uuid: 'a UUID',
  datetime: 'a time such as 2026-11-22T14:02:11Z',
  date: 'a date such as 2026-11-22',
  time: 'a time of day such as 14:02:11',
  base64: 'base64',
  base64url: 'base64url',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
}

/** What a bound counts, by the kind of value that has it; a number is compared itself. */
const counted: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['value', 'values'],
  set: ['value', 'values'],
  object: ['member', 'members'],
  record: ['member', 'members'],
  map: ['member', 'members'],
  file: ['byte', 'bytes'],
}

function boundText(
  origin: string,
  bound: number,
  compared: string,
  issue: { readonly exact?: boolean | undefined },
): string {
  const shown = bound.toLocaleString('en')
  const words = counted[origin]
  if (words === undefined) return `This must be ${compared} ${shown}.`
  if (compared === 'at least' && bound === 1) return 'This must not be empty.'
  return `This must have ${issue.exact ? 'exactly' : compared} ${shown} ${bound === 1 ? words[0] : words[1]}.`
}

/** Of a value that is none of several types, what the types are; or what is wrong by the one whose kind it has. */
function unionText({
  errors,
  input,
}: {
  readonly errors: readonly z.core.$ZodIssue[][]
  readonly input?: unknown
}): string {
  if (input === undefined) return missingText
  const kinds = errors.map((issues) => issues.find(({ path }) => path.length === 0))
  const near = errors.find((issues) => issues.length > 0 && !issues.some(isOtherType))
  if (near?.[0] !== undefined) return near[0].message
  const words = kinds.flatMap((issue) => (issue?.code === 'invalid_type' ? [wordsFor(issue.expected)] : []))
  return words.length === 0
    ? 'This is not allowed here.'
    : `This must be ${or([...new Set(words)])}, and it is ${wordsOf(input)}.`
}

function isOtherType({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0
}

function wordsFor(expected: string): string {
  return typeWords[expected] ?? `a ${expected}`
}

function wordsOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'a text'
    case 'number':
      return Number.isFinite(value) && !Number.isInteger(value)
        ? `${value}`
        : Number.isFinite(value)
          ? 'a number'
          : String(value)
    case 'boolean':
      return String(value)
    case 'object':
      return 'an object'
    default:
      return `a ${typeof value}`
  }
}

function or(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
