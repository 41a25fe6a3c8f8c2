import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../process/make-folder.ts'
import { writePrivate } from '../process/write-private.ts'

/** The certificate of the built-in https receiver, and the authority that the server must trust. All in PEM format. */
export interface Certificates {
  readonly ca: string
  readonly caFile: string
  readonly certificate: string
  readonly key: string
}

const DAY_MS = 86_400_000
const CA_DAYS = 825
/** Clients refuse server certificates that are valid for longer than 398 days. */
const SERVER_DAYS = 397

const NAMES = [
  { type: 2, value: 'localhost' },
  { type: 7, ip: '127.0.0.1' },
  { type: 7, ip: '::1' },
]

/**
 * A certificate authority and a certificate for the loopback names of this machine, stored in a folder, so that https
 * deliveries are verified in development exactly as in production. New ones are made when they are missing, damaged or
 * about to expire.
 */
export async function certificates(folder: string, nowMs: number): Promise<Certificates> {
  makeFolder(folder)
  const caFile = join(folder, 'ca.pem')
  const files = [caFile, join(folder, 'receiver.pem'), join(folder, 'receiver-key.pem')]
  const [ca, certificate, key] = files.map(read)
  if (ca && certificate && key && valid(ca, certificate, nowMs)) return { ca, caFile, certificate, key }
  const made = await make(nowMs)
  // The key of the authority is not stored, so nobody can sign another certificate that developers trust.
  writePrivate(caFile, made.ca)
  writePrivate(join(folder, 'receiver.pem'), made.certificate)
  writePrivate(join(folder, 'receiver-key.pem'), made.key)
  return { caFile, ...made }
}

function valid(ca: string, certificate: string, nowMs: number): boolean {
  try {
    const server = new X509Certificate(certificate)
    const authority = new X509Certificate(ca)
    return server.verify(authority.publicKey) && Date.parse(server.validTo) - nowMs > 7 * DAY_MS
  } catch {
    return false
  }
}

async function make(nowMs: number): Promise<{ ca: string; certificate: string; key: string }> {
  const { default: forge } = await import('node-forge')
  // The keys come from Node (native, 0.1 s instead of several); the library only builds the certificates.
  const [caKeys, serverKeys] = [keys(), keys()]
  const authority = [{ name: 'commonName', value: `Posthorn development CA ${randomBytes(4).toString('hex')}` }]

  const sign = (
    publicKey: string,
    subject: readonly { name: string; value: string }[],
    days: number,
    extensions: object[],
  ) => {
    const certificate = forge.pki.createCertificate()
    certificate.publicKey = forge.pki.publicKeyFromPem(publicKey)
    // A serial number must be positive, so its first bit must be clear.
    certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
    certificate.validity = { notBefore: new Date(nowMs - DAY_MS), notAfter: new Date(nowMs + days * DAY_MS) }
    certificate.setSubject(subject)
    certificate.setIssuer(authority)
    certificate.setExtensions(extensions)
    certificate.sign(forge.pki.privateKeyFromPem(caKeys.privateKey), forge.md.sha256.create())
    return forge.pki.certificateToPem(certificate)
  }

  return {
    ca: sign(caKeys.publicKey, authority, CA_DAYS, [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      { name: 'subjectKeyIdentifier' },
    ]),
    certificate: sign(serverKeys.publicKey, [{ name: 'commonName', value: 'localhost' }], SERVER_DAYS, [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: NAMES },
    ]),
    key: serverKeys.privateKey,
  }
}

function keys(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
