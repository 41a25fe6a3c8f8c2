import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { posthorn } from '../../test/memory-io.ts'

const env = { POSTHORN_JWT_SECRET: 'a secret of the test, long enough' }

function claims(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

test('a token for an organisation', async () => {
  const ran = await posthorn(['token', '--org', 'org_acme'], { env })
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(claims(ran.out)).toMatchObject({ sub: 'org_acme' })
  expect(claims(ran.out)).not.toHaveProperty('exp')
})

test('a token for one application, with scopes, for an hour', async () => {
  const ran = await posthorn(
    [
      'token',
      '--org',
      'org_acme',
      '--app',
      'app_1srOrx2ZWZBpBUvZ',
      '--scopes',
      'messages:send,admin',
      '--expires',
      '1h',
    ],
    { env },
  )
  const {
    sub,
    org,
    scopes,
    exp = 0,
    iat = 0,
  } = claims(ran.out) as Record<string, unknown> & { exp?: number; iat?: number }
  expect({ sub, org, scopes, lasts: exp - iat }).toEqual({
    sub: 'app_1srOrx2ZWZBpBUvZ',
    org: 'org_acme',
    scopes: ['messages:send', 'admin'],
    lasts: 3600,
  })
})

test('a token of a customer with feature flags', async () => {
  const args = ['--org', 'org_acme', '--app', 'app_1srOrx2ZWZBpBUvZ', '--feature-flags', 'beta, trial']
  expect(claims((await posthorn(['token', ...args], { env })).out)).toMatchObject({ feature_flags: ['beta', 'trial'] })
})

test.each([
  [['--org', 'acme'], /the id of an organisation is org_/],
  [[], /no organisation is named/],
  [['--org', 'org_acme', '--app', 'my-uid'], /not its uid/],
  [['--org', 'org_acme', '--feature-flags', 'beta'], /--feature-flags needs --app/],
  [['--org', 'org_acme', '--scopes', 'root'], /there is no scope "root"/],
])('refuses %j', async (args, message) => {
  expect(await posthorn(['token', ...args], { env })).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(message),
  })
})

test('the error without a secret says where to get one', async () => {
  const ran = await posthorn(['token', '--data', join(tmpdir(), 'there-is-no-such-folder')])
  expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(/POSTHORN_JWT_SECRET is not set/) })
})
