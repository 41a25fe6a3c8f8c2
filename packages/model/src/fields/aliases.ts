import type * as z from 'zod'
import type { Alias, Body, Field, Fields } from './field.ts'

export function hasAliases(fields: Fields): boolean {
  return Object.values(fields).some(({ api }) => api?.aliases !== undefined)
}

/**
 * Refuses a body that has a field under two names with different values: one of them would be lost. In a POST `null` says nothing:
 * clients write it for what nobody gave.
 */
export function checkAliases(fields: Fields, method: Body): (payload: z.core.ParsePayload<unknown>) => void {
  const pairs = Object.entries(fields).flatMap(([key, field]) =>
    (field.api?.aliases ?? []).map((alias) => ({ name: field.api?.name ?? key, field, alias })),
  )
  return ({ value, issues }) => {
    const body = value as Readonly<Record<string, unknown>>
    for (const { name, field, alias } of pairs) {
      const [own, other] = [body[name], body[alias.name]]
      const saysNothing = own === undefined || other === undefined
      if (saysNothing || (method === 'POST' && (own === null || other === null)) || agree(field, alias, own, other))
        continue
      issues.push({ code: 'custom', input: other, path: [alias.name], message: twoValues(name, alias.name) })
    }
  }
}

/** What a 422 says of a member that is given under two names. */
export function twoValues(name: string, other: string): string {
  return `\`${name}\` and \`${other}\` are two names of one member, and their values differ. Give one of them.`
}

/** An alias can show less than the field: of several feature flags it has the first one. */
function agree(field: Field, alias: Alias, own: unknown, other: unknown): boolean {
  const value = through(field.api?.read, own)
  const shown = through(alias.show ?? field.api?.show, value)
  return same(shown, other) || same(value, through(alias.read ?? field.api?.read, other))
}

function through(convert: ((value: never) => unknown) | undefined, value: unknown): unknown {
  return convert ? (convert as (value: unknown) => unknown)(value) : value
}

/** Lists are equal whatever their order, and however often they have a value. */
function same(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return JSON.stringify(a) === JSON.stringify(b)
  return hasAll(a, b) && hasAll(b, a)
}

function hasAll(list: readonly unknown[], others: readonly unknown[]): boolean {
  const values = new Set(list)
  return others.every((other) => values.has(other))
}
