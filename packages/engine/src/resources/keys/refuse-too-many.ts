import { mostOldSecrets } from '../../directory/rotation.ts'
import { EngineError } from '../../errors.ts'
import type { SealedSecret } from '../../store/catalog.ts'

/** Refuses a rotation while too many old secrets still sign: each adds a signature to every request. */
export function refuseTooMany(secrets: readonly SealedSecret[]): void {
  if (secrets.length - 1 <= mostOldSecrets) return
  throw new EngineError(
    'limit_reached',
    `${mostOldSecrets} old secrets still sign. Wait until one of them ends, or rotate with an overlap of 0.`,
  )
}
