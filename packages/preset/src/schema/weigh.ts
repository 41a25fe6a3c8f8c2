/**
 * How much of a schema can apply to one value. References make a small schema large: fourteen definitions, each of which
 * names the next one twice, apply sixteen thousand times to the same value.
 */
import { resolver, type Schema } from './references.ts'
import { isSchema, nodeOf, REFERENCES, schemasIn, type SchemaNode } from './schema-node.ts'

/**
 * The maximum work per value by depth: the position in the list is the depth. Deeper values take as much as the last.
 */
export type Profile = readonly number[]

interface Weights {
  readonly profile: Profile
  readonly problem: null
  /** Whether alternatives contain references. Every error of every alternative is kept then. */
  readonly hasReferredAlternatives: boolean
}

const MAX_WEIGHT = 20_000
/** As deep as a payload may be, and one level of property names. */
const MAX_VALUE_DEPTH = 65

export function weigh(schema: object | boolean): Weights | { readonly problem: string } {
  if (typeof schema === 'boolean') return { profile: [1], problem: null, hasReferredAlternatives: false }
  const found = new Map<Schema, SchemaNode>()
  const resolve = resolver(schema)
  const pending: Schema[] = [schema as Schema]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue
    const node = nodeOf(next, resolve)
    if (node === null) return { problem: 'has a reference whose target cannot be told: write it as #/$defs/name' }
    found.set(next, node)
    for (const group of [node.inPlace, node.fields, node.patterns, node.rest, node.elements, node.everyElement])
      for (const one of group) pending.push(one)
  }
  const order = inOrder(schema as Schema, found)
  if (order === null) return { problem: 'refers to itself without end: let it ask for something in between' }

  const profile: number[] = []
  let before = new Map<Schema, number>()
  for (let depth = 0; depth <= MAX_VALUE_DEPTH; depth++) {
    const now = new Map<Schema, number>()
    const at = (one: Schema): number => before.get(one) ?? 0
    const sum = (list: readonly Schema[], of: (one: Schema) => number): number =>
      list.reduce((total, one) => total + of(one), 0)
    const most = (list: readonly Schema[]): number => list.reduce((max, one) => Math.max(max, at(one)), 0)
    for (const one of order) {
      const { cost, deep, inPlace, fields, patterns, rest, elements, everyElement } = found.get(one)!
      const own =
        depth === 0
          ? cost
          : deep + Math.max(most(fields) + sum(patterns, at) + sum(rest, at), most(elements) + sum(everyElement, at))
      now.set(one, own + sum(inPlace, (inner) => now.get(inner)!))
    }
    const weight = now.get(schema as Schema)!
    if (weight > MAX_WEIGHT) return { problem: TOO_HEAVY }
    profile.push(weight)
    if (depth > 0 && order.every((one) => now.get(one) === before.get(one))) break
    before = now
  }
  return { profile, problem: null, hasReferredAlternatives: hasReferredAlternatives(found) }
}

const TOO_HEAVY = `applies more than ${MAX_WEIGHT} rules to one value once its references are followed: refer to less in anyOf, oneOf and allOf`

/** How many rules are applied to a value at most. Stops counting above `most`. */
export function workOf(profile: Profile, value: unknown, most: number): number {
  let level: unknown[] = [value]
  let work = 0
  for (let depth = 0; level.length > 0; depth++) {
    work += level.length * (profile[Math.min(depth, profile.length - 1)] ?? 0)
    if (work > most || depth > MAX_VALUE_DEPTH) return work
    const next: unknown[] = []
    for (const one of level)
      if (typeof one === 'object' && one !== null) for (const inner of Object.values(one)) next.push(inner)
    level = next
  }
  return work
}

function hasReferredAlternatives(found: ReadonlyMap<Schema, SchemaNode>): boolean {
  for (const schema of found.keys()) {
    const alternatives = [...schemasIn(schema['anyOf']), ...schemasIn(schema['oneOf'])]
    for (let one = alternatives.pop(); one !== undefined; one = alternatives.pop()) {
      if (REFERENCES.some((key) => typeof one?.[key] === 'string')) return true
      for (const inner of Object.values(one)) {
        if (isSchema(inner)) alternatives.push(inner)
        else if (Array.isArray(inner)) alternatives.push(...schemasIn(inner))
      }
    }
  }
  return false
}

/** Sorts schemas so that inner ones come first; `null` if one applies to its own value again. */
function inOrder(root: Schema, found: ReadonlyMap<Schema, SchemaNode>): Schema[] | null {
  const order: Schema[] = []
  const states = new Map<Schema, 'open' | 'done'>()
  for (const start of [root, ...found.keys()]) {
    const stack = [start]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const state = states.get(top)
      if (state !== undefined) {
        stack.pop()
        if (state === 'open') {
          states.set(top, 'done')
          order.push(top)
        }
        continue
      }
      states.set(top, 'open')
      for (const inner of found.get(top)!.inPlace) {
        if (states.get(inner) === 'open') return null
        if (!states.has(inner)) stack.push(inner)
      }
    }
  }
  return order
}
