import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificates, type Certificates } from '../../../cli/src/dev/certificates.ts'
import type { RunningServer } from '../../src/index.ts'
import { startTestServer } from '../support.ts'

export interface TrustingServer {
  readonly server: RunningServer
  /** What receivers on this machine serve; the server trusts its authority. */
  readonly certificate: Certificates
}

/**
 * A server that verifies https deliveries as in production, since it trusts the authority of a certificate made for the occasion. A
 * certificate of long ago has run out (397 days), while its authority has not (825).
 */
export async function startTrustingServer(madeAtMs = Date.now()): Promise<TrustingServer> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-vendors-'))
  try {
    const certificate = await certificates(folder, madeAtMs)
    return { certificate, server: await startTestServer({ POSTHORN_EXTRA_CA: certificate.caFile }) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
