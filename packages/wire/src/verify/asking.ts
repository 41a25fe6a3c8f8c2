/**
 * Verifying as questions and answers, so that one implementation works in every runtime. Some compute signatures
 * synchronously, others only with promises.
 */
import type { CryptoKeyBytes, SignedPieces } from '../crypto/cryptography.ts'

/** One question to the cryptography: is this the signature of these pieces under this key? */
export interface Check {
  key: CryptoKeyBytes
  pieces: SignedPieces
  signature: Uint8Array<ArrayBuffer>
}

/**
 * A part of verifying without the cryptography. It yields checks, is resumed with their answers, and returns its
 * result.
 */
export type Asking<Result> = Generator<readonly Check[], Result, readonly boolean[]>
