import { EngineError } from '@posthorn/engine'

/** For `catch`: what does not exist is `null`; any other error is thrown again. */
export function nullIfMissing(error: unknown): null {
  if (error instanceof EngineError && error.code === 'not_found') return null
  throw error
}
