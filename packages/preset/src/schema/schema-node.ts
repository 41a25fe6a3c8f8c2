/** One schema without its inner schemas: its own cost, and which other schemas apply to the value and to its parts. */
import type { Resolve, Schema } from './references.ts'

const IN_PLACE = ['not', 'if', 'then', 'else']
const IN_PLACE_LISTS = ['allOf', 'anyOf', 'oneOf']
const IN_PLACE_MAPS = ['dependentSchemas', 'dependencies']
const OF_FIELDS = ['additionalProperties', 'unevaluatedProperties', 'propertyNames']
const OF_ELEMENTS = ['items', 'additionalItems', 'contains', 'unevaluatedItems']
export const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef']
/** Keywords that compare the whole value. */
const OF_ALL_BELOW = ['const', 'enum', 'uniqueItems']

export interface SchemaNode {
  /** Number of its own rules. */
  readonly cost: number
  readonly deep: number
  /** Schemas that apply to the same value. */
  readonly inPlace: readonly Schema[]
  /** Schemas of which one applies to a field. */
  readonly fields: readonly Schema[]
  /** Schemas of which every matching one applies to a field. */
  readonly patterns: readonly Schema[]
  readonly rest: readonly Schema[]
  readonly elements: readonly Schema[]
  readonly everyElement: readonly Schema[]
}

export function nodeOf(schema: Schema, resolve: Resolve): SchemaNode | null {
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
  '$recursiveAnchor',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
])

/** Each failed alternative creates an error object, which takes 300 ns. */
const STEPS_AN_ALTERNATIVE = 20

function costOf(key: string, value: unknown): number {
  if (FREE.has(key)) return 0
  if (key === 'enum' || key === 'const' || typeof value !== 'object' || value === null) return 1
  const count = Math.max(1, Object.keys(value).length)
  if (key === 'contains') return STEPS_AN_ALTERNATIVE
  return key === 'anyOf' || key === 'oneOf' ? count * STEPS_AN_ALTERNATIVE : count
}

function schemasAt(schema: Schema, keys: readonly string[]): Schema[] {
  return keys.map((key) => schema[key]).filter(isSchema)
}

export function schemasIn(value: unknown): Schema[] {
  return typeof value === 'object' && value !== null ? Object.values(value).filter(isSchema) : []
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
