import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeSettings, readSettings, SettingsError } from './config.ts'

const needed = {
  POSTHORN_JWT_SECRET: 'jwt-secret-canary-0123456789',
  POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
}

function problems(env: Record<string, string>): readonly string[] {
  try {
    readSettings(env)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

describe('settings', () => {
  it('have defaults for everything but the two secrets', () => {
    const settings = readSettings(needed)
    expect(settings).toMatchObject({
      port: 8071,
      host: '127.0.0.1',
      databaseUrl: 'sqlite:./posthorn-data',
      allowPrivate: [],
      extraCa: null,
      defaultDialect: 'standard',
      logLevel: 'info',
    })
    expect(settings.jwtSecret.reveal()).toBe(needed.POSTHORN_JWT_SECRET)
  })

  it('refuse to start without secrets and say how to make one', () => {
    expect(problems({})).toEqual([
      'POSTHORN_JWT_SECRET: It signs the tokens of the API and must be set. Make one: openssl rand -hex 32',
      'POSTHORN_SECRET_KEY: It encrypts the stored secrets and must be set. Make one: openssl rand -base64 32',
    ])
  })

  it('name the nearest setting when one is unknown', () => {
    expect(problems({ ...needed, POSTHORN_JWT_SECERT: 'x' })).toEqual([
      'POSTHORN_JWT_SECERT is not a setting. Did you mean POSTHORN_JWT_SECRET?',
    ])
    expect(problems({ ...needed, POSTHORN_METRICS: 'x' })).toEqual([
      expect.stringMatching(
        /^POSTHORN_METRICS is not a setting\. The settings are POSTHORN_PORT, .*POSTHORN_LOG_LEVEL\.$/,
      ),
    ])
    expect(problems({ ...needed, POSTHORN_TEST_REQUIRE: 'all', PORT: '1' })).toEqual([])
    expect(() => readSettings({ ...needed, POSTHORN_TOKEN: 'x' }, ['POSTHORN_TOKEN'])).not.toThrow()
  })

  it.each([
    [{ POSTHORN_PORT: '80a' }, /^POSTHORN_PORT: A port is a number/],
    [{ POSTHORN_PORT: '70000' }, /^POSTHORN_PORT: /],
    [{ POSTHORN_PUBLIC_URL: 'hooks.example.com' }, /^POSTHORN_PUBLIC_URL: It is where callers reach this server/],
    [{ POSTHORN_PUBLIC_URL: 'https://hooks.example.com/?a=b' }, /^POSTHORN_PUBLIC_URL: /],
    [{ POSTHORN_DATABASE_URL: 'mysql://x' }, /^POSTHORN_DATABASE_URL: It is `sqlite:`/],
    [{ POSTHORN_ALLOW_PRIVATE: '10.0.0.0/33' }, /^POSTHORN_ALLOW_PRIVATE: Each entry/],
    [{ POSTHORN_ALLOW_PRIVATE: 'localhost' }, /^POSTHORN_ALLOW_PRIVATE: Each entry/],
    [{ POSTHORN_ALLOW_PRIVATE: 'fe80::1%eth0' }, /^POSTHORN_ALLOW_PRIVATE: Each entry/],
    [
      { POSTHORN_ALLOW_PRIVATE: '10.0.0.1/8' },
      /^POSTHORN_ALLOW_PRIVATE: 10\.0\.0\.1\/8 has bits set behind its prefix/,
    ],
    [{ POSTHORN_ALLOW_PRIVATE: '0.0.0.1/0' }, /^POSTHORN_ALLOW_PRIVATE: 0\.0\.0\.1\/0 has bits set/],
    [{ POSTHORN_ALLOW_PRIVATE: 'fd00::1/8' }, /^POSTHORN_ALLOW_PRIVATE: fd00::1\/8 has bits set/],
    [
      { POSTHORN_ALLOW_PRIVATE: '::ffff:10.0.0.1/104' },
      /^POSTHORN_ALLOW_PRIVATE: ::ffff:10\.0\.0\.1\/104 has bits set/,
    ],
    [{ POSTHORN_LOG_LEVEL: 'loud' }, /^POSTHORN_LOG_LEVEL: One of/],
    [{ POSTHORN_JWT_SECRET: 'short' }, /^POSTHORN_JWT_SECRET: It has at least 16/],
    [{ POSTHORN_SECRET_KEY: 'AAAA' }, /^POSTHORN_SECRET_KEY: It is 32 bytes/],
  ])('refuse %j', (env, message) => {
    const found = problems({ ...needed, ...env })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(message)
  })

  it('read lists, and treat empty as absent', () => {
    const settings = readSettings({ ...needed, POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8, ::1', POSTHORN_EXTRA_CA: '' })
    expect(settings.allowPrivate).toEqual(['127.0.0.0/8', '::1'])
    expect(settings.extraCa).toBeNull()
  })

  it.each(['0.0.0.0/0', '10.0.0.0/8', '192.168.1.7/32', '::/0', 'fd00::/8', '2001:db8::5/128', '::ffff:10.0.0.0/104'])(
    'take the range %s',
    (range) => {
      expect(readSettings({ ...needed, POSTHORN_ALLOW_PRIVATE: range }).allowPrivate).toEqual([range])
    },
  )

  it('never print a secret', () => {
    const settings = readSettings(needed)
    const printed = [inspect(settings, { depth: 9 }), JSON.stringify(settings), String(settings.jwtSecret)].join('\n')
    for (const secret of Object.values(needed)) expect(printed).not.toContain(secret)
    expect(() => readSettings({ ...needed, POSTHORN_SECRET_KEY: 'canary' })).toThrow(/^(?!.*canary)/s)
  })

  it('document themselves', () => {
    const described = describeSettings()
    expect(described.map(({ env }) => env)).toContain('POSTHORN_EXTRA_CA')
    expect(described.find(({ name }) => name === 'port')?.default).toBe(8071)
    expect(described.filter(({ secret }) => secret).map(({ name }) => name)).toEqual([
      'databaseUrl',
      'jwtSecret',
      'secretKey',
    ])
  })
})
