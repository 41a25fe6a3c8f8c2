/** Both files of cryptography, held to the same published vectors, to each other, and to the whole conformance suite. */
import { createHmac } from 'node:crypto'
import { cryptography as node } from '../src/crypto/node.ts'
import { cryptography as web } from '../src/crypto/web.ts'
import type { CryptoKeyBytes } from '../src/crypto/cryptography.ts'
import { describe, expect, test, vi } from 'vitest'
import type { Algorithm, Dialect } from '@posthorn/wire'
import { vectorFiles } from './vectors.ts'
import { moreDialects } from './more-dialects.ts'

function keyOf(algorithm: Algorithm, bytes: Uint8Array, isPublic = false): CryptoKeyBytes {
  return { algorithm, bytes: new Uint8Array(bytes), isPublic }
}

/** RFC 4231 and RFC 2202, case 2: key "Jefe", data "what do ya want for nothing?". */
const hmacs: Partial<Record<Algorithm, string>> = {
  'hmac-sha1': 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
  'hmac-sha256': '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  'hmac-sha384': 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
  'hmac-sha512':
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
}

describe.each([
  ['node:crypto', node],
  ['Web Crypto', web],
])('%s', (_, cryptography) => {
  for (const [algorithm, expected] of Object.entries(hmacs)) {
    test(`${algorithm} gives what the RFC prints, in one piece and in several`, async () => {
      const key = keyOf(algorithm as Algorithm, Buffer.from('Jefe'))
      for (const pieces of [['what do ya want for nothing?'], ['what do ', Buffer.from('ya want '), 'for nothing?']]) {
        expect(await cryptography.sign(key, pieces, 'hex')).toBe(expected)
        expect(await cryptography.sign(key, pieces, 'base64')).toBe(Buffer.from(expected, 'hex').toString('base64'))
        expect(await cryptography.verify(key, pieces, new Uint8Array(Buffer.from(expected, 'hex')))).toBe(true)
      }
      expect(await cryptography.verify(key, ['other'], new Uint8Array(Buffer.from(expected, 'hex')))).toBe(false)
      expect(await cryptography.verify(key, ['other'], new Uint8Array())).toBe(false)
    })
  }

  test('ed25519 gives what RFC 8032 prints (test 2)', async () => {
    const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'
    const publicKey = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'
    const signature =
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
    const key = keyOf('ed25519', Buffer.from(seed + publicKey, 'hex'))
    expect(await cryptography.sign(key, [Uint8Array.of(0x72)], 'hex')).toBe(signature)
    const bytes = new Uint8Array(Buffer.from(signature, 'hex'))
    for (const verifying of [key, keyOf('ed25519', Buffer.from(publicKey, 'hex'), true)]) {
      expect(await cryptography.verify(verifying, [Uint8Array.of(0x72)], bytes)).toBe(true)
      expect(await cryptography.verify(verifying, [Uint8Array.of(0x73)], bytes)).toBe(false)
    }
  })

  test('ecdsa-p256 verifies what the other one signs', async () => {
    const key = keyOf(
      'ecdsa-p256',
      node.privateKeySync(
        'ecdsa-p256',
        Uint8Array.from({ length: 32 }, (_, index) => index + 1),
      ),
    )
    for (let index = 0; index < 20; index++) {
      for (const signer of [node, web]) {
        const signature = new Uint8Array(
          Buffer.from(await signer.sign({ ...key }, [`message ${index}`], 'base64'), 'base64'),
        )
        expect(await cryptography.verify({ ...key }, [`message ${index}`], signature)).toBe(true)
        expect(await cryptography.verify({ ...key }, ['other'], signature)).toBe(false)
        signature[5]! ^= 1
        expect(await cryptography.verify({ ...key }, [`message ${index}`], signature).catch(() => false)).toBe(false)
      }
    }
  })
})

test('HMACs of keys and texts of every length are those of createHmac', async () => {
  // Lengths around the block size of each hash, and around the size of the shared buffer.
  for (const keyLength of [1, 63, 64, 65, 127, 128, 129, 300]) {
    for (const length of [0, 1, 55, 1000, 21_700, 21_900, 65_300, 65_600, 200_000]) {
      const bytes = Buffer.alloc(keyLength, 0xaa)
      const text = 'é€'.repeat(Math.ceil(length / 5)).slice(0, length)
      for (const [algorithm, hash] of [
        ['hmac-sha1', 'sha1'],
        ['hmac-sha256', 'sha256'],
        ['hmac-sha384', 'sha384'],
        ['hmac-sha512', 'sha512'],
      ] as const) {
        const key = keyOf(algorithm, bytes)
        const expected = createHmac(hash, bytes).update(`id.${text}.`).update(text).digest()
        for (const pieces of [
          ['id.', text, '.', text],
          ['id.', text, '.', Buffer.from(text)],
          [Buffer.from(`id.${text}`), '.', text],
        ]) {
          expect(node.signSync(key, pieces, 'hex')).toBe(expected.toString('hex'))
          expect(node.verifySync(key, pieces, new Uint8Array(expected))).toBe(true)
        }
      }
    }
  }
})

test('G3: a zero too many in a DER signature is another spelling, and refused by both', async () => {
  const key = keyOf('ecdsa-p256', node.privateKeySync('ecdsa-p256', new Uint8Array(32).fill(5)))
  // ECDSA signatures are random. Every second one has no leading zero, so that one can be added.
  let der: Buffer
  do der = Buffer.from(await node.sign({ ...key }, ['message'], 'base64'), 'base64')
  while (der[3] !== 32)
  const longer = Uint8Array.of(0x30, der[1]! + 1, 2, der[3] + 1, 0, ...der.subarray(4))
  for (const cryptography of [node, web]) {
    expect(await cryptography.verify({ ...key }, ['message'], new Uint8Array(der))).toBe(true)
    expect(await cryptography.verify({ ...key }, ['message'], longer)).toBe(false)
    expect(await cryptography.verify({ ...key }, ['message'], new Uint8Array([...der, 0]))).toBe(false)
  }
})

describe('the conformance suite on Web Crypto', async () => {
  vi.resetModules()
  vi.doMock('#crypto', () => import('../src/crypto/web.ts'))
  const { dialects, dialect, verifySync } = await import('@posthorn/wire')
  const { dialectSuite } = await import('@posthorn/wire/conformance')

  test('nothing is answered at once', () => {
    const standard = dialect('standard')
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const message = { id: 'msg_1', type: 'a', payload: '{}', occurredAt: 0, acceptedAt: 0 }
    const input = { message, url: 'https://example.com', secrets: [secret], sentAt: 0, attempt: 1 }
    expect(() => standard.encodeSync(input)).toThrow(expect.objectContaining({ code: 'sync_unavailable' }))
    const request = {
      headers: { 'webhook-id': 'a', 'webhook-timestamp': '1', 'webhook-signature': `v1,${'A'.repeat(43)}=` },
      body: '{}',
    }
    expect(() => verifySync(request, { dialect: standard, secret })).toThrow(
      expect.objectContaining({ code: 'sync_unavailable' }),
    )
  })

  // New asymmetric keys need node:crypto. Their vectors and the tests above cover them.
  const all: Dialect[] = [
    ...dialects,
    ...moreDialects.filter(({ signatures }) => signatures[0]?.algorithm !== 'ecdsa-p256'),
  ]
  for (const data of all) {
    const vectors = vectorFiles.filter((one) => one.data.name === data.name).flatMap((one) => one.vectors)
    for (const { name, run } of dialectSuite(data, { vectors, cases: 5 })) test(name, run)
  }
})
