import type { CompiledDialect } from '@posthorn/wire'
import type { Endpoint } from '../model.ts'

/** When what waits for an endpoint leaves together: at whichever of these comes first. */
export interface BatchTerms {
  readonly maxMessages: number
  /** Bytes of the body. A message that is larger leaves alone. */
  readonly maxBytes: number
  /** How long the oldest waits at most. */
  readonly maxWaitMs: number
}

/**
 * The terms of an endpoint; `null`: each message leaves in a request of its own. A vendor whose body is always an array has
 * batches unless the endpoint says otherwise; where one message stands alone they have to be asked for.
 */
export function batchTerms({ dialect }: CompiledDialect, own: Endpoint['batch']): BatchTerms | null {
  const batch = dialect.body.kind === 'json' ? dialect.body.batch : undefined
  if (!batch || (own === null && batch.form === 'objectOrArray')) return null
  const maxMessages = Math.min(own?.maxMessages ?? batch.maxMessages, batch.maxMessages)
  const maxWaitMs = Math.min((own?.maxWaitSeconds ?? Number.POSITIVE_INFINITY) * 1000, batch.maxWaitMs)
  return maxMessages === 1 ? null : { maxMessages, maxBytes: batch.maxBytes, maxWaitMs }
}

/**
 * How many of the first elements fit into one body: at least one, since what is too large for any batch has to leave too.
 *
 * @param sizes bytes of each element, in order
 */
export function fitting(sizes: Iterable<number>, { maxMessages, maxBytes }: BatchTerms): number {
  let count = 0
  // The brackets; each element brings its comma.
  let bytes = 1
  for (const size of sizes) {
    bytes += size + 1
    if (count > 0 && (count === maxMessages || bytes > maxBytes)) break
    count += 1
  }
  return count
}
