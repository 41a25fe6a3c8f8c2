/** Asymmetric keys of a dialect that somebody brings along: made, signed with, shown, and verified with the public half alone. */
import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { compile, dialect, publicKeyOf, sign, verify, type Dialect } from '@posthorn/wire'
import { describe, expect, test } from 'vitest'
import { cryptography as web } from '../src/crypto/web.ts'
import { moreDialects } from './more-dialects.ts'
import { snippetDialects } from './snippets/dialects.ts'

const named = (name: string): Dialect => [...moreDialects, ...snippetDialects].find((one) => one.name === name)!
const asymmetric = compile(named('ed25519-list'))
const curve = compile(named('curve-list'))

/** The Standard Webhooks specification's message and key. */
const golden = {
  message: {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    type: 'test',
    payload: '{"test": 2432232314}',
    occurredAt: 1_614_265_330_000,
    acceptedAt: 1_614_265_330_000,
  },
  secret: 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
  publicKey: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
  signature: 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
}
const url = 'https://example.com/hooks'
const now = golden.message.acceptedAt

describe('the specification', () => {
  test('its message gets its signature', async () => {
    const { headers } = await sign(golden.message, { dialect: asymmetric, secret: golden.secret, url, now })
    expect(new Map(headers).get('webhook-signature')).toBe(golden.signature)
  })
  test('the public key verifies it, and cannot sign', async () => {
    expect(publicKeyOf(asymmetric, golden.secret)).toBe(golden.publicKey)
    const request = await sign(golden.message, { dialect: asymmetric, secret: golden.secret, url, now })
    expect(await verify(request, { dialect: asymmetric, secret: golden.publicKey, now })).toMatchObject({ ok: true })
    const attempt = sign(golden.message, { dialect: asymmetric, secret: golden.publicKey, url, now })
    await expect(attempt).rejects.toMatchObject({ code: 'malformed_secret' })
  })
})

describe.each([
  ['ed25519, whsk_', asymmetric, 'whpk_'],
  ['ecdsa, base64', curve, 'ecpk_'],
  ['ed25519, hex, without a prefix', compile(named('ed25519-hex')), ''],
])('%s', (_, compiled, prefix) => {
  const secret = compiled.newSecret((bytes) => crypto.getRandomValues(new Uint8Array(bytes)))!
  const publicKey = publicKeyOf(compiled, secret)!

  test('a new secret signs, and its public key verifies', async () => {
    expect(compiled.checkSecret(secret)).toBeNull()
    expect(publicKey.startsWith(prefix)).toBe(true)
    const request = await sign(golden.message, { dialect: compiled, secret, url, now })
    expect(await verify(request, { dialect: compiled, secret: publicKey, now })).toMatchObject({ ok: true })
    const body = Uint8Array.from(request.body!, (byte, index) => (index === 3 ? byte ^ 1 : byte))
    expect(await verify({ ...request, body }, { dialect: compiled, secret: publicKey, now })).toMatchObject({
      code: 'signature_mismatch',
    })
  })
  test('the public key of a public key is itself', () => {
    expect(publicKeyOf(compiled, publicKey)).toBe(publicKey)
  })
  test('another public key verifies nothing', async () => {
    const other = publicKeyOf(
      compiled,
      compiled.newSecret((bytes) => new Uint8Array(bytes).fill(7))!,
    )!
    const request = await sign(golden.message, { dialect: compiled, secret, url, now })
    expect(await verify(request, { dialect: compiled, secret: other, now })).toMatchObject({ ok: false })
  })
})

test('the public half is the one that node:crypto derives from the private one', async () => {
  const { headers, body } = await sign(golden.message, { dialect: asymmetric, secret: golden.secret, url, now })
  const x = Buffer.from(golden.publicKey.slice(5), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const signed = Buffer.concat([Buffer.from(`${golden.message.id}.${now / 1000}.`), body!])
  const signature = Buffer.from(new Map(headers).get('webhook-signature')!.slice(4), 'base64')
  expect(verifySignature(null, signed, key, signature)).toBe(true)
})

test('symmetric secrets and dialects that do not sign have no public half', () => {
  expect(publicKeyOf('standard', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toBeNull()
  expect(publicKeyOf(dialect('autoflex'), 'anything')).toBeNull()
})

test('what is no key is refused with the reason', () => {
  const codeOf = (secret: string): unknown => {
    try {
      return publicKeyOf(asymmetric, secret)
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect(codeOf('')).toBe('empty_secret')
  expect(codeOf('whsk_AAAA')).toBe('malformed_secret')
  expect(codeOf(`${golden.secret} `)).toBe('malformed_secret')
})

test('without node:crypto an ECDSA key is told to be out of reach', () => {
  const key = { algorithm: 'ecdsa-p256', bytes: new Uint8Array(4), isPublic: false } as const
  expect(() => web.publicKeySync(key)).toThrow(expect.objectContaining({ code: 'sync_unavailable' }))
})
