import type { CompiledDialect } from '@posthorn/wire'
import type { ApplicationEntry } from '../../directory/entries.ts'
import { isShared } from '../../directory/rotation.ts'
import type { SealedSecret } from '../../store/catalog.ts'
import type { ResourceParts } from '../parts.ts'

/**
 * The keys of an application as they have to be once one of its endpoints speaks a dialect that shares them. An application that
 * had none begins with the secret that such an endpoint signed with before, or with a new key.
 */
export function sharedKeys(
  { directory, random }: Pick<ResourceParts, 'directory' | 'random'>,
  app: Pick<ApplicationEntry, 'keys' | 'endpoints'> & { readonly application: { readonly id: string } },
  dialect: CompiledDialect,
): readonly SealedSecret[] {
  if (app.keys.length > 0 || !isShared(dialect)) return app.keys
  const [before] = [...app.endpoints.values()]
    .filter((entry) => isShared(entry.dialect))
    .flatMap((entry) => directory.vault.signing(entry.signing))
  const key = before ?? dialect.newSecret((count) => random.bytes(count))
  return key === null ? [] : [{ sealed: directory.vault.sealKey(app.application.id, key), until: null }]
}
