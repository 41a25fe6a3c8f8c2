/** The public half of an asymmetric secret. It verifies and cannot sign. */
import { cryptography } from '#crypto'
import { toCompiled, type DialectLike } from '../compile/to-compiled.ts'
import { encodeBytes } from '../text/bytes.ts'
import { isAsymmetric } from '../crypto/cryptography.ts'
import { WireError } from '../errors.ts'

const ed25519PublicBytes = 32

/**
 * The public key that a sender gives to its receivers, in the form that `verify` accepts as a secret. `null` if the
 * secret is symmetric, or if the dialect does not sign.
 *
 * @param dialect a built-in name, data, or what `compile` made
 * @param secret as the dialect's users type it (`whsk_...`); a public key is returned unchanged
 * @throws {WireError} `empty_secret` or `malformed_secret` when the secret is not a key of this dialect;
 *   `sync_unavailable` for `ecdsa-p256` where there is no `node:crypto`
 * @example
 * publicKeyOf(acme, 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==')
 * // 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='
 */
export function publicKeyOf(dialect: DialectLike, secret: string): string | null {
  const asymmetric = toCompiled(dialect)
    .reading.signatures.map((one) => one.ofKind(secret))
    .find(({ signature }) => isAsymmetric(signature.algorithm))
  if (asymmetric === undefined) return null
  const key = asymmetric.key(secret)
  if (key instanceof WireError) throw key
  const bytes =
    key.algorithm === 'ed25519'
      ? key.bytes.subarray(-ed25519PublicBytes)
      : key.isPublic
        ? key.bytes
        : cryptography.publicKeySync(key)
  const { encoding, publicPrefix = '' } = asymmetric.signature.key
  return publicPrefix + encodeBytes(bytes, encoding === 'hex' ? 'hex' : 'base64')
}
