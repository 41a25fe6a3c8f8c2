import { leftOut } from './noun.ts'
import type { Field, Fields } from './field.ts'

/**
 * The fields of the vendor that a customer wants to change, by their names in the API. What a customer sends back as it is counts as
 * left out.
 *
 * @param before the row that is changed; `null`: it is created @param allowed fields that customers may set here
 */
export function vendorFieldsChanged(
  fields: Fields,
  given: object,
  before: object | null,
  allowed: readonly string[],
): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const definition = fields[name]
    if (value === undefined || !definition || !isVendors(definition, name, allowed)) return []
    const is = before ? (before as Readonly<Record<string, unknown>>)[name] : leftOut(definition)
    return same(storedOf(definition, value), is ?? null) ? [] : [definition.api?.name ?? name]
  })
}

/** What a customer gives, without the fields of the vendor: these stay as they are. */
export function withoutVendorFields<T extends object>(fields: Fields, given: T, allowed: readonly string[]): T {
  const own = Object.entries(given).filter(([name]) => !fields[name] || !isVendors(fields[name], name, allowed))
  return Object.fromEntries(own) as T
}

function isVendors({ setBy }: Field, name: string, allowed: readonly string[]): boolean {
  return setBy === 'vendor' && !allowed.includes(name)
}

function storedOf(definition: Field, given: unknown): unknown {
  return definition.store ? (definition.store as (value: unknown) => unknown)(given) : given
}

/** Equality of JSON values. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key as keyof typeof a], b[key as keyof typeof b]))
  )
}
