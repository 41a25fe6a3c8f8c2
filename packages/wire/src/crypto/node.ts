/** All cryptography, with `node:crypto`: for Node, and for Deno and Bun, which have it too. */
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

/** A prepared HMAC key (RFC 2104), and buffers for its results. */
interface Pads {
  hash: string
  inner: Buffer
  /** The outer pad, and behind it room for the inner hash. */
  outer: Buffer
  /** Room for the signature that is expected. */
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

/** What is signed is put together here: all of this is synchronous, and nothing keeps a view of it. */
const scratch = Buffer.alloc(65_536)
/** Node 20.12 and later. Looked up, because an import of what is not there would keep the whole file from loading. */
const hashAtOnce = (nodeCrypto as Partial<typeof nodeCrypto>).hash

/**
 * Two hashes at once over prepared pads cost two thirds of an `Hmac` object (1 KB: 4.3 µs, not 6.8): its objects take
 * more time than the hashing. A digest is asked for as text, since as a Buffer it costs 1.5 µs more.
 */
function hmac(key: CryptoKeyBytes, pieces: SignedPieces, encoding: 'hex' | 'base64' | 'binary'): string {
  const { hash, inner, outer } = padsOf(key)
  const end = hashAtOnce === undefined ? -1 : gather(inner, pieces)
  if (hashAtOnce === undefined || end < 0) {
    // A body that is too long for this is dearer to copy than to hash in pieces.
    const state = createHmac(hash, key.bytes)
    for (const piece of pieces) state.update(piece)
    return state.digest(encoding)
  }
  outer.write(hashAtOnce(hash, scratch.subarray(0, end), 'binary'), inner.length, 'latin1')
  return hashAtOnce(hash, outer, encoding)
}

/** Writes all of it into `scratch`, neighbouring texts as one. Answers where it ends, or -1 when it does not fit. */
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
