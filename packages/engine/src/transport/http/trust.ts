/**
 * Which certificates are believed: those of Node and the system, and those that the operator adds. There is no switch to
 * turn verification off, and the one that Node has is refused.
 */
import tls from 'node:tls'

export function createTrust(extraCa: readonly string[]): tls.SecureContext {
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new Error(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 would turn off the verification of every receiver: unset it, and name the ' +
        'certificates to trust besides the public ones in POSTHORN_EXTRA_CA',
    )
  }
  return tls.createSecureContext({
    minVersion: 'TLSv1.2',
    // Left out when there is nothing to add: Node then shares one parsed store instead of reading 150 certificates again.
    ...(extraCa.length > 0 ? { ca: [...tls.getCACertificates('default'), ...extraCa] } : {}),
  })
}
