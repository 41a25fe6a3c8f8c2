import { nearestWord } from '@posthorn/wire'
import { CliError } from '../process/cli-error.ts'
import { firstOf } from './first-of.ts'

/** `a.b=c` of `--set`: a path of members and list positions (a dot in a name is `\.`), and a value: JSON if it parses, else text. */
export interface Assignment {
  readonly path: readonly string[]
  readonly value: unknown
}

export function parseAssignment(text: string): Assignment {
  const at = text.indexOf('=')
  if (at < 1) throw new CliError(`--set ${text}: there is no path and "=".`, 'Write it as --set visitor.name=Ada')
  const path = text
    .slice(0, at)
    .split(/(?<!\\)\./)
    .map((part) => part.replaceAll('\\.', '.'))
  return { path, value: jsonOrText(text.slice(at + 1)) }
}

/** A copy of `payload` with the values set. A path that does not exist is an error, so that a typing mistake is noticed. */
export function assign(
  payload: Readonly<Record<string, unknown>>,
  assignments: readonly Assignment[],
): Record<string, unknown> {
  const copy = structuredClone(payload) as Record<string, unknown>
  for (const { path, value } of assignments) {
    let holder: unknown = copy
    for (const part of path.slice(0, -1))
      holder = isHolder(holder) && Object.hasOwn(holder, part) ? holder[part] : undefined
    const last = path.at(-1) ?? ''
    if (!isHolder(holder) || !Object.hasOwn(holder, last) || (Array.isArray(holder) && last === 'length')) {
      throw unknownPath(path, payload)
    }
    holder[last] = value
  }
  return copy
}

function unknownPath(path: readonly string[], payload: unknown): CliError {
  const known = paths(payload)
  return new CliError(
    `--set ${pathText(path)}: the payload has no such member.`,
    `It has: ${firstOf(known, nearestWord(pathText(path), known))}\nTo send another payload: --payload '{...}' or --payload @file.json`,
  )
}

/** Every path in a value, those of objects and lists included. */
function paths(value: unknown, before: readonly string[] = []): string[] {
  if (!isHolder(value)) return []
  return Object.keys(value).flatMap((key) => [pathText([...before, key]), ...paths(value[key], [...before, key])])
}

function pathText(path: readonly string[]): string {
  return path.map((part) => part.replaceAll('.', '\\.')).join('.')
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
