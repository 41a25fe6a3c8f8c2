import { isOrganisationId, organisationForm } from '@posthorn/model'
import type { Directory } from '../directory/directory.ts'
import { EngineError } from '../errors.ts'

/**
 * Refuses to begin an organisation that no token of the API could name. One that is there, from an older version, goes on.
 * @throws EngineError `invalid`
 */
export function checkOrganisation(directory: Directory, org: string): void {
  if (isOrganisationId(org)) return
  if (directory.applications(org).length > 0 || directory.eventTypes(org).length > 0) return
  throw new EngineError(
    'invalid',
    `${JSON.stringify(org.slice(0, 80))} cannot be an organisation, because no token could name it. Write ${organisationForm}.`,
    { field: 'org' },
  )
}
