import type { Secret } from '../secret.ts'

/** The key that signs and verifies tokens: the bytes of `POSTHORN_JWT_SECRET`. */
export function tokenKey(secret: Secret | string): Uint8Array {
  return new TextEncoder().encode(typeof secret === 'string' ? secret : secret.reveal())
}
