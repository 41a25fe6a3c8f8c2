/**
 * How much of a schema can apply to one value. References make a small schema large: fourteen definitions, each of which
 * names the next one twice, apply sixteen thousand times to the same value.
 */

type Schema = Readonly<Record<string, unknown>>

/** Of values as deep as their position in the list, most work per value; deeper ones take as much as the last. */
export type Profile = readonly number[]

interface Weights {
  readonly profile: Profile
  readonly problem: null
  /** Every error of every alternative is kept then, also where these are references. */
  readonly hasReferredAlternatives: boolean
}

const MAX_WEIGHT = 20_000
/** As deep as a payload may be, and one level of property names. */
const MAX_VALUE_DEPTH = 65

const IN_PLACE = ['not', 'if', 'then', 'else']
const IN_PLACE_LISTS = ['allOf', 'anyOf', 'oneOf']
const IN_PLACE_MAPS = ['dependentSchemas', 'dependencies']
const OF_FIELDS = ['additionalProperties', 'unevaluatedProperties', 'propertyNames']
const OF_ELEMENTS = ['items', 'additionalItems', 'contains', 'unevaluatedItems']
const REFERENCES = ['$ref', '$dynamicRef']
/** Compares the whole value below it. */
const OF_ALL_BELOW = ['const', 'enum', 'uniqueItems']

export function weigh(schema: object | boolean): Weights | { readonly problem: string } {
  if (typeof schema === 'boolean') return { profile: [1], problem: null, hasReferredAlternatives: false }
  const found = new Map<Schema, Node>()
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

/** At most this many rules are held against a value; answers the first number above `most`, or the number. */
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

interface Node {
  /** Rules of its own. */
  readonly cost: number
  readonly deep: number
  /** For the same value. */
  readonly inPlace: readonly Schema[]
  /** One of them for a field. */
  readonly fields: readonly Schema[]
  /** All that fit, for a field. */
  readonly patterns: readonly Schema[]
  readonly rest: readonly Schema[]
  readonly elements: readonly Schema[]
  readonly everyElement: readonly Schema[]
}

function nodeOf(schema: Schema, resolve: Resolve): Node | null {
  const inPlace = [
    ...schemasAt(schema, IN_PLACE),
    ...IN_PLACE_LISTS.flatMap((key) => schemasIn(schema[key])),
    ...IN_PLACE_MAPS.flatMap((key) => schemasIn(schema[key])),
  ]
  for (const key of REFERENCES) {
    if (typeof schema[key] !== 'string') continue
    const targets = resolve(schema, schema[key])
    if (targets.length === 0) return null
    for (const target of targets) if (isSchema(target)) inPlace.push(target)
  }
  return {
    cost: Object.entries(schema).reduce((sum, [key, value]) => sum + costOf(key, value), 1),
    deep: OF_ALL_BELOW.some((key) => Object.hasOwn(schema, key)) ? 1 : 0,
    inPlace,
    fields: schemasIn(schema['properties']),
    patterns: schemasIn(schema['patternProperties']),
    rest: schemasAt(schema, OF_FIELDS),
    elements: [
      ...schemasIn(schema['prefixItems']),
      ...(Array.isArray(schema['items']) ? schemasIn(schema['items']) : []),
    ],
    everyElement: schemasAt(schema, OF_ELEMENTS),
  }
}

const FREE = new Set([
  '$schema',
  '$id',
  '$anchor',
  '$dynamicAnchor',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
])

/** Each that does not fit leaves an error behind, which is 300 ns. */
const STEPS_AN_ALTERNATIVE = 20

function costOf(key: string, value: unknown): number {
  if (FREE.has(key)) return 0
  if (key === 'enum' || key === 'const' || typeof value !== 'object' || value === null) return 1
  const count = Math.max(1, Object.keys(value).length)
  if (key === 'contains') return STEPS_AN_ALTERNATIVE
  return key === 'anyOf' || key === 'oneOf' ? count * STEPS_AN_ALTERNATIVE : count
}

function hasReferredAlternatives(found: ReadonlyMap<Schema, Node>): boolean {
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

/** Inner ones first; `null` where one applies to its own value again. */
function inOrder(root: Schema, found: ReadonlyMap<Schema, Node>): Schema[] | null {
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

type Resolve = (from: Schema, reference: string) => readonly unknown[]

/** What references mean, by the rules of `$id`; several for a dynamic one, because any of them may be meant. */
function resolver(root: object): Resolve {
  const bases = new Map<object, string>()
  const targets = new Map<string, unknown[]>()
  const remember = (name: string, target: unknown): void => {
    targets.set(name, [...(targets.get(name) ?? []), target])
  }
  const visit = (value: unknown, base: string): void => {
    if (typeof value !== 'object' || value === null) return
    const { $id, $anchor, $dynamicAnchor } = value as Schema
    let here = base
    if (typeof $id === 'string' && !Array.isArray(value)) {
      const url = URL.parse($id, base)
      // In draft-07 a fragment is an anchor.
      if (url !== null && url.hash.length > 1) remember(url.href, value)
      else if (url !== null) remember((here = url.href.replace(/#$/, '')), value)
    }
    bases.set(value, here)
    for (const anchor of [$anchor, $dynamicAnchor])
      if (typeof anchor === 'string') for (const name of [`${here}#${anchor}`, `#${anchor}`]) remember(name, value)
    for (const inner of Object.values(value)) visit(inner, here)
  }
  remember(ROOT, root)
  visit(root, ROOT)

  return (from, reference) => {
    const base = bases.get(from) ?? ROOT
    const url = URL.parse(reference, base)
    if (url === null) return []
    const whole = url.href.replace(/#$/, '')
    const fragment = url.hash
    if (Object.hasOwn(from, '$dynamicRef') && from['$dynamicRef'] === reference && targets.has(fragment))
      return targets.get(fragment)!
    const known = targets.get(whole)
    if (known !== undefined) return known
    const resource = targets.get(whole.slice(0, whole.length - fragment.length))?.[0]
    if (!fragment.startsWith('#/') || resource === undefined) return []
    const target = pointed(resource, fragment.slice(2).split('/'))
    return target === undefined ? [] : [target]
  }
}

const ROOT = 'https://schema.invalid/root'

function pointed(value: unknown, escaped: readonly string[]): unknown {
  let at = value
  for (const part of escaped) {
    const key = unescaped(part)
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = Reflect.get(at, key)
  }
  return at
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return part
  }
}

function schemasAt(schema: Schema, keys: readonly string[]): Schema[] {
  return keys.map((key) => schema[key]).filter(isSchema)
}

function schemasIn(value: unknown): Schema[] {
  return typeof value === 'object' && value !== null ? Object.values(value).filter(isSchema) : []
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
