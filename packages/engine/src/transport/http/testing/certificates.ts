/** Makes certificates for tests with the `openssl` program: a valid one, and one with each fault. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  readonly key: string
  readonly cert: string
}

export interface CertificateOptions {
  /** In openssl's form: `DNS:hooks.test,IP:127.0.0.1`. */
  readonly names: string
  /** The certificate of the authority; self-signed when absent. */
  readonly signedBy?: Certificate
  readonly isAuthority?: boolean
  readonly validity?: { readonly from: Date; readonly to: Date }
  readonly rsaBits?: number
}

const DAY_MS = 86_400_000

export function makeCertificate({
  names,
  signedBy,
  isAuthority = false,
  validity,
  rsaBits,
}: CertificateOptions): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const file = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    const algorithm =
      rsaBits === undefined
        ? ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
        : ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${rsaBits}`]
    openssl('genpkey', ...algorithm, '-out', file('key'))
    openssl('req', '-new', '-key', file('key'), '-subj', '/CN=posthorn test', '-out', file('request'))
    const { from, to } = validity ?? { from: new Date(Date.now() - DAY_MS), to: new Date(Date.now() + DAY_MS) }
    // `openssl ca`, because in OpenSSL 3.0 `openssl x509` cannot set both dates.
    writeFileSync(file('index'), '')
    writeFileSync(file('config'), CONFIG(folder, isAuthority, names))
    writeFileSync(file('ca-key'), signedBy?.key ?? readFileSync(file('key')))
    if (signedBy !== undefined) writeFileSync(file('ca'), signedBy.cert)
    const issuer = signedBy === undefined ? ['-selfsign'] : ['-cert', file('ca')]
    const dates = ['-startdate', asn1Time(from), '-enddate', asn1Time(to)]
    const files = ['-config', file('config'), '-in', file('request'), '-keyfile', file('ca-key'), '-out', file('cert')]
    openssl('ca', '-batch', '-notext', ...issuer, ...dates, ...files)
    return { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('cert'), 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const CONFIG = (folder: string, isAuthority: boolean, names: string): string => `
[ca]
default_ca = default
[default]
database = ${folder}/index
new_certs_dir = ${folder}
default_md = sha256
policy = any
rand_serial = yes
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
basicConstraints = critical,CA:${isAuthority}
subjectAltName = ${names}
`

/** `20261231235959Z` */
function asn1Time(date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
}
