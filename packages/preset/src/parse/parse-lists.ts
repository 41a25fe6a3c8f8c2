import type { Dialect } from '@posthorn/wire'
import { guess, type JsonAt } from './json-at.ts'

/** Refuses repeated values. */
export function refuseTwins(items: readonly JsonAt[]): void {
  const seen = new Set<unknown>()
  for (const item of items) {
    if (seen.has(item.value)) item.refuse(`${JSON.stringify(item.value)} stands in the list twice`)
    seen.add(item.value)
  }
}

/** A list of different texts, out of the allowed ones. */
export function parseTexts(
  json: JsonAt,
  allowed?: { readonly texts: readonly string[]; readonly as: string },
): string[] {
  const items = json.list()
  refuseTwins(items)
  return items.map((item) => {
    const text = item.text()
    if (allowed && text !== '' && !allowed.texts.includes(text)) item.refuse(`"${text}" is not one of ${allowed.as}`)
    return text
  })
}

/** Example values of params that the dialect declares. `null`: the dialect is unknown because of another problem. */
export function parseParams(json: JsonAt, dialect: Dialect | null): Record<string, string> {
  if (json.isAbsent) return {}
  const declared = Object.keys(dialect?.params ?? {})
  return Object.fromEntries(
    json.entries().map(([name, value]) => {
      if (dialect !== null && !declared.includes(name))
        value.refuse(`is no parameter of the dialect ${dialect.name}${guess(name, declared)}`)
      return [name, value.text()]
    }),
  )
}
