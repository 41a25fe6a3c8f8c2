/** Describes Ajv's errors for people: the path in the value, and what is expected there. */
import type { ErrorObject } from 'ajv'
import { childPath, shorten } from '../json/field-path.ts'

export interface SchemaProblem {
  /** `devices[0].name`; empty for the value itself. */
  readonly path: string
  readonly reason: string
}

/** Limit of reported problems: a list of a million wrong elements has a million of them. */
const MAX_PROBLEMS = 20
/** How many errors are sorted. Sorting alternatives is quadratic; the summarising errors come last. */
const MAX_READ = 250

export function describeErrors(errors: readonly ErrorObject[], value: unknown): SchemaProblem[] {
  const problems = new Map<string, SchemaProblem>()
  for (const error of withoutInner(some(errors))) {
    if (problems.size === MAX_PROBLEMS) break
    const problem = describe(error, pathOf(error.instancePath, value))
    problems.set(`${problem.path} ${problem.reason}`, problem)
  }
  return [...problems.values()]
}

function some(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  return errors.length > 2 * MAX_READ ? [...errors.slice(0, MAX_READ), ...errors.slice(-MAX_READ)] : errors
}

/**
 * Ajv reports one error per failed alternative and one that summarises them. People need the summary; if the
 * alternatives differ only in their type, they need the types.
 */
function withoutInner(errors: readonly ErrorObject[]): ErrorObject[] {
  const told: ErrorObject[] = []
  for (const error of errors) {
    if (error.keyword === 'if' || error.propertyName !== undefined) continue
    if (error.keyword !== 'anyOf' && error.keyword !== 'oneOf') {
      told.push(error)
      continue
    }
    const inner = told.filter(({ schemaPath }) => schemaPath.startsWith(`${error.schemaPath}/`))
    const onlyTypes = inner.every((one) => one.keyword === 'type' && one.instancePath === error.instancePath)
    for (const one of inner) told.splice(told.indexOf(one), 1)
    const types = inner.flatMap(({ params }) => params['type'] as string | string[])
    told.push(onlyTypes && types.length > 0 ? { ...error, keyword: 'type', params: { type: types } } : error)
  }
  return told
}

function describe(error: ErrorObject, path: string): SchemaProblem {
  const { keyword, params } = error
  switch (keyword) {
    case 'required':
      return { path: childPath(path, params['missingProperty']), reason: 'is missing' }
    case 'dependentRequired':
    case 'dependencies':
      return {
        path: childPath(path, params['missingProperty']),
        reason: `is missing, and has to be there with ${shorten(params['property'])}`,
      }
    case 'additionalProperties':
      return { path: childPath(path, params['additionalProperty']), reason: 'is not known here' }
    case 'unevaluatedProperties':
      return { path: childPath(path, params['unevaluatedProperty']), reason: 'is not known here' }
    case 'propertyNames':
      return { path: childPath(path, params['propertyName']), reason: 'has a name that is not allowed here' }
    case 'false schema':
      return { path, reason: 'is not allowed here' }
    default:
      return { path, reason: reasonOf(keyword, params) ?? error.message ?? `breaks the rule ${keyword}` }
  }
}

function reasonOf(keyword: string, params: ErrorObject['params']): string | null {
  const limit = String(params['limit'])
  switch (keyword) {
    case 'type':
      return `must be ${typeNames([params['type'] as string | string[]].flat())}`
    case 'enum':
      return `must be ${anyOf((params['allowedValues'] as unknown[]).map(shown))}`
    case 'const':
      return `must be ${shown(params['allowedValue'])}`
    case 'minimum':
      return `must be at least ${limit}`
    case 'maximum':
      return `must be at most ${limit}`
    case 'exclusiveMinimum':
      return `must be more than ${limit}`
    case 'exclusiveMaximum':
      return `must be less than ${limit}`
    case 'multipleOf':
      return `must be a multiple of ${String(params['multipleOf'])}`
    case 'minLength':
      return `must have at least ${counted(limit, 'character')}`
    case 'maxLength':
      return `must have at most ${counted(limit, 'character')}`
    case 'minItems':
      return `must have at least ${counted(limit, 'element')}`
    case 'maxItems':
    case 'items':
    case 'additionalItems':
    case 'unevaluatedItems':
      return `must have at most ${counted(String(params['limit'] ?? params['len'] ?? 0), 'element')}`
    case 'minProperties':
      return `must have at least ${counted(limit, 'field')}`
    case 'maxProperties':
      return `must have at most ${counted(limit, 'field')}`
    case 'contains':
      return `must have at least ${counted(String(params['minContains'] ?? 1), 'element')} of the kind that is asked for`
    case 'uniqueItems':
      return 'must not have the same element twice'
    case 'pattern':
      return `must match the pattern ${shorten(String(params['pattern']))}`
    case 'format':
      return `must be written as ${shorten(String(params['format']))}`
    case 'anyOf':
      return 'fits none of the forms that are allowed here'
    case 'oneOf':
      return params['passingSchemas'] === null
        ? 'fits none of the forms that are allowed here'
        : 'fits more than one of the forms that are allowed here, and has to fit exactly one'
    case 'not':
      return 'has a form that is not allowed here'
    default:
      return null
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
}

function typeNames(types: readonly string[]): string {
  return anyOf([...new Set(types)].map((type) => TYPE_NAMES[type] ?? type))
}

const MAX_SHOWN_VALUES = 12

function anyOf(values: readonly string[]): string {
  if (values.length > MAX_SHOWN_VALUES) {
    return `one of ${values.slice(0, MAX_SHOWN_VALUES).join(', ')} and ${values.length - MAX_SHOWN_VALUES} more`
  }
  return values.length < 2 ? (values[0] ?? 'nothing') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)!}`
}

function shown(value: unknown): string {
  return shorten(JSON.stringify(value))
}

function counted(number: string, noun: string): string {
  return `${number} ${noun}${number === '1' ? '' : 's'}`
}

/** A JSON pointer as a path. The value decides whether `0` is an index or a name. */
function pathOf(pointer: string, value: unknown): string {
  let path = ''
  let at: unknown = value
  for (const escaped of pointer.split('/').slice(1)) {
    const segment = escaped.replaceAll('~1', '/').replaceAll('~0', '~')
    path = childPath(path, Array.isArray(at) ? Number(segment) : segment)
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, segment) ? Reflect.get(at, segment) : undefined
  }
  return path
}
