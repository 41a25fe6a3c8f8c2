import { createHmac, generateKeyPairSync } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../http/refusal.ts'
import { authenticator } from './authenticate.ts'
import { mintToken } from './mint-token.ts'

const secret = 'a-secret-for-tests-0123456789'
const key = new TextEncoder().encode(secret)
const hour = 3600_000

async function refusalOf(token: string, now?: () => number): Promise<Refusal> {
  try {
    await authenticator(secret, now)(`Bearer ${token}`)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('was accepted')
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function signed(header: object, claims: object, withKey: Uint8Array | string = key): string {
  return signedText(JSON.stringify(header), JSON.stringify(claims), withKey)
}

/** A token of exactly these texts: `JSON.stringify` cannot write every one. */
function signedText(header: string, claims: string | Uint8Array, withKey: Uint8Array | string = key): string {
  const head = `${Buffer.from(header).toString('base64url')}.${Buffer.from(claims).toString('base64url')}`
  return `${head}.${createHmac('sha256', withKey).update(head).digest('base64url')}`
}

describe('a token', () => {
  it('names the organisation, or an application in it', async () => {
    const authenticate = authenticator(secret)
    expect(await authenticate(`Bearer ${await mintToken(secret, { subject: 'org_1' })}`)).toEqual({
      org: 'org_1',
      actor: 'org_1',
      app: null,
      scopes: null,
      expiresAt: null,
    })
    const token = await mintToken(secret, { subject: 'app_1', org: 'org_1', scopes: ['messages:send'] })
    expect(await authenticate(`bearer ${token}`)).toEqual({
      org: 'org_1',
      actor: 'app_1',
      app: 'app_1',
      scopes: new Set(['messages:send']),
      featureFlags: [],
      expiresAt: null,
    })
  })

  it('may say who acts for its subject, in one printable word', async () => {
    const actorOf = async (act: unknown) =>
      (await authenticator(secret)(`Bearer ${signed({ alg: 'HS256' }, { sub: 'org_1', act })}`)).actor
    expect(await actorOf({ sub: 'ada@acme.example' })).toBe('ada@acme.example')
    const minted = await mintToken(secret, { subject: 'org_1', actor: 'ada@acme.example' })
    expect(await authenticator(secret)(`Bearer ${minted}`)).toMatchObject({ org: 'org_1', actor: 'ada@acme.example' })
  })

  it.each<[act: unknown]>([
    [{ sub: 'two words' }],
    [{ sub: '' }],
    [{ sub: 5 }],
    [{ sub: ['ada'] }],
    [{ sub: 'a'.repeat(129) }],
    [{ sub: 'a'.repeat(5000) }],
    [{ sub: 'ada\u202egro' }],
    [{ sub: 'ada\n' }],
    [{ sub: null }],
    [{}],
    ['ada'],
    [''],
    [['ada']],
    [[]],
    [5],
    [true],
    [null],
  ])('that says who acts with %j is a 401 that says how', async (act) => {
    expect(await refusalOf(signed({ alg: 'HS256' }, { sub: 'org_1', act }))).toMatchObject({
      status: 401,
      code: 'authentication_failed',
      message: expect.stringContaining('The claim `act`') as string,
    })
  })

  it('may come from Svix: no iss or aud needed, but they may be there', async () => {
    const token = signed(
      { alg: 'HS256', typ: 'JWT' },
      { iss: 'svix-server', sub: 'org_23rb8YdGqMT0qIzpgGwdXfHirMu', iat: 1, exp: 4e9, nbf: 1 },
    )
    expect(await authenticator(secret)(`Bearer ${token}`)).toMatchObject({ org: 'org_23rb8YdGqMT0qIzpgGwdXfHirMu' })
  })

  it('that has expired says when, also when it was remembered', async () => {
    const at = Date.UTC(2026, 10, 22, 14, 0, 0)
    const token = signed({ alg: 'HS256' }, { sub: 'org_1', exp: at / 1000 })
    const message = 'This token expired at 2026-11-22T14:00:00.000Z. Make a new one.'
    expect(await refusalOf(token, () => at + 1000)).toMatchObject({
      status: 401,
      code: 'authentication_failed',
      message,
    })

    let now = at - hour
    const authenticate = authenticator(secret, () => now)
    await authenticate(`Bearer ${token}`)
    now = at
    expect(() => authenticate(`Bearer ${token}`)).toThrow(message)
  })

  const claims = { sub: 'org_1' }
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()

  it.each<[string, () => string | Promise<string>]>([
    ['alg none', () => new UnsecuredJWT(claims).encode()],
    ['alg None', () => `${encode({ alg: 'None' })}.${encode(claims)}.`],
    ['alg nOnE with a signature', () => signed({ alg: 'nOnE' }, claims)],
    ['alg HS512', () => new SignJWT(claims).setProtectedHeader({ alg: 'HS512' }).sign(Buffer.alloc(64, 1))],
    ['alg RS256 over an HMAC', () => signed({ alg: 'RS256' }, claims)],
    ['an RSA public key as HMAC secret', () => signed({ alg: 'HS256' }, claims, pem)],
    ['another secret', () => signed({ alg: 'HS256' }, claims, 'other')],
    ['an empty secret', () => signed({ alg: 'HS256' }, claims, '')],
    [
      'kid as a path, signed with an empty file',
      () => signed({ alg: 'HS256', kid: '../../../../dev/null' }, claims, ''),
    ],
    ['kid as SQL', () => signed({ alg: 'HS256', kid: "x' UNION SELECT 'a" }, claims, 'a')],
    ['its own key in jwk', () => signed({ alg: 'HS256', jwk: { kty: 'oct', k: encode({}) } }, claims, encode({}))],
    [
      'a key address in jku and x5u',
      () => signed({ alg: 'HS256', jku: 'https://evil.test', x5u: 'https://evil.test' }, claims, 'x'),
    ],
    ['a critical header that is not known', () => signed({ alg: 'HS256', crit: ['x'], x: 1 }, claims)],
    ['b64 false', () => signed({ alg: 'HS256', b64: false, crit: ['b64'] }, claims)],
    ['a flipped signature', () => signed({ alg: 'HS256' }, claims).slice(0, -4) + 'AAAA'],
    ['two dots too many', () => `${signed({ alg: 'HS256' }, claims)}.x.y`],
    ['nbf in the future', () => signed({ alg: 'HS256' }, { ...claims, nbf: 4e9 })],
    ['exp that is not a number', () => signed({ alg: 'HS256' }, { ...claims, exp: 'never' })],
    ['no subject', () => signed({ alg: 'HS256' }, {})],
    ['a subject of another kind', () => signed({ alg: 'HS256' }, { sub: 'user_1' })],
    ['a subject with a line break', () => signed({ alg: 'HS256' }, { sub: 'org_1\n' })],
    ['an application without its organisation', () => signed({ alg: 'HS256' }, { sub: 'app_1' })],
    ['an application of an odd organisation', () => signed({ alg: 'HS256' }, { sub: 'app_1', org: ['org_1'] })],
    ['two organisations', () => signed({ alg: 'HS256' }, { sub: 'org_1', org: 'org_2' })],
    ['scopes that are not a list', () => signed({ alg: 'HS256' }, { ...claims, scopes: { admin: true } })],
  ])('with %s is refused', async (_, make) => {
    const refusal = await refusalOf(await make())
    expect(refusal.status).toBe(401)
    expect(refusal.code).toBe('authentication_failed')
    expect(refusal.message).not.toContain(secret)
  })

  const sub = 'org_1'
  const wrongSubject = 'The claim `sub` of this token must be `org_...` or `app_...`.'
  const wrongTime = (name: string) =>
    `The claim \`${name}\` of this token must be a time as a number: seconds since 1970.`
  const wrongScopes = 'The claim `scopes` of this token must be a list of names.'
  const wrongAudience = 'The claim `aud` of this token must be a text or a list of texts.'

  it.each<[claims: object, reason: string]>([
    [{ sub: ['org_1'] }, wrongSubject],
    [{ sub: [['org_1']] }, wrongSubject],
    [{ sub: { toString: 'org_1' } }, wrongSubject],
    [{ sub: 1 }, wrongSubject],
    [{ sub: true }, wrongSubject],
    [{ sub: null }, wrongSubject],
    [{ sub: '' }, wrongSubject],
    [{ sub: ['app_1'], org: 'org_1' }, wrongSubject],
    [{ sub, exp: '4000000000' }, wrongTime('exp')],
    [{ sub, exp: null }, wrongTime('exp')],
    [{ sub, exp: [4e9] }, wrongTime('exp')],
    [{ sub, exp: -1e300 }, wrongTime('exp')],
    [{ sub, exp: 1e300 }, wrongTime('exp')],
    [{ sub, nbf: '1' }, wrongTime('nbf')],
    [{ sub, nbf: {} }, wrongTime('nbf')],
    [{ sub, iat: '2026-11-28' }, wrongTime('iat')],
    [{ sub, iat: true }, wrongTime('iat')],
    [{ sub, aud: 7 }, wrongAudience],
    [{ sub, aud: {} }, wrongAudience],
    [{ sub, aud: ['a', 7] }, wrongAudience],
    [{ sub, aud: null }, wrongAudience],
    [{ sub, scopes: null }, wrongScopes],
    [{ sub, scopes: 7 }, wrongScopes],
    [{ sub, scopes: [['messages:send']] }, wrongScopes],
    [{ sub, scopes: ['messages:send', 7] }, wrongScopes],
  ])('with the claims %j is refused with this reason: %s', async (claims, reason) => {
    expect(await refusalOf(signed({ alg: 'HS256' }, claims))).toMatchObject({ status: 401, message: reason })
  })

  it.each<[name: string, header: string, claims: string | Uint8Array, reason: RegExp]>([
    ['two subjects', '{"alg":"HS256"}', '{"sub":"org_1","sub":"org_2"}', /the member "sub" occurs twice/],
    ['two subjects, one escaped', '{"alg":"HS256"}', '{"sub":"org_1","s\\u0075b":"org_2"}', /"sub" occurs twice/],
    ['two algorithms', '{"alg":"none","alg":"HS256"}', '{"sub":"org_1"}', /header .* the member "alg" occurs twice/],
    ['a time that is too large for a number', '{"alg":"HS256"}', '{"sub":"org_1","exp":1e400}', /claim `exp`/],
    ['claims that are a list', '{"alg":"HS256"}', '["org_1"]', /claims of this token must be a JSON object/],
    ['claims that are no JSON', '{"alg":"HS256"}', 'sub=org_1', /claims of this token are not the JSON/],
    ['claims that are not UTF-8', '{"alg":"HS256"}', Buffer.from([0xff, 0xfe]), /claims of this token are not UTF-8/],
    ['an algorithm in a list', '{"alg":["HS256"]}', '{"sub":"org_1"}', /must be an HS256 token/],
    ['an algorithm in lower case', '{"alg":"hs256"}', '{"sub":"org_1"}', /must be an HS256 token/],
    ['an algorithm with a space', '{"alg":"HS256 "}', '{"sub":"org_1"}', /must be an HS256 token/],
    ['no algorithm', '{}', '{"sub":"org_1"}', /must be an HS256 token/],
    ['a header that is null', 'null', '{"sub":"org_1"}', /must be an HS256 token/],
  ])('with %s is refused with its reason', async (_, header, claims, reason) => {
    const refusal = await refusalOf(signedText(header, claims))
    expect(refusal.status).toBe(401)
    expect(refusal.message).toMatch(reason)
  })

  it('may have an audience, as a text or a list', async () => {
    for (const aud of ['posthorn', ['a', 'b'], []]) {
      expect(await authenticator(secret)(`Bearer ${signed({ alg: 'HS256' }, { sub, aud })}`)).toMatchObject({
        org: sub,
      })
    }
  })

  it('grants nothing for a scope that is not known', async () => {
    const token = signed({ alg: 'HS256' }, { sub: 'org_1', scopes: ['root', 'integrations:read'] })
    expect(await authenticator(secret)(`Bearer ${token}`)).toMatchObject({ scopes: new Set(['integrations:read']) })
  })
})
