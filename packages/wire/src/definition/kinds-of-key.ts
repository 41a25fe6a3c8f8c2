/** The kinds of key that a signature may be made with, each as a signature of its own. */
import type { Dialect, OtherKey, Signature } from '../dialect.ts'

/** The signature as endpoints with this kind of key make it. */
export function ofOtherKey(signature: Signature, { algorithm, key, version }: OtherKey): Signature {
  const { otherKeys: _, ...base } = signature
  const { scope, optional } = signature.key
  return {
    ...base,
    algorithm,
    key: { ...key, scope, ...(optional !== undefined && { optional }) },
    format: { list: { version } },
  }
}

/** Whether a secret, or a public key, is of this kind. */
export function isOfKind(secret: string, { key: { prefix, publicPrefix } }: Pick<OtherKey, 'key'>): boolean {
  return secret.startsWith(prefix) || (publicPrefix !== undefined && secret.startsWith(publicPrefix))
}

/**
 * The dialect as an endpoint with this key speaks it: with one kind of key, for a page or a snippet about it.
 *
 * @param secret a secret or a public key; only what it begins with counts
 * @example
 * snippet(dialectForKey(dialect('standard').dialect, 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='), 'python')
 */
export function dialectForKey(dialect: Dialect, secret: string): Dialect {
  const signatures = dialect.signatures.map((signature) => {
    const other = signature.otherKeys?.find((kind) => isOfKind(secret, kind))
    return other ? ofOtherKey(signature, other) : signature
  })
  return { ...dialect, signatures }
}
