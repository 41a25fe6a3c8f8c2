import type { CompiledDialect } from '@posthorn/wire'
import { EngineError } from '../errors.ts'

/** A secret that the dialect can sign with. @throws EngineError `secret_refused` */
export function checkSecret(secret: string, dialect: CompiledDialect, field = 'secret'): void {
  const problem = dialect.checkSecret(secret)
  if (problem)
    throw new EngineError('secret_refused', `${problem.message}${problem.hint ? ` ${problem.hint}` : ''}`, { field })
}
