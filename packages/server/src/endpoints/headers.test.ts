import { expect, it } from 'vitest'
import { headersOut } from './headers.ts'

it.each([
  'Authorization',
  'Proxy-Authorization',
  'Cookie',
  'X-Auth',
  'x-auth-key',
  'X-Token-Id',
  'client-secret',
  'X-Password',
  'Api-Key',
  'x-apikey',
  'X-Credentials',
  'X-Functions-Key',
  'X-Pass',
])('names %s and does not show its value', (name) => {
  expect(headersOut({ [name]: 'canary', 'X-Tenant': '7' })).toEqual({ headers: { 'X-Tenant': '7' }, sensitive: [name] })
})
