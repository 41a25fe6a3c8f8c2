import { compileFilter, FilterError } from '../filter/compile-filter.ts'
import { guess, isObject, type JsonAt } from './json-at.ts'
import type { Fact, Requirement } from '../preset.ts'

type Facts = Readonly<Record<string, Fact>>

/** A filter on declared facts. With a mistake in a name or a type, no application could ever meet it. */
export function parseFactFilter(json: JsonAt, facts: Facts): Requirement['facts'] {
  const filter = json.anyObject()
  try {
    const compiled = compileFilter(filter, '')
    const examples = Object.entries(facts).map(([name, { example }]) => [name, example] as const)
    if (namesFactsOnly(json, facts) && !compiled.matches(Object.fromEntries(examples)))
      json.refuse('does not hold for the examples of the facts')
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    json.refuseInside(error.problems)
  }
  return filter
}

/**
 * Refuses every name that is not a fact and every comparison with another type. Returns whether nothing was refused.
 */
function namesFactsOnly(json: JsonAt, facts: Facts): boolean {
  if (Array.isArray(json.value))
    return !json
      .list()
      .map((item) => namesFactsOnly(item, facts))
      .includes(false)
  if (!isObject(json.value)) return true
  const verdicts = json.entries().map(([name, value]) => {
    const fact = Object.hasOwn(facts, name) ? facts[name] : undefined
    // $and, $or and $not contain filters of the same form.
    if (name.startsWith('$')) return namesFactsOnly(value, facts)
    if (fact !== undefined) return isComparable(value, fact.type)
    value.refuse(`is not declared in rules.facts${guess(name, Object.keys(facts))}`)
    return false
  })
  return !verdicts.includes(false)
}

const comparisons = ['$eq', '$neq', '$gt', '$gte', '$lt', '$lte']

/** A comparison with a value of another type is always false. */
function isComparable(json: JsonAt, type: Fact['type']): boolean {
  if (isObject(json.value)) {
    const verdicts = comparisons.map((name) => isComparable(json.get(name), type))
    return !verdicts.includes(false)
  }
  if (json.isAbsent || Array.isArray(json.value) || typeof json.value === type) return true
  json.refuse(`must be a ${type}, as the fact is`)
  return false
}
