import type { Endpoint } from '@posthorn/model'
import { secondaryProblem, type CompiledDialect } from '@posthorn/wire'
import { checkHeaders } from '../../checks/headers.ts'
import { isShared } from '../../directory/rotation.ts'
import { EngineError } from '../../errors.ts'
import type { ResourceParts } from '../parts.ts'

/** The second format, when the first one can carry it on its requests. */
export function secondFormat(
  { dialects }: Pick<ResourceParts, 'dialects'>,
  org: string,
  name: string,
  first: CompiledDialect,
  headers: Endpoint['headers'],
  version = dialects.newest(org, name),
): { readonly dialect: CompiledDialect; readonly version: number | null } {
  const dialect = dialects.find(org, name, version)
  const problem = isShared(dialect)
    ? `${dialect.dialect.title} has one signing key for all endpoints of an application, so it cannot be the second format of one endpoint.`
    : secondaryProblem(first.dialect, dialect.dialect)
  if (problem !== null) throw new EngineError('dialect_refused', problem, { field: 'secondary.dialect' })
  // Only what this dialect writes: whoever sets headers has checked the rest.
  checkHeaders(headers, dialect, headers)
  return { dialect, version }
}
