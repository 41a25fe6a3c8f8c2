/**
 * Checks of JSON values, composed of smaller checks. A check reports every problem with its path, and does not change
 * the value.
 */
import type { Problem } from '../errors.ts'
import { nearestWord } from '../text/nearest-word.ts'

/** Reports what is wrong with a value at a path. */
export type JsonForm = (value: unknown, path: string, problems: Problem[]) => void

export function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export function must(expectation: string, holds: (value: unknown) => boolean): JsonForm {
  return (value, path, problems) => {
    if (!holds(value)) problems.push({ path, reason: `must be ${expectation}` })
  }
}

export function oneOf(...values: readonly unknown[]): JsonForm {
  return must(values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.join(', ')}`, (value) =>
    values.includes(value),
  )
}

export function object(
  required: Readonly<Record<string, JsonForm>>,
  optional: Readonly<Record<string, JsonForm>> = {},
): JsonForm {
  return (value, path, problems) => {
    if (!isObject(value)) {
      problems.push({ path, reason: 'must be an object' })
      return
    }
    const known = [...Object.keys(required), ...Object.keys(optional)]
    for (const [key, form] of Object.entries(required)) {
      if (Object.hasOwn(value, key)) form(value[key], join(path, key), problems)
      else problems.push({ path: join(path, key), reason: 'is missing' })
    }
    for (const [key, member] of Object.entries(value)) {
      if (Object.hasOwn(required, key)) continue
      if (Object.hasOwn(optional, key)) optional[key]?.(member, join(path, key), problems)
      else problems.push({ path: join(path, key), reason: `is not known here${guess(key, known)}` })
    }
  }
}

function guess(key: string, known: readonly string[]): string {
  const meant = nearestWord(key, known)
  return meant === null ? '' : `: did you mean "${meant}"?`
}

export function list(item: JsonForm, most: number): JsonForm {
  return (value, path, problems) => {
    if (!Array.isArray(value)) problems.push({ path, reason: 'must be an array' })
    else if (value.length > most) problems.push({ path, reason: `must have at most ${most} elements` })
    else value.forEach((element, index) => item(element, `${path}[${index}]`, problems))
  }
}

export function map(key: (name: string) => string | null, item: JsonForm): JsonForm {
  return (value, path, problems) => {
    if (!isObject(value)) {
      problems.push({ path, reason: 'must be an object' })
      return
    }
    for (const [name, member] of Object.entries(value)) {
      const reason = key(name)
      if (reason !== null) problems.push({ path: join(path, name), reason })
      item(member, join(path, name), problems)
    }
  }
}

function join(path: string, key: string): string {
  const step = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : `[${JSON.stringify(key)}]`
  return path === '' || step.startsWith('[') ? path + step : `${path}.${step}`
}
