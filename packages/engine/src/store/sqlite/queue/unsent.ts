import type { AttemptResult } from '../../../model.ts'
import type { StoredOutcome } from '../../queue.ts'
import type { QueueFile } from './queue-file.ts'

/** Records an ending that no attempt of this process had. */
export function addUnsent(
  { newId, outcomes }: QueueFile,
  of: Pick<StoredOutcome, 'app' | 'message' | 'eventType' | 'target' | 'generation' | 'trigger'>,
  result: AttemptResult,
  at: number,
): StoredOutcome {
  const { eventType, ...key } = of
  const nextAt = result === 'interrupted' ? at : null
  const outcome = { ...key, attempt: newId('atmpt', at), result, code: 0, startedAt: at, durationMs: 0, nextAt }
  return { ...outcome, eventType, seq: outcomes.add(outcome) }
}
