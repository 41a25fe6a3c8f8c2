import { createHash } from 'node:crypto'

/**
 * The secret id with which a result is fetched: a UUID of version 4, with 122 random bits. With this id and a token of the
 * application the result can be fetched, so only the receiver of the callback gets it.
 */
export function newClaimId(randomBytes: (count: number) => Uint8Array): string {
  const bytes = Buffer.from(randomBytes(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** The last part of a link to a file: 192 random bits, because only the secrecy of the link protects the file. */
export function newFileToken(randomBytes: (count: number) => Uint8Array): string {
  return Buffer.from(randomBytes(24)).toString('base64url')
}

/** The key under which a secret is looked up. An index of hashes reveals no secret, neither by its content nor by timing. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
