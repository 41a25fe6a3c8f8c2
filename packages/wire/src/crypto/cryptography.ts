/** What this package needs from a runtime's cryptography. `node.ts` and `web.ts` implement it. */
import { decodeBytes } from '../text/bytes.ts'
import type { Algorithm, TextEncoding } from '../dialect.ts'

/** A decoded secret. */
export interface CryptoKeyBytes {
  readonly algorithm: Algorithm
  /** HMAC: the key. Ed25519: 32 bytes of seed and 32 public ones, or the public ones alone. ECDSA: PKCS #8 or SPKI. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly isPublic: boolean
  /** The runtime's own form of the key, created at first use. */
  native?: unknown
}

/** What is signed, in order. Text stands for its UTF-8 bytes. */
export type SignedPieces = readonly (string | Uint8Array)[]

export interface Cryptography {
  /** Whether the synchronous functions work in this runtime. */
  readonly sync: boolean
  sign(key: CryptoKeyBytes, pieces: SignedPieces, encoding: TextEncoding): Promise<string>
  signSync(key: CryptoKeyBytes, pieces: SignedPieces, encoding: TextEncoding): string
  /** Whether the signature is right. The time does not depend on where a wrong signature differs. */
  verify(key: CryptoKeyBytes, pieces: SignedPieces, signature: Uint8Array<ArrayBuffer>): Promise<boolean>
  verifySync(key: CryptoKeyBytes, pieces: SignedPieces, signature: Uint8Array<ArrayBuffer>): boolean
  /** A new private key in the form of `CryptoKeyBytes`, made from 32 random bytes. */
  privateKeySync(algorithm: 'ed25519' | 'ecdsa-p256', random: Uint8Array): Uint8Array
  /** The public half of a private key, as SPKI. */
  publicKeySync(key: CryptoKeyBytes): Uint8Array
}

/** Whether keys of this algorithm have a public half, which verifies and cannot sign. */
export function isAsymmetric(algorithm: Algorithm): algorithm is 'ed25519' | 'ecdsa-p256' {
  return algorithm === 'ed25519' || algorithm === 'ecdsa-p256'
}

/** The names of the hash functions, as Web Crypto spells them. */
export const hashes = {
  'hmac-sha1': 'SHA-1',
  'hmac-sha256': 'SHA-256',
  'hmac-sha384': 'SHA-384',
  'hmac-sha512': 'SHA-512',
} as const

/** DER in front of the raw keys, so that both runtimes import them in one form (RFC 8410, RFC 5915). */
export const derPrefix = {
  ed25519Private: der('302e020100300506032b657004220420'),
  ed25519Public: der('302a300506032b6570032100'),
  p256Private: der('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420'),
} as const

function der(hex: string): Uint8Array {
  return decodeBytes(hex, 'hex') ?? new Uint8Array()
}
