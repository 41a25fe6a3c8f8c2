import type { Scope } from '@posthorn/api'
import { SignJWT, type JWTPayload } from 'jose'
import type { Secret } from '../secret.ts'
import { tokenKey } from './token-key.ts'

export interface TokenInput {
  /** `org_...` or `app_...`. */
  readonly subject: string
  /** For an application's token: its organisation. */
  readonly org?: string
  readonly scopes?: readonly Scope[]
  /** Who acts for the subject, for the audit log: `ada@acme.example`. */
  readonly actor?: string
  /** For an application's token: it sees the event types that have one of these flags, and those without flags. */
  readonly featureFlags?: readonly string[]
  /** Without it the token does not expire. */
  readonly expiresInSeconds?: number
}

/** A token of the API: HS256, as its `Authorization: Bearer` header carries it. */
export async function mintToken(secret: Secret | string, input: TokenInput): Promise<string> {
  const claims: JWTPayload = {}
  if (input.org !== undefined) claims['org'] = input.org
  if (input.scopes !== undefined) claims['scopes'] = [...input.scopes]
  if (input.actor !== undefined) claims['act'] = { sub: input.actor }
  if (input.featureFlags !== undefined) claims['feature_flags'] = [...input.featureFlags]
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(input.subject)
    .setIssuedAt()
  if (input.expiresInSeconds !== undefined)
    token.setExpirationTime(Math.floor(Date.now() / 1000) + input.expiresInSeconds)
  return token.sign(tokenKey(secret))
}
