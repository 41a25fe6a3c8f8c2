import type { EndpointMessageOut } from '@posthorn/api'
import type { EndpointMessage } from '@posthorn/engine'
import { withRawMember, type JsonText } from '../http/json-text.ts'
import { messageHead, payloadText } from '../messages/message.ts'
import { standing } from './attempt.ts'

/** A message as one endpoint sees it. */
export function endpointMessageText(
  { message, delivery }: EndpointMessage,
  withContent: boolean,
): JsonText<EndpointMessageOut> {
  const head = { ...messageHead(message), ...standing(delivery) }
  return withRawMember(head, 'payload', payloadText(message, withContent))
}
