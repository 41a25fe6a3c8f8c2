import { latestTimeMs, scan, type CompiledDialect } from '@posthorn/wire'
import type { Clock } from '../clock.ts'
import { wireMessage } from '../encoding/wire-message.ts'
import type { Directory } from '../directory/directory.ts'
import type { ApplicationEntry, TargetEntry } from '../directory/entries.ts'
import type { MessageInput } from '../engine.ts'
import { EngineError } from '../errors.ts'
import type { NewId } from '../ids.ts'
import {
  checkChannels,
  checkEventTypeName,
  checkEventId,
  checkParams,
  checkPlatformName,
  checkTags,
} from '../checks/checks.ts'
import { checkMatrix, checkStep } from '../checks/rules.ts'
import type { StoredMessage } from '../store/queue.ts'

/** Payloads above this are refused: they would sit in memory once an endpoint. */
const maxPayloadBytes = 1024 * 1024

const dayMs = 86_400_000

export interface AcceptParts {
  readonly clock: Clock
  readonly newId: NewId
  readonly directory: Directory
  readonly retentionDays: number
}

/** A message that passed every check, before it is known where it goes. */
export interface Draft {
  readonly message: StoredMessage
  readonly expiresAt: number
  readonly ownRetention: boolean
}

/**
 * Makes a message of what the producer sent. @throws EngineError `invalid`, `payload_too_large`, `platform_unsupported`
 */
export function draft(parts: AcceptParts, app: ApplicationEntry, input: MessageInput): Draft {
  const acceptedAt = parts.clock.now()
  if (input.occurredAt !== undefined) checkTime(input.occurredAt, 'occurredAt')
  if (input.deliverAt != null) checkTime(input.deliverAt, 'deliverAt')
  checkEventTypeName(input.eventType)
  if (input.eventId != null) checkEventId(input.eventId)
  if (input.channels) checkChannels(input.channels, 5)
  if (input.tags) checkTags(input.tags)
  if (input.params) checkParams(input.params)
  if (input.platform != null) checkPlatformName(input.platform, 'platform')
  checkMatrix(app.preset, input.platform ?? null, parts.directory.findEventType(app.application.org, input.eventType))
  const payload = typeof input.payload === 'string' ? input.payload : JSON.stringify(input.payload)
  checkPayload(payload)
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
    channels: input.channels?.length ? [...input.channels] : null,
    tags: input.tags?.length ? [...input.tags] : null,
    params: input.params ?? {},
    platform: input.platform ?? null,
    occurredAt: input.occurredAt ?? acceptedAt,
    acceptedAt,
    deliver: input.deliver ?? true,
    deliverAt,
    targets: [],
  }
  return { message, expiresAt, ownRetention: input.payloadRetentionDays !== undefined }
}

/** What a vendor wants to be true before anything is sent. @throws EngineError `plan_required`, `not_ready` */
export function checkMaySend({ preset, application }: ApplicationEntry): void {
  checkStep(preset, application, 'send')
}

/** Each dialect that will carry the message is asked once, so that nothing is accepted which could never be sent. */
export function checkTargets(message: StoredMessage, targets: readonly TargetEntry[]): void {
  const asked = new Set<CompiledDialect>()
  for (const entry of targets) {
    const alike = entry.sharesBodies && !entry.secondary
    if (alike && asked.has(entry.dialect)) continue
    if (alike) asked.add(entry.dialect)
    const wire = wireMessage(entry, message)
    const problem = entry.dialect.check(wire) ?? entry.secondary?.check(wire)
    if (!problem) continue
    const hint = problem.hint ? ` ${problem.hint}` : ''
    const code = problem.code === 'invalid_payload' ? 'invalid' : 'message_refused'
    throw new EngineError(code, `${problem.message}${hint} (endpoint ${entry.target.id})`, { field: 'payload' })
  }
  if (targets.length === 0) checkJson(message.payload ?? '')
}

function checkTime(timeMs: number, field: string): void {
  if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs > latestTimeMs)
    throw new EngineError(
      'invalid',
      `${field} is not a time: give whole milliseconds since 1970, as Date.now() does.`,
      { field },
    )
}

export function checkPayload(payload: string): void {
  if (payload.length > maxPayloadBytes || Buffer.byteLength(payload) > maxPayloadBytes)
    throw new EngineError(
      'payload_too_large',
      `The payload has ${Buffer.byteLength(payload)} bytes; the most is ${maxPayloadBytes}. Send a link to the data instead.`,
      { field: 'payload' },
    )
  if (!/^\s*\{/.test(payload))
    throw new EngineError(
      'invalid',
      'The payload must be a JSON object: {"...": ...}. Put other values into a member.',
      {
        field: 'payload',
      },
    )
}

export function checkJson(payload: string): void {
  const found = scan(payload)
  if (!found.ok)
    throw new EngineError(
      'invalid',
      `The payload is not JSON that can be sent: ${found.reason} (character ${found.at + 1}).`,
      {
        field: 'payload',
      },
    )
}
