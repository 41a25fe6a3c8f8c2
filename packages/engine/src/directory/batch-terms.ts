import type { CompiledDialect } from '@posthorn/wire'
import type { Endpoint } from '../model.ts'

/** When the messages that wait for an endpoint leave together: at whichever of these comes first. */
export interface BatchTerms {
  readonly maxMessages: number
  /** Bytes of the body. A message that is larger leaves alone. */
  readonly maxBytes: number
  /** The longest wait of the oldest message. */
  readonly maxWaitMs: number
}

/**
 * The terms of an endpoint; `null`: each message leaves in a request of its own. A dialect whose body is always an array has
 * batches unless the endpoint says otherwise. Where a single message stands without an array, the endpoint has to ask for them.
 */
export function batchTerms({ dialect }: CompiledDialect, own: Endpoint['batch']): BatchTerms | null {
  const batch = dialect.body.kind === 'json' ? dialect.body.batch : undefined
  if (!batch || (own === null && batch.form === 'objectOrArray')) return null
  const maxMessages = Math.min(own?.maxMessages ?? batch.maxMessages, batch.maxMessages)
  const maxWaitMs = Math.min((own?.maxWaitSeconds ?? Number.POSITIVE_INFINITY) * 1000, batch.maxWaitMs)
  return maxMessages === 1 ? null : { maxMessages, maxBytes: batch.maxBytes, maxWaitMs }
}
