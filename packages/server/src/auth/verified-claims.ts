import { isUtf8 } from 'node:buffer'
import { scan } from '@posthorn/wire'
import { compactVerify } from 'jose'
import { unauthorized } from '../http/refusal.ts'

/** The claims of a token whose signature is right, of any type: `claims.ts` checks those. */
export type Claims = Readonly<Record<string, unknown>>

const notOurs = 'This token is not valid here: it must be an HS256 token, signed with the secret of this server.'

/** Verifies the signature of a token and reads its claims. Each member of header and claims stands once. @throws Refusal 401 */
export async function verifiedClaims(token: string, key: Uint8Array): Promise<Claims> {
  const verified = await compactVerify(token, key, { algorithms: ['HS256'] }).catch(() => {
    throw unauthorized(notOurs)
  })
  // RFC 7797: such a payload is not base64, so it is no JWT.
  if (verified.protectedHeader.b64 === false) throw unauthorized(notOurs)
  readObject(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url'), 'header')
  return readObject(verified.payload, 'claims')
}

/** RFC 7519, section 4: a parser refuses a name that stands twice, or takes the last. Two programs would read two subjects. */
function readObject(bytes: Uint8Array, part: 'header' | 'claims'): Claims {
  const are = part === 'header' ? 'is' : 'are'
  if (!isUtf8(bytes)) throw unauthorized(`The ${part} of this token ${are} not UTF-8 text.`)
  const text = Buffer.from(bytes).toString('utf8')
  const scanned = scan(text)
  if (!scanned.ok)
    throw unauthorized(`The ${part} of this token ${are} not the JSON that is expected: ${scanned.reason}.`)
  if (scanned.kind !== 'object') throw unauthorized(`The ${part} of this token must be a JSON object.`)
  return JSON.parse(text) as Claims
}
