import { dialect, dialects, type CompiledDialect } from '@posthorn/wire'
import { CliError } from './errors.ts'
import { nearest } from './nearest.ts'

/** A dialect by its name; an unknown one is an error that lists the known ones. */
export function dialectNamed(name: string): CompiledDialect {
  const names = dialects.map((known) => known.name)
  if (names.includes(name)) return dialect(name)
  throw new CliError(
    `there is no dialect "${name}".`,
    `Did you mean ${nearest(name, names, 1).join('')}? Known: ${names.join(', ')}`,
  )
}

/** For help texts. */
export function dialectList(): string {
  return dialects.map(({ name }) => name).join(', ')
}
