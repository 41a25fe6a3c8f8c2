/**
 * Compiles a filter to a function once; matching then only calls closures. The recursion depth of a match depends only
 * on the filter. Its time depends on the payload too, so each match has a meter.
 */
import { nearestWord } from '@posthorn/wire'
import { childPath } from '../json/field-path.ts'
import { isContainer } from '../json/json-equal.ts'
import { all, any, hasAll, not, onElements, present, type Condition, type Field } from './conditions.ts'
import { FilterError, type FilterProblem } from './filter-error.ts'
import { Meter } from './meter.ts'
import { operators, type Test } from './operators.ts'

export { FilterError } from './filter-error.ts'

export interface CompiledFilter {
  /** Never throws. Only the empty filter matches `undefined`, which stands for a missing payload. */
  matches(value: unknown): boolean
  /** The same result, with its cost. */
  examine(value: unknown): Examination
}

interface Examination {
  readonly matches: boolean
  /** The match would cost more than one match may. Such a value does not match. */
  readonly tooLarge: boolean
  /** What is left of `MATCH_STEPS`. */
  readonly stepsLeft: number
}

const MAX_DEPTH = 32
const MAX_NODES = 1_000
/** Characters of all strings and keys together. */
const MAX_TEXT = 131_072
const LOGICAL = ['$and', '$or', '$not']
const ALL_OPERATORS = [...operators.keys(), ...LOGICAL]
/** No payload needs these names, and following such a path would reach prototypes. */
const RESERVED_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** Throws a `FilterError` that lists every problem. `path` is the name of the filter in these problems. */
export function compileFilter(filter: unknown, path = 'filter'): CompiledFilter {
  const problems: FilterProblem[] = []
  if (isContainer(filter) && !Array.isArray(filter)) {
    const { matches } = new Compilation(problems).condition(filter, path, 1)
    if (problems.length === 0) {
      return compiled(
        Object.keys(filter).length === 0 ? () => true : (value, meter) => value !== undefined && matches(value, meter),
      )
    }
  } else {
    problems.push({ path, reason: `has to be an object such as { "status": "paid" }, and this is ${kindOf(filter)}` })
  }
  throw new FilterError(problems)
}

function compiled(test: Test): CompiledFilter {
  const examine = (value: unknown): Examination => {
    const meter = new Meter()
    const isMatch = test(value, meter)
    return { matches: isMatch && !meter.isOut, tooLarge: meter.isOut, stepsLeft: meter.left }
  }
  return { matches: (value) => examine(value).matches, examine }
}

const NEVER: Condition = { matches: () => false, matchesMissing: false }

class Compilation {
  readonly #problems: FilterProblem[]
  #nodes = 0
  #text = 0

  constructor(problems: FilterProblem[]) {
    this.#problems = problems
  }

  condition(filter: unknown, path: string, depth: number): Condition {
    if (!this.#isAcceptable(filter, path, depth)) return NEVER
    if (Array.isArray(filter)) return this.#list(filter, path, depth)
    if (isContainer(filter)) return this.#object(filter, path, depth)
    return present(onElements((value) => value === filter))
  }

  /** The elements of an array must include each element of the list. */
  #list(filter: readonly unknown[], path: string, depth: number): Condition {
    const wanted = this.#conditions(filter, path, depth).map(({ matches }) => matches)
    return present((value, meter) => {
      if (!Array.isArray(value)) return false
      return wanted.every((test) => value.some((element) => meter.spend(1) && test(element, meter)) && !meter.isOut)
    })
  }

  #object(filter: Readonly<Record<string, unknown>>, path: string, depth: number): Condition {
    const fields: Field[] = []
    const comparisons: Condition[] = []
    const negations: Condition[] = []
    const combinations: Condition[] = []
    for (const key of Object.keys(filter)) {
      if (this.#isFull) break
      const operand = filter[key]
      const at = childPath(path, key)
      if (!key.startsWith('$')) {
        if (this.#isAllowedKey(key, at)) fields.push({ key, condition: this.condition(operand, at, depth + 1) })
      } else if (key === '$not') {
        negations.push(not(this.condition(operand, at, depth + 1)))
      } else if (key === '$and' || key === '$or') {
        combinations.push(this.#combination(key, operand, at, depth + 1))
      } else {
        comparisons.push(this.#comparison(key, operand, at, depth + 1))
      }
    }

    const describesObject = fields.length > 0 || Object.keys(filter).length === 0
    // Fields, `$or`, `$and` and `$not` in one object all describe the same element.
    const describesElement = describesObject || combinations.length > 0
    const ofElement = describesElement ? [...combinations, ...negations] : []
    const ofWhole = describesElement ? comparisons : [...comparisons, ...negations]
    const elementTests = ofElement.map(({ matches }) => matches)
    if (describesObject) elementTests.unshift(hasAll(fields))
    const tests = ofWhole.map(({ matches }) => matches)
    if (describesElement) tests.push(onElements(all(elementTests)))
    return {
      matches: all(tests),
      matchesMissing: !describesObject && [...ofWhole, ...ofElement].every(({ matchesMissing }) => matchesMissing),
    }
  }

  #combination(key: '$and' | '$or', operand: unknown, path: string, depth: number): Condition {
    if (!this.#isAcceptable(operand, path, depth)) return NEVER
    if (!Array.isArray(operand) || operand.length === 0) {
      return this.#refuse(path, `has to be a list of at least one condition, and this is ${kindOf(operand)}`)
    }
    const conditions = this.#conditions(operand, path, depth)
    const tests = conditions.map(({ matches }) => matches)
    if (key === '$and') {
      return { matches: all(tests), matchesMissing: conditions.every(({ matchesMissing }) => matchesMissing) }
    }
    return { matches: any(tests), matchesMissing: conditions.some(({ matchesMissing }) => matchesMissing) }
  }

  #comparison(key: string, operand: unknown, path: string, depth: number): Condition {
    const operator = operators.get(key)
    if (operator === undefined) return this.#refuse(path, unknownOperator(key))
    if (!this.#isPlain(operand, path, depth)) return NEVER
    const matches = operator.compile(operand)
    if (matches === null) return this.#refuse(path, `has to be ${operator.takes}, and this is ${kindOf(operand)}`)
    return { matches, matchesMissing: key === '$exist' && operand === false }
  }

  #conditions(filters: readonly unknown[], path: string, depth: number): Condition[] {
    const conditions: Condition[] = []
    for (const [i, filter] of filters.entries()) {
      if (this.#isFull) break
      conditions.push(this.condition(filter, childPath(path, i), depth + 1))
    }
    return conditions
  }

  /** Checks an operand that is data: it contains no operators, and the bounds of a filter apply. */
  #isPlain(value: unknown, path: string, depth: number): boolean {
    if (!this.#isAcceptable(value, path, depth)) return false
    if (!isContainer(value)) return true
    let isPlain = true
    for (const key of Object.keys(value)) {
      if (this.#isFull) return false
      const at = childPath(path, Array.isArray(value) ? Number(key) : key)
      isPlain = this.#isAllowedKey(key, at) && this.#isPlain(value[key], at, depth + 1) && isPlain
    }
    return isPlain
  }

  #isAcceptable(value: unknown, path: string, depth: number): boolean {
    this.#nodes += 1
    // Reported once: every further value would be the same problem.
    if (this.#nodes === MAX_NODES + 1) {
      this.#refuse(path, `is too much: a filter has at most ${MAX_NODES} values, so filter by fewer of them`)
    }
    if (typeof value === 'string') this.#countText(value, path)
    if (this.#isFull) return false
    const reason = depth > MAX_DEPTH ? `is nested deeper than ${MAX_DEPTH} levels: write it flatter` : notJson(value)
    if (reason !== null) this.#refuse(path, reason)
    return reason === null
  }

  #isAllowedKey(key: string, path: string): boolean {
    this.#countText(key, path)
    if (!RESERVED_KEYS.has(key)) return true
    this.#refuse(path, 'cannot be filtered by: this name is reserved, so rename the field')
    return false
  }

  #countText(text: string, path: string): void {
    const before = this.#text
    this.#text += text.length
    if (before <= MAX_TEXT && this.#text > MAX_TEXT) {
      this.#refuse(
        path,
        `is too long: the texts of a filter have at most ${MAX_TEXT} characters together, so shorten them`,
      )
    }
  }

  get #isFull(): boolean {
    return this.#nodes > MAX_NODES || this.#text > MAX_TEXT
  }

  #refuse(path: string, reason: string): Condition {
    this.#problems.push({ path, reason })
    return NEVER
  }
}

function unknownOperator(key: string): string {
  if (key === '$ref') return 'compares two fields with each other, which filters here cannot do: compare with a value'
  const meant = nearestWord(key, ALL_OPERATORS)
  const guess = meant === null ? `the operators are ${ALL_OPERATORS.join(', ')}` : `did you mean ${meant}?`
  return `is not an operator: ${guess} (a field whose name begins with "$" cannot be filtered by)`
}

function notJson(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null
    case 'number':
      return Number.isFinite(value) ? null : 'is beyond the range of JSON numbers: write a smaller one'
    case 'object':
      return value === null || Array.isArray(value) || isPlainObject(value) ? null : 'is not JSON: write plain values'
    default:
      return `is ${kindOf(value)}, which JSON does not have: write a value, or leave it out`
  }
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  switch (typeof value) {
    case 'undefined':
      return 'undefined'
    case 'object':
      return 'an object'
    default:
      return `a ${typeof value}`
  }
}
