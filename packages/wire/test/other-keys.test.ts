/** Keys of other kinds in one dialect: `whsk_` and `whpk_` in Standard Webhooks and Svix beside `whsec_`. */
import { createPrivateKey, createPublicKey, randomBytes, sign as signWith, verify as verifyWith } from 'node:crypto'
import {
  dialect,
  dialectForKey,
  documentDialect,
  parseDialect,
  publicKeyOf,
  sign,
  snippet,
  snippetLanguages,
  verify,
  type Dialect,
  type Signature,
  type WireRequest,
} from '@posthorn/wire'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, test } from 'vitest'
import { snippetDialects } from './snippets/dialects.ts'

const now = Date.now()
const url = 'https://example.com/hooks'
const message = { id: 'msg_0K3OcC9O39pNCR5O', type: 'a', payload: '{"name": "Zoë"}', occurredAt: now, acceptedAt: now }
const hmac = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

const newKey = (name = 'standard'): string => dialect(name).newSecret((count) => randomBytes(count), 'whsk_')!

const fromUtf8 = ({ body }: WireRequest): string => Buffer.from(body!).toString('utf8')

/** By node:crypto and the specification alone. */
function isSigned(prefix: string, { headers, body }: WireRequest, publicKey: string): boolean {
  const of = new Map(headers)
  const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const text = Buffer.concat([Buffer.from(`${of.get(`${prefix}-id`)}.${of.get(`${prefix}-timestamp`)}.`), body!])
  const entries = of.get(`${prefix}-signature`)!.split(' ')
  const own = entries.filter((entry) => entry.startsWith('v1a,')).map((entry) => Buffer.from(entry.slice(4), 'base64'))
  return own.some((signature) => verifyWith(null, text, key, signature))
}

describe.each([
  ['standard', 'webhook', StandardWebhook],
  ['svix', 'svix', SvixWebhook],
] as const)('%s', (name, prefix, Official) => {
  const secret = newKey(name)
  const publicKey = publicKeyOf(name, secret)!
  const request = (secrets: string[]): Promise<WireRequest> => sign(message, { dialect: name, secrets, url, now })
  const check = (given: WireRequest, ...secrets: string[]) => verify(given, { dialect: name, secrets, now })

  test('a whsk_ key signs with v1a, and its whpk_ key verifies', async () => {
    expect(secret).toMatch(/^whsk_[A-Za-z0-9+/]{86}==$/)
    expect(publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/)
    const signed = await request([secret])
    expect(new Map(signed.headers).get(`${prefix}-signature`)).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/)
    expect(isSigned(prefix, signed, publicKey)).toBe(true)
    expect(await check(signed, publicKey)).toMatchObject({ ok: true, keyIndex: 0 })
    expect(await check(signed, secret)).toMatchObject({ ok: true })
    expect(await check(signed, publicKeyOf(name, newKey(name))!)).toMatchObject({ code: 'signature_mismatch' })
    const body = Uint8Array.from(signed.body!, (byte, index) => (index === 3 ? byte ^ 1 : byte))
    expect(await check({ ...signed, body }, publicKey)).toMatchObject({ code: 'signature_mismatch' })
  })

  test.each(['whsec_ to whsk_', 'whsk_ to whsec_'])(
    'from %s: both signatures are there, newest first, and either receiver is content',
    async (way) => {
      const signed = await request(way.startsWith('whsec') ? [secret, hmac] : [hmac, secret])
      const entries = new Map(signed.headers).get(`${prefix}-signature`)!.split(' ')
      const versions = entries.map((entry) => entry.slice(0, entry.indexOf(',')))
      expect(versions).toEqual(way.startsWith('whsec') ? ['v1a', 'v1'] : ['v1', 'v1a'])
      // Who has not changed yet verifies with the vendor's own library, which knows v1.
      const headers = Object.fromEntries(signed.headers)
      const checked = (): unknown => new Official(hmac).verify(fromUtf8(signed), headers)
      expect(checked).not.toThrow()
      expect(isSigned(prefix, signed, publicKey)).toBe(true)
      for (const one of [hmac, publicKey]) expect(await check(signed, one)).toMatchObject({ ok: true })
      expect(await check(signed, hmac, publicKey)).toMatchObject({ ok: true, keyIndex: 0 })
    },
  )

  test('G4: the key decides about the kind of signature, and not the header', async () => {
    const [bySecret, byKey] = [await request([hmac]), await request([secret])]
    expect(await check(byKey, hmac)).toMatchObject({ code: 'signature_mismatch' })
    expect(await check(bySecret, publicKey)).toMatchObject({ code: 'signature_mismatch' })
    // The signature of one kind, named as the other.
    const renamed = (given: WireRequest, from: string, to: string): WireRequest => ({
      ...given,
      headers: given.headers.map(([header, value]) => [header, value.replace(from, to)]),
    })
    expect(await check(renamed(byKey, 'v1a,', 'v1,'), publicKey)).toMatchObject({ code: 'signature_mismatch' })
    expect(await check(renamed(bySecret, 'v1,', 'v1a,'), hmac)).toMatchObject({ code: 'signature_mismatch' })
    // Any of the keys is enough, whatever stands before it.
    expect(await check(byKey, hmac, publicKey)).toMatchObject({ ok: true, keyIndex: 1 })
    const result = await check(byKey, hmac)
    expect(result.ok ? '' : result.hint).toContain('no signature of the version v1.')
  })
})

describe('what is no key to sign with is refused', () => {
  const checkSecret = (secret: string) => dialect('standard').checkSecret(secret)
  const [seed, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  test.each([
    ['a public key', publicKeyOf('standard', newKey())!, /public: it verifies, and cannot sign/],
    ['nothing after the prefix', 'whsk_', /nothing after whsk_/],
    ['the seed alone', `whsk_${seed.toString('base64')}`, /64 bytes/],
    ['65 bytes', `whsk_${Buffer.alloc(65).toString('base64')}`, /64 bytes/],
    ['no base64', 'whsk_not base64!', /base64/],
    ['base64 of the URL alphabet', newKey().replace(/[+/A-Z]/, '_'), /base64/],
    ['the public half of another key', `whsk_${Buffer.concat([seed, other]).toString('base64')}`, /public half/],
  ])('%s', (_, secret, reason) => {
    expect(checkSecret(secret)?.code).toBe(secret === 'whsk_' ? 'empty_secret' : 'malformed_secret')
    expect(checkSecret(secret)?.message).toMatch(reason)
  })
  test('and a key that another program made is taken', () => {
    const privateKey = createPrivateKey({ key: pkcs8(seed), format: 'der', type: 'pkcs8' })
    const jwk = privateKey.export({ format: 'jwk' })
    const secret = `whsk_${Buffer.concat([seed, Buffer.from(jwk.x!, 'base64url')]).toString('base64')}`
    expect(checkSecret(secret)).toBeNull()
    const signed = dialect('standard').encodeSync({ message, url, secrets: [secret], sentAt: now, attempt: 1 })
    const of = new Map(signed.headers)
    const text = Buffer.concat([Buffer.from(`${of.get('webhook-id')}.${of.get('webhook-timestamp')}.`), signed.body!])
    expect(of.get('webhook-signature')).toBe(`v1a,${signWith(null, text, privateKey).toString('base64')}`)
  })
})

function pkcs8(seed: Buffer): Buffer {
  return Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
}

describe('pages and snippets', () => {
  const { dialect: standard } = dialect('standard')
  const sample = { type: 'a', payload: '{"a":1}' }

  test('the page of the dialect names both kinds, their versions and the public key', async () => {
    const page = await documentDialect(standard, { sample })
    for (const word of ['`whsec_`', '`whsk_`', '`whpk_`', '`v1a,`', 'Ed25519']) expect(page).toContain(word)
  })
  test('a page and snippets for one kind of key are those of a dialect that has only this kind', async () => {
    const alone = snippetDialects.find(({ name }) => name === 'ed25519-list')!
    const forKey = { ...dialectForKey(standard, publicKeyOf('standard', newKey())!), title: alone.title }
    for (const language of snippetLanguages) expect(snippet(forKey, language)).toEqual(snippet(alone, language))
    const page = await documentDialect(standard, { sample, secret: newKey() })
    expect(page).toMatch(/webhook-signature: v1a,/)
    expect(page).toContain('Its public key: `whpk_')
    expect(page).not.toContain('HMAC-SHA256 with the key')
    expect(dialectForKey(standard, hmac)).toEqual(standard)
  })
})

describe('a dialect of one’s own', () => {
  const { dialect: standard } = dialect('standard')
  const [signature] = standard.signatures
  const withOthers = (change: Partial<Signature>): Dialect => ({
    ...standard,
    name: 'own',
    signatures: [{ ...signature!, ...change }],
  })
  const [key] = signature!.otherKeys!
  test.each([
    ['a format without versions', { format: { bare: {} } }, /format list/],
    ['a version twice', { otherKeys: [{ ...key!, version: 'v1' }] }, /version twice/],
    ['a prefix twice', { otherKeys: [{ ...key!, key: { ...key!.key, prefix: 'whsec_' } }] }, /prefix/],
    ['a prefix of another', { otherKeys: [{ ...key!, key: { ...key!.key, prefix: 'wh' } }] }, /prefix/],
    ['a binary key as text', { otherKeys: [{ ...key!, key: { ...key!.key, encoding: 'utf8' } }] }, /binary/],
    ['no prefix', { otherKeys: [{ ...key!, key: { encoding: 'base64' } }] }, /prefix/],
  ] as [string, Partial<Signature>, RegExp][])('is refused with %s', (_, change, reason) => {
    expect(() => parseDialect(withOthers(change))).toThrow(reason)
  })
})
