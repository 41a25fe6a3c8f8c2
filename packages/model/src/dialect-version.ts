import type { Dialect } from '@posthorn/wire'

/**
 * A wire format that an organisation defined, in one of its versions. Versions stay as long as the dialect does. The fields of
 * `definition` are those of `Dialect`, which `parseDialect` checks; nothing else of it is given by anybody.
 */
export interface DialectVersion {
  readonly org: string
  readonly name: string
  readonly version: number
  readonly definition: Dialect
  readonly createdAt: number
}
