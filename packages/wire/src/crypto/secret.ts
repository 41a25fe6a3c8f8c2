/**
 * Decodes secrets to keys. Secrets are stored as typed. For signing, decoding is strict: a text that is not a key is refused and never
 * guessed. A receiver was given its secret, so for verifying every form is taken that other libraries take.
 */
import { cryptography } from '#crypto'
import { decodeAnyBytes, decodeBytes, encodeBytes, utf8 } from '../text/bytes.ts'
import { isAsymmetric, type CryptoKeyBytes } from './cryptography.ts'
import type { Signature } from '../dialect.ts'
import { WireError } from '../errors.ts'

/** Bytes of a new HMAC key: as many as SHA-256 gives, and a multiple of three, so that base64 needs no padding. */
const newKeyBytes = 24

/**
 * The key that a secret stands for, or what is wrong with it. An empty key is refused: every runtime computes an HMAC
 * with it without an error, and then anyone can sign (test G1).
 *
 * @param use `verify` takes keys that are shorter than new ones may be, base64 without padding or in the URL alphabet, and hex in
 * upper case
 */
export function decodeSecret(
  signature: Signature,
  secret: string,
  use: 'sign' | 'verify' = 'sign',
): CryptoKeyBytes | WireError {
  const { algorithm, key } = signature
  if (typeof secret !== 'string')
    return malformed('The secret is not a text.', 'Pass the secret as the vendor shows it.')
  if (secret.trim() === '') {
    return new WireError('empty_secret', 'The secret is empty.', {
      hint: 'Is the environment variable set? With an empty key anyone could sign.',
    })
  }
  if (secret !== secret.trim()) {
    return malformed(
      'The secret begins or ends with white space.',
      'Remove the white space. It was probably copied with the secret.',
    )
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!secret.isWellFormed() || /[\u0000-\u001f\u007f]/.test(secret)) {
    return malformed('The secret contains a control character.', 'Copy it again, without line breaks.')
  }

  const isPublic = key.publicPrefix !== undefined && secret.startsWith(key.publicPrefix)
  const prefix = isPublic ? key.publicPrefix : key.prefix
  const text = prefix !== undefined && secret.startsWith(prefix) ? secret.slice(prefix.length) : secret
  if (text === '') {
    return new WireError('empty_secret', `The secret has nothing after ${prefix}.`, {
      hint: 'Copy the whole secret, not only its beginning.',
    })
  }
  // What another kind of key begins with is no base64, whatever the alphabet.
  const decode = use === 'verify' && !otherKey.test(text) ? decodeAnyBytes : decodeBytes
  const bytes = key.encoding === 'utf8' ? utf8(text) : decode(text, key.encoding)
  if (bytes === null)
    return malformed(`The secret is not ${encodingName(key.encoding)}.`, misspelling(signature, secret))
  const least = use === 'verify' ? 1 : (key.minBytes ?? 1)
  if (bytes.length < least) {
    return malformed(
      `The secret stands for ${bytes.length} bytes; at least ${least} are needed.`,
      'Is it complete? A short key can be guessed.',
    )
  }
  if (algorithm === 'shared-secret' && !/^[\x20-\x7e]+$/.test(text)) {
    return malformed('The secret cannot be sent in a header.', 'Use printable ASCII characters only.')
  }
  if (algorithm === 'ed25519') {
    if (bytes.length !== (isPublic ? 32 : 64) && !(key.publicPrefix === undefined && bytes.length === 32)) {
      return malformed(
        `An ed25519 key has ${isPublic ? '32 bytes' : '64 bytes, 32 of seed and 32 public ones'}; this has ${bytes.length}.`,
        'Copy the whole key.',
      )
    }
    const decoded = { algorithm, bytes: copy(bytes), isPublic: bytes.length === 32 }
    return decoded.isPublic || hasOwnPublicHalf(decoded)
      ? decoded
      : malformed(
          'The public half of this ed25519 key is not that of its private half, so nobody could verify what it signs.',
          'Copy the whole key: the 32 bytes of its seed, and the 32 public ones that are made from them.',
        )
  }
  if (algorithm === 'ecdsa-p256') {
    // SPKI begins with the algorithm's own sequence, PKCS #8 with a version number.
    const publicKey = bytes[0] === 0x30 && bytes[2] === 0x30
    if (bytes[0] !== 0x30)
      return malformed('The key is neither SPKI nor PKCS #8.', 'Give DER in base64, without PEM lines.')
    return { algorithm, bytes: copy(bytes), isPublic: publicKey }
  }
  return { algorithm, bytes: copy(bytes), isPublic: false }
}

/**
 * A new secret in the form that the vendor shows.
 *
 * @param random gives so many random bytes
 * @throws {WireError} `sync_unavailable` for asymmetric keys where there is no `node:crypto`
 */
export function createSecret(signature: Signature, random: (bytes: number) => Uint8Array): string {
  const { algorithm, key } = signature
  const prefix = key.prefix ?? ''
  if (isAsymmetric(algorithm)) {
    const encoding = key.encoding === 'hex' ? 'hex' : 'base64'
    return prefix + encodeBytes(cryptography.privateKeySync(algorithm, random(32)), encoding)
  }
  // People type utf8 keys and read them aloud. Hex is safe for that.
  return (
    prefix + encodeBytes(random(Math.max(newKeyBytes, key.minBytes ?? 0)), key.encoding === 'base64' ? 'base64' : 'hex')
  )
}

/** Receivers get the second half, and signatures are made with the first. Web Crypto can derive it with promises only. */
function hasOwnPublicHalf(key: CryptoKeyBytes): boolean {
  if (!cryptography.sync) return true
  const own = cryptography.publicKeySync({ ...key }).subarray(-32)
  return own.every((byte, index) => byte === key.bytes[32 + index])
}

function malformed(message: string, hint: string): WireError {
  return new WireError('malformed_secret', message, { hint })
}

function encodingName(encoding: 'base64' | 'hex' | 'utf8'): string {
  return encoding === 'base64'
    ? 'base64 (the standard alphabet, with padding)'
    : encoding === 'hex'
      ? 'lower-case hex'
      : 'text'
}

/** Ids, public keys and API keys: all of them have characters of the URL alphabet only. */
const otherKey = /^(?:(?:ep|app|msg|src|whpk|whsk|sk|pk|rk|api|key|testsk)_|eyJ)/i

/** A hint about what a secret that cannot be decoded looks like. */
export function misspelling({ key }: Signature, secret: string): string {
  if (/^["'`].*["'`]$/.test(secret)) return 'Remove the quotes. They probably come from a configuration file.'
  if (/^(ep|app|msg|src)_/.test(secret))
    return 'This is an id, not a secret. The vendor shows the secret next to the endpoint.'
  if (secret.startsWith('whpk_')) return 'This is a public key. It verifies ed25519 signatures and is no secret.'
  if (/^(sk|pk|rk|api|key|testsk)_|^eyJ/i.test(secret)) return 'This looks like an API key, not like a signing secret.'
  const listed = /^v\d+[a-z]*,/.exec(secret)?.[0]
  if (listed !== undefined)
    return `Remove ${listed} from its beginning. It says how the secret is used, and is not part of it.`
  if (/\s/.test(secret)) return 'There is white space in it. Copy it again as one line.'
  const text = key.prefix !== undefined && secret.startsWith(key.prefix) ? secret.slice(key.prefix.length) : secret
  if (key.encoding === 'base64' && /^[A-Za-z0-9_-]+$/.test(text)) {
    return 'Is it complete? If it is base64 in the URL alphabet, write + for - and / for _, and the padding.'
  }
  if (key.encoding === 'hex' && /^[0-9a-fA-F]+$/.test(secret))
    return 'Write it in lower case, and an even number of digits.'
  return 'Copy the secret again from where the vendor shows it.'
}

function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
