/**
 * Which certificate authorities are trusted: those of Node and the system, and those that the operator adds. There is no
 * setting to turn verification off, and Node's own (`NODE_TLS_REJECT_UNAUTHORIZED=0`) is refused.
 */
import tls from 'node:tls'

export function createTrust(extraCa: readonly string[]): tls.SecureContext {
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new Error(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 would turn off the certificate check of every receiver: unset it, and name the ' +
        'certificates to trust in addition to the public ones in POSTHORN_EXTRA_CA',
    )
  }
  return tls.createSecureContext({
    minVersion: 'TLSv1.2',
    // Absent when there is nothing to add: Node then shares one parsed store and does not read 150 certificates again.
    ...(extraCa.length > 0 ? { ca: [...tls.getCACertificates('default'), ...extraCa] } : {}),
  })
}
