/** Cryptography with Web Crypto, for browsers, workers and every runtime without `node:crypto`. */
import { concat, encodeBytes } from '../text/bytes.ts'
import { derPrefix, hashes, type CryptoKeyBytes, type Cryptography, type SignedPieces } from './cryptography.ts'
import { WireError } from '../errors.ts'

export const cryptography: Cryptography = {
  sync: false,
  signSync: unavailable,
  verifySync: unavailable,
  privateKeySync: unavailable,
  publicKeySync: unavailable,

  async sign(key, pieces, encoding) {
    if (key.algorithm === 'shared-secret') return new TextDecoder().decode(key.bytes)
    return encodeBytes(await signatureOf(key, pieces), encoding)
  },

  async verify(key, pieces, signature) {
    if (key.algorithm === 'ed25519') {
      return crypto.subtle.verify('Ed25519', await publicKey(key), signature, concat(pieces))
    }
    if (key.algorithm === 'ecdsa-p256') {
      const raw = fromDer(signature)
      return raw !== null && crypto.subtle.verify(ecdsa, await publicKey(key), raw, concat(pieces))
    }
    return equal(await signatureOf(key, pieces), signature)
  },
}

type NativeKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

function unavailable(): never {
  throw new WireError('sync_unavailable', 'Web Crypto is asynchronous, and this runtime has no other cryptography.', {
    hint: 'Use verify and encode, which are asynchronous and work everywhere.',
  })
}

async function signatureOf(key: CryptoKeyBytes, pieces: SignedPieces): Promise<Uint8Array> {
  if (key.algorithm === 'shared-secret') return key.bytes
  const data = concat(pieces)
  const native = (key.native ??= await importSigningKey(key)) as NativeKey
  if (key.algorithm === 'ed25519') return new Uint8Array(await crypto.subtle.sign('Ed25519', native, data))
  if (key.algorithm === 'ecdsa-p256') return toDer(new Uint8Array(await crypto.subtle.sign(ecdsa, native, data)))
  return new Uint8Array(await crypto.subtle.sign('HMAC', native, data))
}

function importSigningKey(key: CryptoKeyBytes): Promise<NativeKey> {
  if (key.algorithm === 'ed25519') {
    const pkcs8 = concat([derPrefix.ed25519Private, key.bytes.subarray(0, 32)])
    return crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign'])
  }
  // Extractable, because a sender that checks its own signatures needs the public half.
  if (key.algorithm === 'ecdsa-p256') return crypto.subtle.importKey('pkcs8', key.bytes, ecdsa, true, ['sign'])
  const hash = hashes[key.algorithm as keyof typeof hashes]
  return crypto.subtle.importKey('raw', key.bytes, { name: 'HMAC', hash }, false, ['sign'])
}

async function publicKey(key: CryptoKeyBytes): Promise<NativeKey> {
  if (key.algorithm === 'ed25519') {
    return crypto.subtle.importKey('raw', key.bytes.slice(-32), 'Ed25519', false, ['verify'])
  }
  if (key.isPublic) return crypto.subtle.importKey('spki', key.bytes, ecdsa, false, ['verify'])
  const { d: _secret, key_ops: _uses, ...half } = await crypto.subtle.exportKey('jwk', await importSigningKey(key))
  return crypto.subtle.importKey('jwk', half, ecdsa, false, ['verify'])
}

/** Constant time: every byte is compared, and no branch depends on a byte. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length === 0 || a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}

/** Web Crypto has r and s in 32 bytes each (IEEE P1363); the wire has them as DER integers. */
function toDer(raw: Uint8Array): Uint8Array {
  const integers = concat([derInteger(raw.subarray(0, 32)), derInteger(raw.subarray(32))])
  return concat([Uint8Array.of(0x30, integers.length), integers])
}

function derInteger(number: Uint8Array): Uint8Array {
  let start = 0
  while (start < number.length - 1 && number[start] === 0) start++
  const body = number.subarray(start)
  const sign = (body[0] ?? 0) >= 0x80 ? [0] : []
  return Uint8Array.of(2, sign.length + body.length, ...sign, ...body)
}

/** `null` if the bytes are not the canonical DER form of two numbers of at most 32 bytes. */
function fromDer(der: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const raw = new Uint8Array(64)
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null
  let at = 2
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0
    const integer = der.subarray(at + 2, at + 2 + length)
    const body = integer[0] === 0 ? integer.subarray(1) : integer
    if (der[at] !== 2 || integer.length !== length || body.length > 32) return null
    raw.set(body, end - body.length)
    at += 2 + length
  }
  const again = toDer(raw)
  return at === der.length && again.length === der.length && again.every((byte, index) => byte === der[index])
    ? raw
    : null
}
