import type { MessageIn, MessageOut } from '@posthorn/api'
import type { Message, MessageInput } from '@posthorn/engine'
import { answerOf, inputOf, messageFields } from '@posthorn/model'
import { scan } from '@posthorn/wire'
import { requireObject } from '../http/json-body.ts'
import { invalidField } from '../http/refusal.ts'
import { withRawMember, type JsonText } from '../http/json-text.ts'

const { payload: _, ...headFields } = messageFields

/** A message without its payload, which is never parsed. */
export const messageHead: (message: Message) => Omit<MessageOut, 'payload'> = answerOf(headFields)

/** What stands for a payload that was erased, or whose retention is over. Clients of Svix look for it. */
const erased = '{"expired":true}'

/** `{}` stands for a payload that was not asked for. */
export function payloadText(message: Message, withContent: boolean): string {
  return withContent ? (message.payload ?? erased) : '{}'
}

export function messageText(message: Message, withContent: boolean): JsonText<MessageOut> {
  return withRawMember(messageHead(message), 'payload', payloadText(message, withContent))
}

export function messageInput(body: Omit<MessageIn, 'payload'>, raw: string | null): MessageInput {
  if (body.payloadRetentionPeriod != null && body.payloadRetentionHours != null) {
    throw invalidField(
      ['body', 'payloadRetentionHours'],
      'Give `payloadRetentionPeriod` (days) or `payloadRetentionHours`, not both.',
    )
  }
  const days =
    body.payloadRetentionPeriod ?? (body.payloadRetentionHours == null ? undefined : body.payloadRetentionHours / 24)
  return {
    ...inputOf(headFields, body),
    payload: payloadOf(body, raw),
    ...(days !== undefined && { payloadRetentionDays: days }),
  }
}

/**
 * The text of the payload. Svix's SDKs send a payload that must keep its exact text as `transformationsParams.rawPayload`, beside
 * an empty `payload`. Every payload keeps its exact text here, so `rawPayload` is used as the payload. It must be a JSON object.
 */
function payloadOf(body: Omit<MessageIn, 'payload'>, raw: string | null): string {
  const override = body.transformationsParams?.['rawPayload']
  if (override === undefined || override === null) {
    if (raw === null) throw invalidField(['body', 'payload'], '`payload` is missing.', 'value_error.missing')
    return requireObject(raw, ['body', 'payload'])
  }
  const path = ['body', 'transformationsParams', 'rawPayload']
  const scanned = typeof override === 'string' ? scan(override) : null
  if (typeof override !== 'string' || !scanned?.ok || scanned.kind !== 'object') {
    throw invalidField(path, '`rawPayload` must be the text of a JSON object: other content types cannot be delivered.')
  }
  const headers = body.transformationsParams?.['headers']
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (name.toLowerCase() === 'content-type' && String(value).toLowerCase().startsWith('application/json')) continue
    throw invalidField(
      ['body', 'transformationsParams', 'headers', name],
      'Headers of a single message are not supported. Set them on the endpoint; its dialect sets the content type.',
    )
  }
  return override.trim()
}
