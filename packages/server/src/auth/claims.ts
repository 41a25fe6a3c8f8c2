import { scopeNames, type Scope } from '@posthorn/api'
import { isOrganisationId } from '@posthorn/model'
import { unauthorized } from '../http/refusal.ts'
import type { Caller } from './caller.ts'
import type { Claims } from './verified-claims.ts'

const application = /^app_[A-Za-z0-9]{1,64}$/
/** A date of JavaScript has at most so many seconds since 1970, in both directions. */
const latestSeconds = 8.64e12

/** Who the claims of a verified token name, if it is valid at this time. @throws Refusal 401 */
export function callerOf(claims: Claims, nowMs: number): Caller {
  const expiresAt = validUntil(claims, nowMs)
  checkAudience(claims['aud'])
  const scopes = scopesOf(claims['scopes'])
  const subject = claims['sub']
  // A type other than text is refused here: a pattern would read `["org_1"]` as `org_1`.
  if (typeof subject !== 'string' || !(isOrganisationId(subject) || application.test(subject))) {
    throw unauthorized('The claim `sub` of this token must be `org_...` or `app_...`.')
  }
  const actor = actorOf(claims) ?? subject
  const org = claims['org']
  if (isOrganisationId(subject)) {
    if (org !== undefined && org !== subject)
      throw unauthorized('The claims `sub` and `org` of this token name two organisations.')
    return { org: subject, actor, app: null, scopes, expiresAt }
  }
  if (typeof org !== 'string' || !isOrganisationId(org)) {
    throw unauthorized('A token for an application names its organisation in the claim `org` (`org_...`).')
  }
  return { org, actor, app: subject, scopes, featureFlags: flagsOf(claims['feature_flags']), expiresAt }
}

export function expired(at: number): Error {
  return unauthorized(`This token expired at ${new Date(at).toISOString()}. Make a new one.`)
}

/** Milliseconds since 1970; `null`: the token does not expire. */
function validUntil(claims: Claims, nowMs: number): number | null {
  timeOf(claims, 'iat')
  const notBefore = timeOf(claims, 'nbf')
  const expiresAt = timeOf(claims, 'exp')
  if (expiresAt !== null && expiresAt <= nowMs) throw expired(expiresAt)
  if (notBefore !== null && notBefore > nowMs) {
    throw unauthorized('This token is not valid yet (`nbf`). Is the clock of the machine that made it right?')
  }
  return expiresAt
}

function timeOf(claims: Claims, name: 'exp' | 'nbf' | 'iat'): number | null {
  const seconds = claims[name]
  if (seconds === undefined) return null
  if (typeof seconds !== 'number' || !(Math.abs(seconds) <= latestSeconds)) {
    throw unauthorized(`The claim \`${name}\` of this token must be a time as a number: seconds since 1970.`)
  }
  return seconds * 1000
}

/** This server has no name that an audience could be compared with; only the form is checked. */
function checkAudience(claim: unknown): void {
  if (claim === undefined || typeof claim === 'string' || isTextList(claim)) return
  throw unauthorized('The claim `aud` of this token must be a text or a list of texts.')
}

/** Who acts for the subject (RFC 8693, 4.1). The audit log shows it; it grants nothing. */
function actorOf(claims: Claims): string | null {
  const act = claims['act']
  if (act === undefined) return null
  const sub = typeof act === 'object' && act !== null && 'sub' in act ? act.sub : null
  if (typeof sub === 'string' && /^[\x21-\x7e]{1,128}$/.test(sub)) return sub
  throw unauthorized(
    'The claim `act` of this token must be an object whose `sub` says who acts in 1 to 128 printable ASCII characters without spaces: {"sub": "ada@acme.example"}.',
  )
}

/** A name that is not a scope grants nothing; it may be one of a newer version. */
function scopesOf(claim: unknown): ReadonlySet<Scope> | null {
  if (claim === undefined) return null
  const names = typeof claim === 'string' ? claim.split(' ') : claim
  if (!isTextList(names)) throw unauthorized('The claim `scopes` of this token must be a list of names.')
  return new Set(scopeNames.filter((name) => names.includes(name)))
}

/** Without the claim a customer has no flags. */
function flagsOf(claim: unknown): readonly string[] {
  if (claim === undefined || claim === null) return []
  if (!isTextList(claim)) throw unauthorized('The claim `feature_flags` of this token must be a list of texts.')
  return claim
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
