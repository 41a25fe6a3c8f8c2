import type { CompiledDialect } from '@posthorn/wire'
import type { Message } from '../model.ts'
import type { StoredMessage } from '../store/queue.ts'

/** A stored message as it is shown: with its id in the form of a dialect, which is what a receiver sees. */
export function shownMessage(stored: StoredMessage, dialect: Pick<CompiledDialect, 'requestId'>): Message {
  return { ...stored, requestId: dialect.requestId(stored.id) }
}
