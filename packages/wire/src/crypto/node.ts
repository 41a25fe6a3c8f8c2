/** Cryptography with `node:crypto`, which Node, Deno and Bun have. */
import * as nodeCrypto from 'node:crypto'
import {
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto'
import { concat } from '../text/bytes.ts'
import { derPrefix, type CryptoKeyBytes, type Cryptography, type SignedPieces } from './cryptography.ts'

export const cryptography: Cryptography = {
  sync: true,
  signSync,
  verifySync,
  sign: async (key, pieces, encoding) => signSync(key, pieces, encoding),
  verify: async (key, pieces, signature) => verifySync(key, pieces, signature),
  privateKeySync,
  publicKeySync: (key) => publicKey(key).export({ format: 'der', type: 'spki' }),
}

function signSync(key: CryptoKeyBytes, pieces: SignedPieces, encoding: 'hex' | 'base64'): string {
  if (key.algorithm === 'shared-secret') return Buffer.from(key.bytes).toString('utf8')
  if (key.algorithm === 'ed25519') return sign(null, concat(pieces), privateKey(key)).toString(encoding)
  if (key.algorithm === 'ecdsa-p256') return sign('sha256', concat(pieces), privateKey(key)).toString(encoding)
  return hmac(key, pieces, encoding)
}

function verifySync(key: CryptoKeyBytes, pieces: SignedPieces, signature: Uint8Array): boolean {
  if (key.algorithm === 'shared-secret') return equal(key.bytes, signature)
  if (key.algorithm === 'ed25519') return verify(null, concat(pieces), publicKey(key), signature)
  if (key.algorithm === 'ecdsa-p256') return verify('sha256', concat(pieces), publicKey(key), signature)
  const { mac } = padsOf(key)
  mac.write(hmac(key, pieces, 'binary'), 'latin1')
  return equal(mac, signature)
}

/** The pads of an HMAC key (RFC 2104), and buffers for the results. */
interface Pads {
  hash: string
  inner: Buffer
  /** The outer pad, followed by a buffer for the inner hash. */
  outer: Buffer
  /** A buffer for the expected signature. */
  mac: Buffer
}

const hmacs = {
  'hmac-sha1': { hash: 'sha1', blockBytes: 64, macBytes: 20 },
  'hmac-sha256': { hash: 'sha256', blockBytes: 64, macBytes: 32 },
  'hmac-sha384': { hash: 'sha384', blockBytes: 128, macBytes: 48 },
  'hmac-sha512': { hash: 'sha512', blockBytes: 128, macBytes: 64 },
} as const

function padsOf(key: CryptoKeyBytes): Pads {
  return (key.native ??= createPads(key)) as Pads
}

function createPads({ algorithm, bytes }: CryptoKeyBytes): Pads {
  const { hash, blockBytes, macBytes } = hmacs[algorithm as keyof typeof hmacs]
  const short = bytes.length > blockBytes ? createHash(hash).update(bytes).digest() : bytes
  const inner = Buffer.alloc(blockBytes, 0x36)
  const outer = Buffer.alloc(blockBytes + macBytes, 0x5c)
  for (const [index, byte] of short.entries()) {
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
  return { hash, inner, outer, mac: Buffer.alloc(macBytes) }
}

/**
 * A shared buffer in which the signed bytes are concatenated. It can be shared because its use is synchronous and no
 * view of it is kept.
 */
const scratch = Buffer.alloc(65_536)
/** `crypto.hash` exists in Node 20.12 and later. A named import would fail to load the whole file in older versions. */
const hashAtOnce = (nodeCrypto as Partial<typeof nodeCrypto>).hash

/**
 * Two one-shot hashes over prepared pads take two thirds of the time of an `Hmac` object (1 KB: 4.3 instead of 6.8 µs),
 * because creating its objects takes longer than hashing. A digest as a string is 1.5 µs faster than as a Buffer.
 */
function hmac(key: CryptoKeyBytes, pieces: SignedPieces, encoding: 'hex' | 'base64' | 'binary'): string {
  const { hash, inner, outer } = padsOf(key)
  const end = hashAtOnce === undefined ? -1 : gather(inner, pieces)
  if (hashAtOnce === undefined || end < 0) {
    // Copying a longer body costs more than hashing it in pieces.
    const state = createHmac(hash, key.bytes)
    for (const piece of pieces) state.update(piece)
    return state.digest(encoding)
  }
  outer.write(hashAtOnce(hash, scratch.subarray(0, end), 'binary'), inner.length, 'latin1')
  return hashAtOnce(hash, outer, encoding)
}

/** Writes all pieces into `scratch`, adjacent texts as one. Returns the end, or -1 if they do not fit. */
function gather(inner: Buffer, pieces: SignedPieces): number {
  scratch.set(inner)
  let end = inner.length
  let text = ''
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece
      continue
    }
    if (end + text.length * 3 + piece.length > scratch.length) return -1
    end += scratch.write(text, end)
    text = ''
    scratch.set(piece, end)
    end += piece.length
  }
  return end + text.length * 3 > scratch.length ? -1 : end + scratch.write(text, end)
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
