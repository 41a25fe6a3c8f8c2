import { isDeepStrictEqual } from 'node:util'
import { schemaProblem } from '@posthorn/preset'
import { EngineError } from '../errors.ts'

type Schemas = Readonly<Record<string, unknown>> | null

/**
 * Refuses schemas that payloads cannot be checked against. A schema that is stored may be sent back: an older version took any object.
 *
 * @throws EngineError `invalid`, with the version and the place in its schema
 */
export function checkSchemas(schemas: Schemas | undefined, stored: Schemas = null): void {
  for (const [version, schema] of Object.entries(schemas ?? {})) {
    const kept = stored !== null && Object.hasOwn(stored, version) && isDeepStrictEqual(stored[version], schema)
    const problem = kept ? null : schemaProblem(schema)
    if (problem !== null)
      throw new EngineError(
        'invalid',
        `The schema of version ${JSON.stringify(version.slice(0, 40))} cannot be used: ${problem}.`,
        { field: `schemas.${version.slice(0, 40)}` },
      )
  }
}
