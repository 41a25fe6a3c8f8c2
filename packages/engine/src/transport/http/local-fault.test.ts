import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { classify } from './errors.ts'
import { resolverFault } from './local-fault.ts'

const systemError = (code: string, address?: string) => Object.assign(new Error(code), { code, address })
const where = 'hooks.example.com (93.184.216.34:443)'

describe('a failed connection', () => {
  test.each([
    ['EMFILE', 'local_shortage'],
    ['ENFILE', 'local_shortage'],
    ['ENOBUFS', 'local_shortage'],
    ['ENOMEM', 'local_shortage'],
    ['EADDRNOTAVAIL', 'local_fault'],
    ['ENETDOWN', 'local_fault'],
  ])('A7 with %s is a %s of this machine, and names no receiver', (code, expected) => {
    const failure = classify('connect', systemError(code, '127.0.0.1'), where)
    expect(failure.code).toBe(expected)
    expect(failure.message).toContain(code)
    expect(failure.message).not.toContain('hooks.example.com')
  })

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES'])(
    'with %s is a failed attempt',
    (code) => {
      expect(classify('connect', systemError(code, '127.0.0.1'), where).code).not.toMatch(/^local_/)
    },
  )

  test('to an address of a family that this machine does not have is a failed attempt: waiting would not help', () => {
    const hasPublicV6 = Object.values(networkInterfaces()).some((entries) =>
      entries?.some(({ family, internal, address }) => family === 'IPv6' && !internal && !address.startsWith('fe80:')),
    )
    const failure = classify('connect', systemError('EADDRNOTAVAIL', '2001:db8::1'), where)
    expect(failure.code).toBe(hasPublicV6 ? 'local_fault' : 'connect_failed')
  })
})

test.each([
  ['ECONNREFUSED', true],
  ['EFILE', true],
  ['ENOMEM', true],
  ['ETIMEOUT', false],
  ['ESERVFAIL', false],
  ['EREFUSED', false],
  ['ENOTFOUND', false],
])('A7 a look-up that failed with %s: a fault of this machine is %s', (code, isLocal) => {
  expect(resolverFault(code) !== null).toBe(isLocal)
})
