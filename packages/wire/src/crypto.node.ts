/** All cryptography, with `node:crypto`: for Node, and for Deno and Bun, which have it too. */
import {
  createECDH,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto'
import { concat } from './bytes.ts'
import { derPrefix, hashes, type CryptoKeyBytes, type Cryptography, type SignedPieces } from './crypto.ts'

export const cryptography: Cryptography = {
  sync: true,
  signSync,
  verifySync,
  sign: async (key, pieces, encoding) => signSync(key, pieces, encoding),
  verify: async (key, pieces, signature) => verifySync(key, pieces, signature),
  privateKeySync,
}

function signSync(key: CryptoKeyBytes, pieces: SignedPieces, encoding: 'hex' | 'base64'): string {
  if (key.algorithm === 'shared-secret') return Buffer.from(key.bytes).toString('utf8')
  if (key.algorithm === 'ed25519') return sign(null, concat(pieces), privateKey(key)).toString(encoding)
  if (key.algorithm === 'ecdsa-p256') return sign('sha256', concat(pieces), privateKey(key)).toString(encoding)
  return hmac(key, pieces).digest(encoding)
}

function verifySync(key: CryptoKeyBytes, pieces: SignedPieces, signature: Uint8Array): boolean {
  if (key.algorithm === 'shared-secret') return equal(key.bytes, signature)
  if (key.algorithm === 'ed25519') return verify(null, concat(pieces), publicKey(key), signature)
  if (key.algorithm === 'ecdsa-p256') return verify('sha256', concat(pieces), publicKey(key), signature)
  return equal(hmac(key, pieces).digest(), signature)
}

function hmac(key: CryptoKeyBytes, pieces: SignedPieces) {
  const hash = hashes[key.algorithm as keyof typeof hashes]
  // A KeyObject costs less per signature than the bytes do: they would be copied and wrapped each time.
  const state = createHmac(hash, (key.native ??= createSecretKey(key.bytes)) as KeyObject)
  for (const piece of pieces) state.update(piece)
  return state
}

/** `timingSafeEqual` throws when the lengths differ; the length of a signature is no secret. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length > 0 && a.length === b.length && timingSafeEqual(a, b)
}

function privateKey(key: CryptoKeyBytes): KeyObject {
  return (key.native ??= createPrivateKey({ key: Buffer.from(pkcs8(key)), format: 'der', type: 'pkcs8' })) as KeyObject
}

function publicKey(key: CryptoKeyBytes): KeyObject {
  if (!key.isPublic) return createPublicKey(privateKey(key))
  const spki = key.algorithm === 'ed25519' ? concat([derPrefix.ed25519Public, key.bytes]) : key.bytes
  return (key.native ??= createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })) as KeyObject
}

function pkcs8(key: CryptoKeyBytes): Uint8Array {
  return key.algorithm === 'ed25519' ? concat([derPrefix.ed25519Private, key.bytes.subarray(0, 32)]) : key.bytes
}

function privateKeySync(algorithm: 'ed25519' | 'ecdsa-p256', random: Uint8Array): Uint8Array {
  if (algorithm === 'ecdsa-p256') {
    createECDH('prime256v1').setPrivateKey(random)
    return concat([derPrefix.p256Private, random])
  }
  const seeded: CryptoKeyBytes = { algorithm, bytes: concat([random]), isPublic: false }
  const spki = createPublicKey(privateKey(seeded)).export({ format: 'der', type: 'spki' })
  return concat([random, spki.subarray(-32)])
}
