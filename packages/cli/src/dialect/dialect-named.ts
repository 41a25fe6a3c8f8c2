import { dialect, dialects, nearestWord, type CompiledDialect } from '@posthorn/wire'
import { option } from '../command/words.ts'
import { CliError } from '../process/cli-error.ts'

const names = dialects.map(({ name }) => name)

export const dialectOption = option('-d, --dialect <name>', `wire format: ${names.join(', ')}`).makeOptionMandatory()

/** A built-in dialect by its name; the error for an unknown name lists the known ones. */
export function dialectNamed(name: string): CompiledDialect {
  if (names.includes(name)) return dialect(name)
  const meant = nearestWord(name, names)
  throw new CliError(
    `there is no dialect "${name}".`,
    `${meant === null ? '' : `Did you mean ${meant}? `}Known: ${names.join(', ')}`,
  )
}
