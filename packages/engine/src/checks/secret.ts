import type { CompiledDialect } from '@posthorn/wire'
import { EngineError } from '../errors.ts'

/** Of a secret of Standard Webhooks, as the Svix API has it. The specification asks for 24 to 64. */
const mostStandardBytes = 75

/**
 * A secret that somebody sets now. Secrets of Standard Webhooks (`whsec_` and base64) have an upper bound, which receivers may rely on.
 * Other forms are the vendor's and have the bounds of its dialect. A longer one that is stored goes on signing.
 *
 * @throws EngineError `secret_refused`
 */
export function checkNewSecret(secret: string, dialect: CompiledDialect, field = 'secret'): void {
  checkSecret(secret, dialect, field)
  for (const compiled of dialect.reading.signatures) {
    const { algorithm, key } = compiled.signature
    if (algorithm !== 'hmac-sha256' || key.encoding !== 'base64' || key.prefix !== 'whsec_') continue
    const decoded = compiled.key(secret)
    if (!('bytes' in decoded) || decoded.bytes.length <= mostStandardBytes) continue
    throw new EngineError(
      'secret_refused',
      `The secret stands for ${decoded.bytes.length} bytes; at most ${mostStandardBytes} are allowed. Give 24 to ${mostStandardBytes} bytes in base64 after whsec_, or leave it out and one is made.`,
      { field },
    )
  }
}

/** A secret that the dialect can sign with. @throws EngineError `secret_refused` */
export function checkSecret(secret: string, dialect: CompiledDialect, field = 'secret'): void {
  const problem = dialect.checkSecret(secret)
  if (problem)
    throw new EngineError('secret_refused', `${problem.message}${problem.hint ? ` ${problem.hint}` : ''}`, { field })
}
