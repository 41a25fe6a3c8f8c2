import type { CompiledDialect } from '@posthorn/wire'

export interface DialectInfo {
  readonly dialect: CompiledDialect
  /** Comes with the program, a preset or the options: everybody's, and read-only. */
  readonly readOnly: boolean
  /** Of an own dialect, oldest first. */
  readonly versions: readonly number[]
}

/** A dialect as answers show it. */
export function dialectAnswer({ dialect: { dialect }, readOnly, versions }: DialectInfo) {
  const params = Object.entries(dialect.params ?? {}).map(
    ([name, { required = false, description }]) => [name, { required, description }] as const,
  )
  return {
    name: dialect.name,
    title: dialect.title,
    version: dialect.version,
    versions: [...versions],
    builtIn: readOnly,
    params: Object.fromEntries(params),
    definition: { ...dialect },
  }
}
