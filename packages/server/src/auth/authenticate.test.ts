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
  const head = `${encode(header)}.${encode(claims)}`
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
      expiresAt: null,
    })
  })

  it('may say who acts for its subject, in one printable word', async () => {
    const actorOf = async (act: unknown) =>
      (await authenticator(secret)(`Bearer ${signed({ alg: 'HS256' }, { sub: 'org_1', act })}`)).actor
    expect(await actorOf({ sub: 'ada@acme.example' })).toBe('ada@acme.example')
    const minted = await mintToken(secret, { subject: 'org_1', actor: 'ada@acme.example' })
    expect(await authenticator(secret)(`Bearer ${minted}`)).toMatchObject({ org: 'org_1', actor: 'ada@acme.example' })
    for (const act of [{ sub: 'two words' }, { sub: '' }, { sub: 7 }, 'ada', null, ['ada']])
      expect(await actorOf(act)).toBe('org_1')
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

  it('grants nothing for a scope that is not known', async () => {
    const token = signed({ alg: 'HS256' }, { sub: 'org_1', scopes: ['root', 'integrations:read'] })
    expect(await authenticator(secret)(`Bearer ${token}`)).toMatchObject({ scopes: new Set(['integrations:read']) })
  })
})
