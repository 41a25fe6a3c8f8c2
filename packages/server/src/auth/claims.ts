import { scopeNames, type Scope } from '@posthorn/api'
import type { JWTPayload } from 'jose'
import { unauthorized } from '../http/refusal.ts'
import type { Caller } from './caller.ts'

const organization = /^org_[A-Za-z0-9_-]{1,64}$/
const application = /^app_[A-Za-z0-9]{1,64}$/

/** Who the claims of a verified token name. @throws Refusal 401 */
export function callerOf(claims: JWTPayload): Caller {
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

/** Who acts for the subject (RFC 8693, 4.1). The audit log shows it; it grants nothing. */
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
