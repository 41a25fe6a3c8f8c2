import type { Endpoint, EndpointPatch } from '@posthorn/model'
import { dialectNameOf } from '../../directory/endpoint-entry.ts'
import type { ApplicationEntry } from '../../directory/entries.ts'
import { EngineError } from '../../errors.ts'
import type { ResourceParts } from '../parts.ts'

/** Which dialect an endpoint names, and the version of it that it keeps to from now on. */
export function pinnedDialect(
  { dialects }: Pick<ResourceParts, 'dialects'>,
  app: ApplicationEntry,
  input: EndpointPatch,
  before: Endpoint | null,
): Pick<Endpoint, 'dialect' | 'dialectVersion'> {
  const { org } = app.application
  const dialect = input.dialect === undefined ? (before?.dialect ?? null) : input.dialect
  const name = dialectNameOf(app, { dialect })
  const newest = dialects.newest(org, name)
  if (input.dialectVersion !== undefined) {
    if (newest === null)
      throw new EngineError(
        'unknown_dialect',
        `The dialect ${dialects.find(org, name).dialect.name} is built in and has no versions to choose from. Leave \`dialectVersion\` out.`,
        { field: 'dialectVersion' },
      )
    dialects.find(org, name, input.dialectVersion)
    return { dialect, dialectVersion: input.dialectVersion }
  }
  return { dialect, dialectVersion: input.dialect === undefined && before ? before.dialectVersion : newest }
}
