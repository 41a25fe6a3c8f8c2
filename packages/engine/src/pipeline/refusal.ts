import { EngineError } from '../errors.ts'
import type { Message } from '../model.ts'
import type { AcceptResult } from '../store/queue.ts'

/** Why an accept was refused, as the error that its caller gets. */
export function refusal(
  result: Exclude<AcceptResult, { readonly state: 'accepted' | 'stale_catalog' | 'replay' }>,
  { eventId }: Pick<Message, 'eventId'>,
): EngineError {
  switch (result.state) {
    case 'duplicate_event':
      return new EngineError(
        'conflict',
        `A message with the eventId ${eventId ?? ''} was accepted before. It was not accepted again; nothing needs to be done.`,
        { field: 'eventId' },
      )
    case 'operation_ended':
      return new EngineError(
        'conflict',
        'This operation has already ended. Its result is unchanged and its callback is sent; nothing needs to be done.',
      )
  }
}
