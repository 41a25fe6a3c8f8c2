import { unauthorized } from '../http/refusal.ts'
import type { Secret } from '../secret.ts'
import type { Caller } from './caller.ts'
import { callerOf, expired } from './claims.ts'
import { tokenKey } from './token-key.ts'
import { verifiedClaims } from './verified-claims.ts'

const cacheSize = 10_000

/** Finds out whose token an `Authorization` header carries. @throws Refusal 401 */
export type Authenticate = (authorization: string | undefined) => Caller | Promise<Caller>

/**
 * Verifies tokens with one key and one algorithm. What a token's own header says about keys (`kid`, `jku`, `jwk`) is ignored.
 * A verified token is remembered by its text until it expires: verifying costs 60 µs, the look-up less than one.
 */
export function authenticator(secret: Secret | string, now: () => number = Date.now): Authenticate {
  const key = tokenKey(secret)
  const cache = new Map<string, Caller>()

  return (authorization) => {
    const token = bearerOf(authorization)
    const known = cache.get(token)
    if (known === undefined) return verify(token)
    if (known.expiresAt !== null && known.expiresAt <= now()) {
      cache.delete(token)
      throw expired(known.expiresAt)
    }
    return known
  }

  async function verify(token: string): Promise<Caller> {
    const caller = callerOf(await verifiedClaims(token, key), now())
    // A map keeps the order of insertion, so the first key is the oldest.
    if (cache.size >= cacheSize) cache.delete(cache.keys().next().value!)
    cache.set(token, caller)
    return caller
  }
}

function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') {
    throw unauthorized('There is no token. Send it as `Authorization: Bearer <token>`.')
  }
  const match = /^bearer +([\w-]+\.[\w-]+\.[\w-]*) *$/i.exec(authorization)
  if (!match) throw unauthorized('The Authorization header must be `Bearer` and a token.')
  return match[1]!
}
