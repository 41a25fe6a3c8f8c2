import { dialect, dialects, nearestWord, type CompiledDialect } from '@posthorn/wire'
import { CliError } from '../process/errors.ts'

/** A dialect by its name; an unknown one is an error that lists the known ones. */
export function dialectNamed(name: string): CompiledDialect {
  const names = dialects.map((known) => known.name)
  if (names.includes(name)) return dialect(name)
  const meant = nearestWord(name, names)
  throw new CliError(
    `there is no dialect "${name}".`,
    `${meant === null ? '' : `Did you mean ${meant}? `}Known: ${names.join(', ')}`,
  )
}

/** For help texts. */
export function dialectList(): string {
  return dialects.map(({ name }) => name).join(', ')
}
