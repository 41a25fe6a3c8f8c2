import { createHash } from 'node:crypto'
import type { CompiledDialect } from '@posthorn/wire'

/** What the default secret is made from, and in dialects whose key is plain text, what it is. */
export const devSecretText = 'posthorn-dev-secret'

/**
 * The secret that `posthorn trigger` signs with when none is given: always the same one for a dialect, so that a receiver
 * can be configured once. `null` when the dialect does not sign. For development only: everybody knows it.
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
