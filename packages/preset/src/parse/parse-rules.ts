import type { JsonAt } from './json-at.ts'
import { parseFactFilter } from './parse-fact-filter.ts'
import { refuseTwins } from './parse-lists.ts'
import { customersMaySet, factTypes, messageChecks, steps, type Fact, type Requirement, type Rules } from '../preset.ts'

export function parseRules(json: JsonAt): Rules {
  const rules = json
    .or({})
    .object(['activation', 'subscription', 'maxEndpoints', 'facts', 'requires', 'customersMaySet', 'checks'])
  const activation = rules.get('activation').or('immediate')
  const maxEndpoints = rules.get('maxEndpoints').or(null)
  const facts = parseFacts(rules.get('facts').or({}))
  const requires = rules.get('requires').or([]).list()
  const may = rules.get('customersMaySet')
  const checks = rules.get('checks')
  return {
    activation: activation.oneOf(['immediate', 'toggle', 'step']),
    subscription: rules.get('subscription').or('all').oneOf(['all', 'explicit']),
    maxEndpoints: maxEndpoints.value === null ? null : maxEndpoints.whole(1, 1000),
    facts,
    requires: requires.map((requirement) => parseRequirement(requirement, facts, activation.value)),
    ...(!may.isAbsent && { customersMaySet: parseNames(may, customersMaySet) }),
    ...(!checks.isAbsent && { checks: parseNames(checks, messageChecks) }),
  }
}

function parseNames<Name extends string>(json: JsonAt, names: readonly [Name, ...Name[]]): Name[] {
  const items = json.list()
  refuseTwins(items)
  return items.map((item) => item.oneOf(names))
}

function parseFacts(json: JsonAt): Rules['facts'] {
  const facts = json.entries().map(([name, value]): [string, Fact] => {
    if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name))
      value.refuse('cannot be the name of a fact: a letter, then up to 63 letters, digits and _')
    const fact = value.object(['type', 'description', 'example'])
    const type = fact.get('type').oneOf(factTypes)
    return [
      name,
      { type, description: fact.get('description').text(), example: parseExample(fact.get('example'), type) },
    ]
  })
  return Object.fromEntries(facts)
}

function parseExample(json: JsonAt, type: Fact['type']): Fact['example'] {
  switch (type) {
    case 'boolean':
      return json.flag()
    case 'number':
      return json.number()
    case 'string':
      return json.text()
  }
}

function parseRequirement(json: JsonAt, facts: Rules['facts'], activation: unknown): Requirement {
  const requirement = json.object(['before', 'kind', 'facts', 'because', 'remedy'])
  return {
    before: parseSteps(requirement.get('before'), activation),
    kind: requirement.get('kind').oneOf(['plan', 'readiness']),
    facts: parseFactFilter(requirement.get('facts'), facts),
    because: requirement.get('because').text(),
    remedy: requirement.get('remedy').text(),
  }
}

function parseSteps(json: JsonAt, activation: unknown): Requirement['before'] {
  const items = json.list()
  if (Array.isArray(json.value) && items.length === 0) json.refuse('must name a step')
  refuseTwins(items)
  return items.map((item) => {
    const step = item.oneOf(steps)
    if (item.value === 'activate' && activation === 'immediate')
      item.refuse('never comes: rules.activation is "immediate"')
    return step
  })
}
