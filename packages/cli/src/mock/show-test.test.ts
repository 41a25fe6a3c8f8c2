import { expect, test } from 'vitest'
import type { TestOut } from '@posthorn/api'
import type { Io } from '../process/io.ts'
import { showTest } from './show-test.ts'

const io = { style: (style: string, text: string) => `<${style}>${text}</>` } as unknown as Io

const found = (daysLeft: number): TestOut => ({
  ok: false,
  steps: [
    { step: 'tls', ok: true, message: 'TLSv1.3, with a certificate', durationMs: 11.4 },
    { step: 'redirect', ok: false, message: 'HEAD was answered with 301\u001b[2J', durationMs: 5 },
  ],
  remoteAddress: '192.0.2.1',
  tls: {
    protocol: 'TLSv1.3',
    certificate: { subject: 'CN=a.example', issuer: 'O=Acme', validTo: '2026-12-02T00:00:00.000Z', daysLeft },
  },
  eventType: null,
  message: null,
})

test('shows subject and issuer of the certificate, and how long it is valid', () => {
  expect(showTest(found(61), io)).toBe(
    [
      '<green>✓ tls</>       11 ms  TLSv1.3, with a certificate',
      '<red>✗ redirect</>   5 ms  HEAD was answered with 301\\x1b[2J',
      '',
      '<dim>answered by</>  192.0.2.1',
      '<dim>certificate</>  <green>61 days left</>, until 2026-12-02, TLSv1.3',
      '<dim>subject    </>  CN=a.example',
      '<dim>issuer     </>  O=Acme',
      '',
      '<red>The test message was not sent.</>',
      '',
    ].join('\n'),
  )
})

test('a certificate that expires soon is red', () => {
  expect(showTest(found(1), io)).toContain('<red>1 day left</>')
})
