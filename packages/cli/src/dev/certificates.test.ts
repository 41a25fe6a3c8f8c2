import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { certificates } from './certificates.ts'

const DAY_MS = 86_400_000
const now = Date.UTC(2026, 10, 22)
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-ca-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a certificate for the loopback names, signed by an authority whose key is not kept', async () => {
  const made = await certificates(folder, now)
  const [ca, server] = [new X509Certificate(made.ca), new X509Certificate(made.certificate)]
  expect(server.verify(ca.publicKey)).toBe(true)
  expect([server.checkHost('localhost'), server.checkIP('127.0.0.1'), server.checkIP('::1')]).toEqual([
    'localhost',
    '127.0.0.1',
    '::1',
  ])
  expect([ca.ca, server.ca]).toEqual([true, false])
  expect(Date.parse(server.validTo) - Date.parse(server.validFrom)).toBeLessThanOrEqual(398 * DAY_MS)
  expect(statSync(join(folder, 'receiver-key.pem')).mode & 0o777).toBe(0o600)
})

test('it is kept; a new one is made when it expires soon or is damaged', async () => {
  const first = await certificates(folder, now)
  expect(await certificates(folder, now + 300 * DAY_MS)).toEqual(first)
  const second = await certificates(folder, now + 392 * DAY_MS)
  expect(second.ca).not.toBe(first.ca)
  writeFileSync(join(folder, 'receiver.pem'), 'x')
  expect((await certificates(folder, now + 392 * DAY_MS)).certificate).not.toBe(second.certificate)
})
