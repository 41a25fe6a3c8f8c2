import type { CompiledDialect } from '@posthorn/wire'
import type { SealedSecret } from '../../store/catalog.ts'
import type { ResourceParts } from '../parts.ts'

/**
 * The secret that was given, or a new one where none was. `null`: requests go out unsigned.
 *
 * @param like a new one is of the kind of this one
 */
export function secretOr(
  { random }: Pick<ResourceParts, 'random'>,
  dialect: CompiledDialect,
  given: string | null | undefined,
  like?: string,
): string | null {
  return given === undefined ? dialect.newSecret((count) => random.bytes(count), like) : given
}

/** A secret as the only one of its endpoint. */
export function sealedAlone(
  { vault }: Pick<ResourceParts, 'vault'>,
  endpoint: string,
  secret: string | null,
): SealedSecret[] {
  return secret === null ? [] : [{ sealed: vault.sealSecret(endpoint, secret), until: null }]
}
