/** The part of node-forge that dev/certificates.ts uses; the package has no types of its own. */
declare module 'node-forge' {
  interface Key {
    readonly brand: unique symbol
  }
  interface Attribute {
    name: string
    value: string
  }
  interface Certificate {
    publicKey: Key
    serialNumber: string
    validity: { notBefore: Date; notAfter: Date }
    readonly subject: { attributes: Attribute[] }
    setSubject(attributes: readonly Attribute[]): void
    setIssuer(attributes: readonly Attribute[]): void
    setExtensions(extensions: readonly object[]): void
    sign(key: Key, digest: object): void
  }
  const forge: {
    md: { sha256: { create(): object } }
    pki: {
      createCertificate(): Certificate
      certificateFromPem(pem: string): Certificate
      certificateToPem(certificate: Certificate): string
      privateKeyFromPem(pem: string): Key
      publicKeyFromPem(pem: string): Key
    }
  }
  export default forge
}
