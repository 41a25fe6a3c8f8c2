import type { TargetEntry } from '../directory/entries.ts'
import type { StoredMessage } from '../store/queue.ts'

/** A message as a dialect takes it. */
export interface WireMessage {
  readonly id: string
  readonly type: string
  readonly payload: string
  readonly occurredAt: number
  readonly acceptedAt: number
  readonly pushedAt: number
  readonly params: Readonly<Record<string, string>>
  /** The secret under which the result of an operation is fetched. */
  readonly claim?: string
}

/** A wire format, with the values that it may ask for where the message does not bring them. */
export type Format = Pick<TargetEntry, 'dialect' | 'params'>

/** What of a stored message goes on the wire. */
export type Sendable = Pick<StoredMessage, 'id' | 'eventType' | 'payload' | 'occurredAt' | 'acceptedAt' | 'params'>

/**
 * The message that a target gets. Params: message before endpoint before application.
 *
 * @param pushedAt when this push of it began
 * @throws Error when its payload was erased
 */
export function wireMessage(
  { params: defaults }: Pick<TargetEntry, 'params'>,
  message: Sendable,
  pushedAt: number = message.acceptedAt,
): WireMessage {
  const { id, eventType: type, payload, occurredAt, acceptedAt } = message
  if (payload === null) throw new Error('The payload of this message was expunged, so it cannot be sent any more.')
  const params = { ...defaults, ...message.params }
  const { claim } = params
  return { id, type, payload, occurredAt, acceptedAt, pushedAt, params, ...(claim !== undefined && { claim }) }
}
