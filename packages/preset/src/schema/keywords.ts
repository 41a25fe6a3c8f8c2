/** Replaces keywords whose implementation in Ajv is unsafe or slow with hostile values. */
import type { _, Ajv, CodeKeywordDefinition, FuncKeywordDefinition } from 'ajv'
import { isContainer, jsonEqual } from '../json/json-equal.ts'

/** `code` is Ajv's template tag. It is an argument because Ajv is loaded late. */
export function replaceKeywords(ajv: Ajv, code: typeof _): void {
  const replacements: (FuncKeywordDefinition & Pick<CodeKeywordDefinition, 'error'>)[] = [
    {
      keyword: 'uniqueItems',
      type: 'array',
      schemaType: 'boolean',
      validate: (wanted: boolean, items: readonly unknown[]) => !wanted || hasUniqueItems(items),
    },
    // Ajv's implementation calls `valueOf` of the payload, which may be a member that is a number.
    {
      keyword: 'const',
      validate: (expected: unknown, value: unknown) => jsonEqual(value, expected),
      error: { message: 'is another value', params: ({ schemaCode }) => code`{allowedValue: ${schemaCode}}` },
    },
    {
      keyword: 'enum',
      schemaType: 'array',
      compile: isOneOf,
      error: { message: 'is another value', params: ({ schemaCode }) => code`{allowedValues: ${schemaCode}}` },
    },
  ]
  for (const replacement of replacements) {
    ajv.removeKeyword(String(replacement.keyword))
    ajv.addKeyword(replacement)
  }
}

/** One look-up for any number of allowed values: comparing 60,000 of them with 500,000 elements would take minutes. */
function isOneOf(allowed: readonly unknown[]): (value: unknown) => boolean {
  const scalars = new Set(allowed.filter((one) => !isContainer(one)))
  const containers = new Set(allowed.filter(isContainer).map(canonical))
  return (value) => (isContainer(value) ? containers.size > 0 && containers.has(canonical(value)) : scalars.has(value))
}

/**
 * In linear time. Ajv compares each element with each other one: a megabyte of numbers makes ten thousand million
 * comparisons.
 */
function hasUniqueItems(items: readonly unknown[]): boolean {
  const seen = new Set<string>()
  for (const item of items) {
    const text = canonical(item)
    if (seen.has(text)) return false
    seen.add(text)
  }
  return true
}

/** The same text for equal JSON, whatever the order of its keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const record = value as Readonly<Record<string, unknown>>
  const members = Object.keys(record)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`)
  return `{${members.join()}}`
}
