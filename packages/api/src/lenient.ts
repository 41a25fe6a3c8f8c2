import * as z from 'zod'
import type { Route } from './route.ts'
import { Names } from './schemas/common.ts'

/**
 * What the API takes from clients although its own words are others. The server reads by this file, and `openapi.json` tells it:
 *
 * - queries: below
 * - bodies: `null` for a member that may be left out, and in a PUT the members that an answer has and nobody sets (`bodySchema`)
 * - times: forms that clients of Svix write (`Time` of the model)
 * - lists: the parameter several times, or one text with commas (`Names`)
 * - other names: `aliases` of a field, and `rawAlias` of a route
 */

/** The parameters that a route has. Those of no route are ignored where clients of Svix call, and refused elsewhere. */
export function querySchema(route: Route): z.ZodObject {
  const { shape } = route.query ?? z.object({})
  // Probes and load balancers add parameters of their own.
  const ignoresOthers = route.svix === true || route.access === 'public'
  return ignoresOthers ? z.object(shape) : z.strictObject(shape)
}

/** The names of the parameters that are lists. */
export function listParameters(route: Route): string[] {
  return Object.entries(route.query?.shape ?? {}).flatMap(([name, type]) =>
    type === Names || (type instanceof z.ZodOptional && type.unwrap() === Names) ? [name] : [],
  )
}

/** Other spellings of a list's name, as `openapi.json` tells them. */
export function listSpellings(name: string): string[] {
  return [`${name}[]`, `${name}[0]`]
}

/** A query with each list under its own name: `event_types[]=a` and `event_types[0]=a` mean `event_types=a`. */
export function withListNames(
  lists: readonly string[],
  query: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const spelled = Object.keys(query).flatMap((key) => {
    const found = /^(\w+)\[(\d{0,4})\]$/.exec(key)
    return found && lists.includes(found[1]!) ? [{ key, name: found[1]!, index: Number(found[2]) }] : []
  })
  if (spelled.length === 0) return query
  const named: Record<string, unknown> = { ...query }
  for (const { key } of spelled) delete named[key]
  for (const { key, name } of spelled.toSorted((a, b) => a.index - b.index))
    named[name] = [named[name] ?? [], query[key]].flat()
  return named
}

/** Whether a parameter that the route does not have is a 422. */
export function refusesOthers(route: Route): boolean {
  return querySchema(route).def.catchall instanceof z.ZodNever
}
