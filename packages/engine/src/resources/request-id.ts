import { idFromBase62, idFromUuid } from '@posthorn/wire'

/** The message behind an id that a receiver saw, in whichever form its dialect wrote it: `msg_...`, a UUID, 16 characters. */
export function messageIdOf(requestId: string): string {
  if (requestId.startsWith('msg_')) return requestId
  const uuid = idFromUuid(requestId)
  return uuid === requestId ? idFromBase62(requestId) : uuid
}
