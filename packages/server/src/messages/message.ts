import type { MessageIn, MessageOut } from '@posthorn/api'
import type { Message, MessageInput } from '@posthorn/engine'
import { scan } from '@posthorn/wire'
import { requireObject } from '../http/json-body.ts'
import { invalidField } from '../http/refusal.ts'
import { withRawMember, type JsonText } from '../http/json-text.ts'
import { isoTime, isoTimeOrNull } from '../iso-time.ts'
import { withoutUndefined } from '../without-undefined.ts'

/** A message without its payload, which is never parsed. */
export function messageHead(message: Message): Omit<MessageOut, 'payload'> {
  return {
    id: message.id,
    eventType: message.eventType,
    eventId: message.eventId,
    channels: message.channels === null ? null : [...message.channels],
    tags: message.tags === null ? null : [...message.tags],
    timestamp: isoTime(message.acceptedAt),
    deliverAt: isoTimeOrNull(message.deliverAt),
    occurredAt: isoTime(message.occurredAt),
    params: { ...message.params },
    platform: message.platform,
    deliver: message.deliver,
  }
}

/** `{}` stands for a payload that was not asked for, `null` for one that was erased. */
export function payloadText(message: Message, withContent: boolean): string {
  return withContent ? (message.payload ?? 'null') : '{}'
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
  return withoutUndefined({
    eventType: body.eventType,
    payload: payloadOf(body, raw),
    eventId: body.eventId,
    channels: body.channels,
    tags: body.tags,
    params: body.params,
    platform: body.platform,
    occurredAt: body.occurredAt ?? undefined,
    deliver: body.deliver,
    deliverAt: body.deliverAt ?? undefined,
    payloadRetentionDays: days,
  })
}

/**
 * Svix's SDKs send "this exact text" as `transformationsParams.rawPayload` beside an empty payload. Payloads go out byte
 * for byte here anyway, so it is simply the payload, as long as it is one.
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
