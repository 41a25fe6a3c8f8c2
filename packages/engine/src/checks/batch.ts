import type { EndpointInput } from '@posthorn/model'
import type { CompiledDialect } from '@posthorn/wire'
import { EngineError } from '../errors.ts'

/** Bounds of an endpoint's batches lie within those of its dialect. */
export function checkBatch(batch: NonNullable<EndpointInput['batch']>, { dialect }: CompiledDialect): void {
  const most = dialect.body.kind === 'json' ? dialect.body.batch : undefined
  if (!most) throw invalid('batch', `${dialect.title} sends each message in a request of its own. Leave \`batch\` out.`)
  const { maxMessages, maxWaitSeconds } = batch
  if (maxMessages != null && !(Number.isInteger(maxMessages) && maxMessages >= 1 && maxMessages <= most.maxMessages))
    throw invalid('batch.maxMessages', `A batch of ${dialect.title} has 1 to ${most.maxMessages} messages.`)
  if (maxWaitSeconds != null && !(maxWaitSeconds >= 0.1 && maxWaitSeconds * 1000 <= most.maxWaitMs))
    throw invalid(
      'batch.maxWaitSeconds',
      `The first message of a batch of ${dialect.title} waits 0.1 to ${most.maxWaitMs / 1000} seconds.`,
    )
}

function invalid(field: string, message: string): EngineError {
  return new EngineError('invalid', message, { field })
}
