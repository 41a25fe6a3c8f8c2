import { checkJson, checkPayload } from '../checks/payload.ts'
import { checkTarget } from '../pipeline/check-targets.ts'
import type { Clock, Random } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import type { Condition, WriteOptions } from '../write-options.ts'
import type { ResultFile } from './result.ts'
import { EngineError, notFound } from '../errors.ts'
import type { NewId } from '../ids.ts'
import { idempotencyRecord, repeated } from '../idempotency.ts'
import type { Operation } from '../model.ts'
import { refusal } from '../pipeline/refusal.ts'
import { acceptTwice, take } from '../pipeline/take.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { OperationEnding, OperationRow, OperationStore } from '../store/operation-store.ts'
import type { Queue, StaleCatalog, StoredMessage } from '../store/queue.ts'
import { hashOf, newFileToken } from './claim-id.ts'
import { tagOfOperation, checkTags } from '../checks/tag.ts'
import type { ReceivedFile, ResultFiles } from './files.ts'

export interface EndParts {
  readonly clock: Clock
  readonly random: Random
  readonly newId: NewId
  readonly directory: Directory
  readonly schedule: Schedule
  readonly queue: Queue
  readonly operations: OperationStore
  readonly files: ResultFiles
  readonly retentionDays: number
}

/** How an operation ended, without the time. */
export type Ending = Pick<OperationEnding, 'state' | 'error' | 'payload' | 'file'>

const dayMs = 86_400_000
const maxReasonChars = 1024

/** @throws EngineError `invalid`, `payload_too_large` */
export function payloadOf(payload: string): Ending {
  checkPayload(payload)
  checkJson(payload)
  return { state: 'ready', error: null, payload, file: null }
}

/** @throws EngineError `invalid` */
export function reasonOf(reason: string): Ending {
  if (reason.trim() === '' || reason.length > maxReasonChars)
    throw new EngineError(
      'invalid',
      `The reason has 1 to ${maxReasonChars} characters: say why the operation failed, because its caller reads it.`,
      {
        field: 'reason',
      },
    )
  return { state: 'failed', error: reason, payload: null, file: null }
}

/** Streams the file to disk. Everything that does not need the content is checked before the first byte is read. */
export async function fileOf(
  parts: EndParts,
  org: string,
  app: string,
  id: string,
  { file, name, contentType, bytes }: ResultFile,
  write: WriteOptions & Condition,
): Promise<{ readonly end: Ending; readonly received: ReceivedFile }> {
  const { directory, files, random } = parts
  checkName(name)
  checkContentType(contentType)
  files.checkSize(bytes)
  const row = await parts.operations.operation(directory.application(org, app).application.id, id)
  if (!row) throw notFound('operation', id)
  refuseEnded(row, write)
  checkOperation(row, write)
  // Random, because two uploads for one operation at the same time must not write into the same file.
  const stored = `${id}-${Buffer.from(random.bytes(8)).toString('hex')}`
  const received = await files.receive(stored, file, bytes)
  const token = newFileToken((count) => random.bytes(count))
  const kept = { tokenHash: hashOf(token), sealedToken: directory.vault.sealFileToken(id, token), name, contentType }
  const { digest } = received
  const end: Ending = {
    state: 'ready',
    error: null,
    payload: null,
    file: { stored, ...kept, bytes: received.bytes, digest },
  }
  return { end, received }
}

/**
 * Ends an operation. Its row, the message of its callback and the work of that message are written in one transaction, so
 * there is never a result without a callback, or a callback without a result.
 */
export async function endOperation(
  parts: EndParts,
  org: string,
  app: string,
  id: string,
  end: Ending,
  write: WriteOptions & Condition,
): Promise<Operation> {
  const { directory, clock } = parts
  const endOnce = async (since?: number): Promise<{ readonly accepted: Operation } | StaleCatalog> => {
    const entry = directory.application(org, app)
    const row = await parts.operations.operation(entry.application.id, id)
    if (!row) throw notFound('operation', id)
    refuseEnded(row, write)
    checkOperation(row, write)
    const now = clock.now()
    const message = callbackMessage(parts, row.operation, end.state, now)
    const expiresAt = now + row.lastsMs
    const operation = ended(row.operation, end, message, expiresAt)
    // The target exists before its work is written, so that the delivery can continue in memory.
    const isFirst = row.operation.state === 'running'
    if (isFirst) directory.awaitCallback({ ...row, id, app: message.app, url: operation.callbackUrl })
    let accepted = false
    try {
      const target = directory.target(id)
      if (target) checkTarget(message, target)
      const result = await take(parts, {
        message,
        expiresAt: now + Math.ceil(parts.retentionDays * dayMs),
        ownRetention: false,
        catalogVersion: entry.version,
        ...(since !== undefined && { since }),
        idempotency: idempotencyRecord(write.idempotency, operation, now),
        operation: { id, ...end, expiresAt },
      })
      accepted = result.state === 'accepted'
      if (result.state === 'accepted') return { accepted: operation }
      if (result.state === 'replay') throw repeated(write.idempotency, result)
      if (result.state !== 'stale_catalog') throw refusal(result, message)
      await directory.writes.catchUp(message.app, result.version)
      if (result.version === 0) throw notFound('application', app)
      return result
    } finally {
      if (isFirst && !accepted) directory.forgetCallback(id)
    }
  }
  return directory.writes.exclusively(`operation ${id}`, () => acceptTwice(endOnce))
}

/** A request with an Idempotency-Key is not refused here: it may be a repeat, which only the store can tell. */
function refuseEnded({ operation }: OperationRow, { idempotency }: WriteOptions): void {
  if (operation.state !== 'running' && !idempotency) throw refusal({ state: 'operation_ended' }, { eventId: null })
}

/** One that has ended is refused by the store, or this is a repeat. @throws EngineError `precondition_failed` */
function checkOperation({ operation }: OperationRow, condition: Condition): void {
  if (operation.state === 'running') checkTags(condition, [tagOfOperation(operation)])
}

/** The message that stands in the log for the callback. It does not contain the result, which the receiver fetches. */
function callbackMessage(
  { newId }: EndParts,
  { id, app, kind }: Operation,
  state: Ending['state'],
  now: number,
): StoredMessage {
  return {
    id: newId('msg', now),
    app,
    eventType: kind ?? 'operation',
    eventId: null,
    payload: JSON.stringify({ operation: id, kind, state }),
    channels: null,
    tags: null,
    params: {},
    platform: null,
    occurredAt: now,
    acceptedAt: now,
    deliver: true,
    deliverAt: null,
    targets: [id],
  }
}

function ended(
  before: Operation,
  { state, error, file }: Ending,
  message: StoredMessage,
  expiresAt: number,
): Operation {
  return {
    ...before,
    state,
    error,
    file: file && { name: file.name, contentType: file.contentType, bytes: file.bytes },
    message: message.id,
    completedAt: message.acceptedAt,
    expiresAt,
  }
}

/** The name is written into a response header, and downloaders use it as a file name. */
function checkName(name: string): void {
  // oxlint-disable-next-line no-control-regex -- the check looks for control characters
  const hidden = /[\u0000-\u001f\u007f-\u009f/\\]|\p{Cf}/u.test(name)
  if (name.trim() === '' || name === '.' || name === '..' || name.length > 200 || hidden || !name.isWellFormed())
    throw new EngineError(
      'invalid',
      'A file name has 1 to 200 characters, has no slashes, backslashes, control or invisible characters, and is not "." or "..": use another name.',
      { field: 'name' },
    )
}

const mediaType =
  /^[\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,128}(; ?[\w!#$&^.+-]{1,64}=("[\w .+-]{0,64}"|[\w!#$&^.+-]{1,64}))*$/

function checkContentType(contentType: string): void {
  if (contentType.length > 256 || !mediaType.test(contentType))
    throw new EngineError(
      'invalid',
      'The content type of a file must be a media type (RFC 9110, 8.3.1), such as application/zip or text/csv; charset=utf-8.',
      { field: 'contentType' },
    )
}
