import type { StoredMessage } from '../store/queue.ts'

/** A message in memory, shared by its deliveries, with the bodies that dialects made of it. */
export interface LiveMessage {
  readonly stored: StoredMessage
  /** By dialect: a body is a function of message and dialect, so endpoints that share a dialect share it. */
  readonly bodies: Map<object, Uint8Array | null>
  readonly bytes: number
}

export function liveMessage(stored: StoredMessage): LiveMessage {
  // Strings of one or two bytes a character; the exact number does not matter, the order of magnitude does.
  return { stored, bodies: new Map(), bytes: (stored.payload?.length ?? 0) + 512 }
}
