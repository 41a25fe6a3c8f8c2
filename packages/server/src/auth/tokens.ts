import { scopeNames, type Scope } from '@posthorn/api'
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { Refusal } from '../http/refusal.ts'
import type { Secret } from '../secret.ts'
import type { Caller } from './caller.ts'

export interface TokenInput {
  /** `org_...` or `app_...`. */
  readonly subject: string
  /** For an application's token: its organisation. */
  readonly org?: string
  readonly scopes?: readonly Scope[]
  /** Who acts for the subject, for the audit log: `ada@acme.example`. */
  readonly actor?: string
  /** Without it the token does not expire. */
  readonly expiresInSeconds?: number
}

/** A token of the API: HS256, as its `Authorization: Bearer` header carries it. */
export async function mintToken(secret: Secret | string, input: TokenInput): Promise<string> {
  const claims: JWTPayload = {}
  if (input.org !== undefined) claims['org'] = input.org
  if (input.scopes !== undefined) claims['scopes'] = [...input.scopes]
  if (input.actor !== undefined) claims['act'] = { sub: input.actor }
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(input.subject)
    .setIssuedAt()
  if (input.expiresInSeconds !== undefined)
    token.setExpirationTime(Math.floor(Date.now() / 1000) + input.expiresInSeconds)
  return token.sign(keyOf(secret))
}

const cacheSize = 10_000
const organization = /^org_[A-Za-z0-9_-]{1,64}$/
const application = /^app_[A-Za-z0-9]{1,64}$/

/** Answers who an `Authorization` header belongs to, or throws the 401. */
export type Authenticate = (authorization: string | undefined) => Caller | Promise<Caller>

/**
 * Verifies tokens with one key and one algorithm; `kid`, `jku`, `jwk` and the like in a header are never looked at. What
 * was verified is remembered by the token's text until it expires: the check costs 60 µs, the look-up less than one.
 */
export function authenticator(secret: Secret | string, now: () => number = Date.now): Authenticate {
  const key = keyOf(secret)
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
    const caller = callerOf(await claimsOf(token))
    // The oldest goes first: good enough, and a map keeps the order.
    if (cache.size >= cacheSize) cache.delete(cache.keys().next().value!)
    cache.set(token, caller)
    return caller
  }

  async function claimsOf(token: string): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, key, { algorithms: ['HS256'], currentDate: new Date(now()) })).payload
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expired((error.payload.exp ?? 0) * 1000)
      if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') {
        throw unauthorized('This token is not valid yet (`nbf`). Is the clock of the machine that made it right?')
      }
      throw unauthorized(
        'This token is not valid here: it must be an HS256 token, signed with the secret of this server.',
      )
    }
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

function callerOf(claims: JWTPayload): Caller {
  const expiresAt = claims.exp === undefined ? null : claims.exp * 1000
  const scopes = scopesOf(claims['scopes'])
  const subject = claims.sub ?? ''
  const actor = actorOf(claims) ?? subject
  if (organization.test(subject)) {
    const org = claims['org']
    if (org !== undefined && org !== subject)
      throw unauthorized('The claims `sub` and `org` of this token name two organisations.')
    return { org: subject, actor, app: null, scopes, expiresAt }
  }
  if (application.test(subject)) {
    const org = claims['org']
    if (typeof org !== 'string' || !organization.test(org)) {
      throw unauthorized('A token for an application names its organisation in the claim `org` (`org_...`).')
    }
    return { org, actor, app: subject, scopes, expiresAt }
  }
  throw unauthorized('The claim `sub` of this token must be `org_...` or `app_...`.')
}

/** Who acts for the subject (RFC 8693, 4.1): only shown, never asked for a permission. */
function actorOf(claims: JWTPayload): string | null {
  const act = claims['act']
  const sub = typeof act === 'object' && act !== null && 'sub' in act ? act.sub : null
  return typeof sub === 'string' && /^[\x21-\x7e]{1,128}$/.test(sub) ? sub : null
}

/** A name that is not a scope grants nothing; it may be one of a newer version. */
function scopesOf(claim: unknown): ReadonlySet<Scope> | null {
  if (claim === undefined) return null
  const names = typeof claim === 'string' ? claim.split(' ') : claim
  if (!Array.isArray(names)) throw unauthorized('The claim `scopes` of this token must be a list of names.')
  return new Set(scopeNames.filter((name) => names.includes(name)))
}

function expired(at: number): Refusal {
  return unauthorized(`This token expired at ${new Date(at).toISOString()}. Make a new one.`)
}

function unauthorized(detail: string): Refusal {
  return new Refusal(401, 'authentication_failed', detail, { headers: { 'www-authenticate': 'Bearer' } })
}

function keyOf(secret: Secret | string): Uint8Array {
  return new TextEncoder().encode(typeof secret === 'string' ? secret : secret.reveal())
}
