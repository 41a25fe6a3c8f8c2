import { createHash } from 'node:crypto'
import type { CompiledDialect } from '@posthorn/wire'

/** The default secret in dialects whose key is plain text; in other dialects the default secret is made from it. */
export const devSecretText = 'posthorn-dev-secret'

/**
 * The secret that `posthorn trigger` signs with by default: always the same for a dialect, so that a receiver is configured
 * once. `null` when the dialect does not sign. It is for development only, because it is public.
 */
export function devSecret(compiled: CompiledDialect): string | null {
  const [signature] = compiled.dialect.signatures
  if (signature === undefined) return null
  if (signature.key.encoding === 'utf8') return (signature.key.prefix ?? '') + devSecretText
  return compiled.newSecret(knownBytes)
}

function knownBytes(count: number): Uint8Array {
  return createHash('shake256', { outputLength: count }).update(devSecretText).digest()
}
