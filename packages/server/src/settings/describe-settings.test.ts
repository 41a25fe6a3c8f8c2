import { expect, test } from 'vitest'
import { describeSettings } from './describe-settings.ts'

const described = describeSettings()

test('every setting is described, with its default or as required', () => {
  expect(new Set(described.map(({ env }) => env)).size).toBe(described.length)
  expect(described.find(({ env }) => env === 'POSTHORN_PORT')).toMatchObject({ default: '8071', secret: false })
  expect(described.filter((setting) => setting.default === null).map(({ env, make }) => [env, make])).toEqual([
    ['POSTHORN_JWT_SECRET', 'openssl rand -hex 32'],
    ['POSTHORN_SECRET_KEY', 'openssl rand -base64 32'],
  ])
  for (const setting of described) {
    expect(setting.description, setting.env).toMatch(/^[A-Z][^\n]*\.$/)
    expect(setting.default ?? 'required', setting.env).not.toMatch(/^(null|undefined|)$/)
  }
})

test('says which values are secret', () => {
  expect(described.filter(({ secret }) => secret).map(({ env }) => env)).toEqual([
    'POSTHORN_JWT_SECRET',
    'POSTHORN_SECRET_KEY',
    'POSTHORN_DATABASE_URL',
  ])
})
