import type { CompiledDialect } from '@posthorn/wire'
import { checkSecret } from '../../checks/secret.ts'
import type { DirectoryChange, EndpointChange } from '../../directory/changes.ts'
import type { ApplicationEntry } from '../../directory/entries.ts'
import { isShared } from '../../directory/rotation.ts'
import { sharedKeys } from '../keys/shared-keys.ts'
import type { ResourceParts } from '../parts.ts'

/** The change of an endpoint, and that of its application where this is the first endpoint that needs the application's key. */
export function withSharedKey(
  parts: Pick<ResourceParts, 'directory' | 'random'>,
  app: ApplicationEntry,
  dialect: CompiledDialect,
  change: EndpointChange,
): [EndpointChange, ...DirectoryChange[]] {
  const keys = sharedKeys(parts, app, dialect)
  if (isShared(dialect)) for (const key of parts.directory.vault.keptKeysOf(app)) checkSecret(key, dialect, 'dialect')
  if (keys === app.keys) return [change]
  return [change, { kind: 'application', row: { application: app.application, keys }, create: false }]
}
