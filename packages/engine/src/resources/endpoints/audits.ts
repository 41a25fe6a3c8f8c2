import type { Endpoint, EndpointPatch } from '@posthorn/model'
import type { DirectoryChange } from '../../directory/changes.ts'
import type { Actor } from '../../write-options.ts'
import { audited } from '../audit/audited.ts'
import type { ResourceParts } from '../parts.ts'

/** What the audit log says about a change: whether the endpoint was switched on or off, and the names of the other fields that were given. */
export function auditsOf(
  parts: Pick<ResourceParts, 'clock' | 'newId'>,
  before: Endpoint,
  after: Endpoint,
  patch: EndpointPatch,
  write: Actor | undefined,
): DirectoryChange[] {
  const of = { org: after.org, app: after.app, target: after.id }
  const fields = Object.entries(patch).flatMap(([name, value]) =>
    value === undefined || name === 'disabled' ? [] : [name],
  )
  const switched = after.disabled ? 'endpoint.deactivated' : 'endpoint.activated'
  return [
    ...(before.disabled === after.disabled ? [] : [audited(parts, write, { ...of, action: switched })]),
    ...(fields.length === 0
      ? []
      : [audited(parts, write, { ...of, action: 'endpoint.changed', detail: { fields: fields.join(', ') } })]),
  ]
}
