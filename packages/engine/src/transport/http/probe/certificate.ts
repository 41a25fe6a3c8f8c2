/** Describes the TLS of a connection. */
import type tls from 'node:tls'
import type { ProbedTls } from '../../transport.ts'
import { printable } from './printable.ts'

const DAY_MS = 86_400_000

/** `null` when the connection is already closed. */
export function describeTls(socket: tls.TLSSocket): ProbedTls | null {
  const protocol = socket.getProtocol()
  const certificate = socket.getPeerX509Certificate()
  if (protocol === null || certificate === undefined) return null
  const validTo = Date.parse(certificate.validTo)
  return {
    protocol,
    certificate: {
      subject: nameOf(certificate.subject),
      issuer: nameOf(certificate.issuer),
      validTo,
      daysLeft: Math.floor((validTo - Date.now()) / DAY_MS),
    },
  }
}

/** `O=Acme, CN=hooks.example.com`. Node writes each part on its own line. A certificate may have no subject. */
function nameOf(lines: string | undefined): string {
  return printable((lines ?? '').trim().replaceAll('\n', ', '))
}
