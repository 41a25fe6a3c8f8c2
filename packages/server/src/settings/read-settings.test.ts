import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readSettings, SettingsError } from './read-settings.ts'

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
      'POSTHORN_JWT_SECRET is required and not set. Signs and verifies the tokens of the API (HS256). At least 16 characters. To make one: openssl rand -hex 32',
      expect.stringMatching(
        /^POSTHORN_SECRET_KEY is required and not set\. Encrypts the stored secrets\. .* To make one: openssl rand -base64 32$/,
      ),
    ])
  })

  it('name the nearest setting when one is unknown', () => {
    expect(problems({ ...needed, POSTHORN_JWT_SECERT: 'x' })).toEqual([
      'POSTHORN_JWT_SECERT is not a setting. Did you mean POSTHORN_JWT_SECRET?',
    ])
    expect(problems({ ...needed, POSTHORN_METRICS: 'x' })).toEqual([
      expect.stringMatching(
        /^POSTHORN_METRICS is not a setting\. The settings are POSTHORN_JWT_SECRET, .*POSTHORN_LOG_LEVEL\.$/,
      ),
    ])
    expect(problems({ ...needed, POSTHORN_TEST_REQUIRE: 'all', PORT: '1' })).toEqual([])
    expect(() => readSettings({ ...needed, POSTHORN_TOKEN: 'x' }, ['POSTHORN_TOKEN'])).not.toThrow()
  })

  it.each([
    [{ POSTHORN_PORT: '80a' }, /^POSTHORN_PORT is not valid\. It must be a number from 0 to 65535/],
    [{ POSTHORN_PORT: '70000' }, /^POSTHORN_PORT is not valid/],
    [
      { POSTHORN_PUBLIC_URL: 'hooks.example.com' },
      /^POSTHORN_PUBLIC_URL is not valid\. It must be an http or https URL/,
    ],
    [{ POSTHORN_PUBLIC_URL: 'https://hooks.example.com/?a=b' }, /^POSTHORN_PUBLIC_URL is not valid/],
    [{ POSTHORN_DATABASE_URL: 'mysql://x' }, /^POSTHORN_DATABASE_URL is not valid\. It must be `sqlite:`/],
    [{ POSTHORN_ALLOW_PRIVATE: '10.0.0.0/33' }, /^POSTHORN_ALLOW_PRIVATE is not valid\. It must list addresses/],
    [{ POSTHORN_ALLOW_PRIVATE: 'localhost' }, /^POSTHORN_ALLOW_PRIVATE is not valid\. It must list addresses/],
    [{ POSTHORN_ALLOW_PRIVATE: 'fe80::1%eth0' }, /^POSTHORN_ALLOW_PRIVATE is not valid\. It must list addresses/],
    [
      { POSTHORN_ALLOW_PRIVATE: '10.0.0.1/8' },
      /^POSTHORN_ALLOW_PRIVATE is not valid\. 10\.0\.0\.1\/8 has bits set after its prefix/,
    ],
    [{ POSTHORN_ALLOW_PRIVATE: '0.0.0.1/0' }, /^POSTHORN_ALLOW_PRIVATE is not valid\. 0\.0\.0\.1\/0 has bits set/],
    [{ POSTHORN_ALLOW_PRIVATE: 'fd00::1/8' }, /^POSTHORN_ALLOW_PRIVATE is not valid\. fd00::1\/8 has bits set/],
    [
      { POSTHORN_ALLOW_PRIVATE: '::ffff:10.0.0.1/104' },
      /^POSTHORN_ALLOW_PRIVATE is not valid\. ::ffff:10\.0\.0\.1\/104 has bits set/,
    ],
    [{ POSTHORN_LOG_LEVEL: 'loud' }, /^POSTHORN_LOG_LEVEL is not valid\. It must be one of trace/],
    [{ POSTHORN_JWT_SECRET: 'short' }, /^POSTHORN_JWT_SECRET is not valid\. It must have at least 16/],
    [{ POSTHORN_SECRET_KEY: 'AAAA' }, /^POSTHORN_SECRET_KEY is not valid\. It must be 32 bytes/],
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

  const ofAService = {
    POSTHORN_SERVICE_HOST: '10.96.0.7',
    POSTHORN_SERVICE_PORT: '8071',
    POSTHORN_SERVICE_PORT_HTTP: '8071',
    POSTHORN_SERVICE_PORT_HTTP_2: '8072',
    POSTHORN_PORT: 'tcp://10.96.0.7:8071',
    POSTHORN_PORT_8071_TCP: 'tcp://10.96.0.7:8071',
    POSTHORN_PORT_8071_TCP_PROTO: 'tcp',
    POSTHORN_PORT_8071_TCP_PORT: '8071',
    POSTHORN_PORT_8071_TCP_ADDR: '10.96.0.7',
    POSTHORN_PORT_53_UDP: 'udp://10.96.0.7:53',
    POSTHORN_PORT_53_UDP_ADDR: '10.96.0.7',
    POSTHORN_PORT_9_SCTP: 'sctp://10.96.0.7:9',
    POSTHORN_PORT_9_SCTP_PROTO: 'sctp',
    // Services named posthorn-api and posthorn-2.
    POSTHORN_API_SERVICE_HOST: '10.96.0.8',
    POSTHORN_API_PORT: 'tcp://10.96.0.8:80',
    POSTHORN_2_SERVICE_PORT_WEB: '80',
    POSTHORN_2_PORT_80_TCP_ADDR: '10.96.0.9',
  }

  it('ignore what Kubernetes sets for a Service named posthorn, and name it', () => {
    const settings = readSettings({ ...needed, ...ofAService })
    expect(settings.port).toBe(8071)
    expect([...settings.ignored].sort()).toEqual(Object.keys(ofAService).sort())
    expect(readSettings(needed).ignored).toEqual([])
    expect(readSettings({ ...needed, POSTHORN_PORT: 'tcp://[fd00::7]:8071' }).port).toBe(8071)
  })

  it('take a port that is one, also beside the variables of Kubernetes', () => {
    expect(readSettings({ ...needed, ...ofAService, POSTHORN_PORT: '8080' }).port).toBe(8080)
  })

  it.each([
    [{ POSTHORN_PORT: 'tcp://' }, /^POSTHORN_PORT is not valid/],
    [{ POSTHORN_PORT: 'tcp://10.0.0.1' }, /^POSTHORN_PORT is not valid/],
    [{ POSTHORN_PORT: 'http://10.0.0.1:80' }, /^POSTHORN_PORT is not valid/],
    [{ POSTHORN_PORT: '-1' }, /^POSTHORN_PORT is not valid/],
    [{ POSTHORN_HOST: 'tcp://10.0.0.1:80', POSTHORN_PORTS: '1' }, /^POSTHORN_PORTS is not a setting/],
    [{ POSTHORN_SERVICE: 'x' }, /^POSTHORN_SERVICE is not a setting/],
    [{ POSTHORN_PORT_TCP: 'x' }, /^POSTHORN_PORT_TCP is not a setting/],
    [{ posthorn_service_host: 'x', POSTHORN_API_PORT: '80' }, /^POSTHORN_API_PORT is not a setting/],
    [{ POSTHORN_DATABASE_URL: 'sqlite: ' }, /^POSTHORN_DATABASE_URL is not valid/],
  ])('refuse %j, which Kubernetes does not set', (env, message) => {
    const found = problems({ ...needed, ...env })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(message)
  })

  it('never print a secret', () => {
    const settings = readSettings(needed)
    const printed = [inspect(settings, { depth: 9 }), JSON.stringify(settings), String(settings.jwtSecret)].join('\n')
    for (const secret of Object.values(needed)) expect(printed).not.toContain(secret)
    expect(() => readSettings({ ...needed, POSTHORN_SECRET_KEY: 'canary' })).toThrow(/^(?!.*canary)/s)
  })
})
