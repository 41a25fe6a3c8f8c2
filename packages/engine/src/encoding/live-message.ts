import type { StoredMessage } from '../store/queue.ts'
import type { Format } from './wire-message.ts'

/** A message in memory, shared by its deliveries, with the bodies that dialects made of it. */
export interface LiveMessage {
  readonly stored: StoredMessage
  /** By dialect: a body is a function of message and dialect, so endpoints that share a dialect share it. */
  readonly bodies: Map<object, Uint8Array | null>
  /** The time of the push that `bodies` show, where their dialects write it; `null`: none did yet. */
  pushedAt: number | null
  readonly bytes: number
  /** The format that the accept found able to carry it; `null` for one that was read from the store. */
  readonly checked: Format | null
}

export function liveMessage(stored: StoredMessage, checked: Format | null = null): LiveMessage {
  // Strings of one or two bytes a character; the exact number does not matter, the order of magnitude does.
  return { stored, bodies: new Map(), pushedAt: null, bytes: (stored.payload?.length ?? 0) + 512, checked }
}
