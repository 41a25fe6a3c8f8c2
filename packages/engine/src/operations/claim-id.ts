import { createHash } from 'node:crypto'

/**
 * The secret id under which a result is fetched, a UUID of version 4: 122 random bits. Whoever has it and a token of the
 * application may fetch the result, so it is shown to nobody but the receiver of the callback.
 */
export function newClaimId(randomBytes: (count: number) => Uint8Array): string {
  const bytes = Buffer.from(randomBytes(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** The end of a link to a file: 192 random bits, since the link is all that protects it. */
export function newFileToken(randomBytes: (count: number) => Uint8Array): string {
  return Buffer.from(randomBytes(24)).toString('base64url')
}

/** What a secret is looked up by: an index over hashes tells nobody, by its timing or its bytes, what was hashed. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
