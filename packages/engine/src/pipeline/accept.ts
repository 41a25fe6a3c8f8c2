import { listOrNull, messageFields, paramTexts, type MessageInput } from '@posthorn/model'
import type { MessageCheck } from '@posthorn/preset'
import { checkPayloadSchema, unknownEventType } from '../checks/event-type.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import type { ApplicationEntry } from '../directory/entries.ts'
import { EngineError } from '../errors.ts'
import type { NewId } from '../ids.ts'
import { checkInput } from '../checks/input.ts'
import { checkPayload } from '../checks/payload.ts'
import { checkMatrix, checkStep } from '../checks/rules.ts'
import type { StoredMessage } from '../store/queue.ts'

const dayMs = 86_400_000

export interface AcceptParts {
  readonly clock: Clock
  readonly newId: NewId
  readonly directory: Directory
  readonly retentionDays: number
  /** Checks of messages that the operator switched on; those of a preset come on top. */
  readonly checks: readonly MessageCheck[]
}

/** A message that passed every check, before it is known where it goes. */
export interface Draft {
  readonly message: StoredMessage
  readonly expiresAt: number
  readonly ownRetention: boolean
}

/**
 * Makes a message of what the producer sent. @throws EngineError `invalid`, `payload_too_large`,
 * `platform_unsupported`, `unknown_event_type`, `payload_invalid`
 */
export function draft(parts: AcceptParts, app: ApplicationEntry, input: MessageInput): Draft {
  const acceptedAt = parts.clock.now()
  checkInput(messageFields, input, 'create')
  const eventType = parts.directory.eventTypeOf(app, input.eventType)
  if (!eventType && isOn(parts, app, 'types'))
    throw unknownEventType(
      input.eventType,
      parts.directory.eventTypesOf(app).map(({ name }) => name),
      'eventType',
    )
  checkMatrix(app.preset, input.platform ?? null, eventType)
  const payload = typeof input.payload === 'string' ? input.payload : JSON.stringify(input.payload)
  checkPayload(payload)
  if (eventType && isOn(parts, app, 'schema')) checkPayloadSchema(eventType, payload)
  const days = input.payloadRetentionDays ?? parts.retentionDays
  if (!(days > 0 && days <= parts.retentionDays))
    throw new EngineError(
      'invalid',
      `A payload is kept for up to ${parts.retentionDays} days; ${days} was asked for.`,
      {
        field: 'payloadRetentionDays',
      },
    )
  const expiresAt = acceptedAt + Math.ceil(days * dayMs)
  const deliverAt = input.deliverAt != null && input.deliverAt > acceptedAt ? input.deliverAt : null
  if (deliverAt !== null && !(deliverAt <= expiresAt))
    throw new EngineError(
      'invalid',
      `A message is delivered within its retention: ${days} days from now at the latest.`,
      {
        field: 'deliverAt',
      },
    )
  const message: StoredMessage = {
    id: parts.newId('msg', acceptedAt),
    app: app.application.id,
    eventType: input.eventType,
    eventId: input.eventId ?? null,
    payload,
    channels: listOrNull(input.channels ?? null),
    tags: listOrNull(input.tags ?? null),
    params: input.params ? paramTexts(input.params) : {},
    platform: input.platform ?? null,
    occurredAt: input.occurredAt ?? acceptedAt,
    acceptedAt,
    deliver: input.deliver ?? true,
    deliverAt,
    targets: [],
  }
  return { message, expiresAt, ownRetention: input.payloadRetentionDays !== undefined }
}

function isOn({ checks }: Pick<AcceptParts, 'checks'>, { preset }: ApplicationEntry, check: MessageCheck): boolean {
  return checks.includes(check) || preset?.rules.checks?.includes(check) === true
}

/** Checks the preset's requirements for sending. @throws EngineError `plan_required`, `not_ready` */
export function checkMaySend({ preset, application }: ApplicationEntry): void {
  checkStep(preset, application, 'send')
}
