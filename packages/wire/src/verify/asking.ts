/**
 * Verifying as questions and answers. The same judgement then works in every runtime: some compute signatures at once,
 * others only as promises.
 */
import type { CryptoKeyBytes, SignedPieces } from '../crypto/cryptography.ts'

/** One question to the cryptography: is this the signature of these pieces under this key? */
export interface Check {
  key: CryptoKeyBytes
  pieces: SignedPieces
  signature: Uint8Array<ArrayBuffer>
}

/** A judgement without the cryptography: it yields checks, is resumed with their answers, and returns its result. */
export type Asking<Result> = Generator<readonly Check[], Result, readonly boolean[]>
