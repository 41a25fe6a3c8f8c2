import type { Endpoint } from '@posthorn/model'
import { checkStep } from '../checks/rules.ts'
import type { Engine } from '../engine.ts'
import { EngineError, notFound } from '../errors.ts'
import { idempotencyRecord, orRepeated, repeated } from '../idempotency.ts'
import { usedUp } from '../schedule/used-up.ts'
import type { WriteOptions } from '../write-options.ts'
import { endPause } from './end-pause.ts'
import type { RecoverParts } from './recover.ts'

/**
 * Sends one delivery again, now. One that waits, or is held, has its next attempt now and keeps the rest of its schedule. One that has
 * ended has one attempt. One that never had an attempt at this endpoint has its whole schedule.
 */
export function resend(parts: RecoverParts): Engine['resend'] {
  return (org, app, message, endpoint, write = {}) =>
    orRepeated(parts, write, () => resendOnce(parts, { org, app, message, endpoint }, write))
}

interface DeliveryName {
  readonly org: string
  readonly app: string
  readonly message: string
  readonly endpoint: string
}

async function resendOnce(
  parts: RecoverParts,
  { org, app, message, endpoint }: DeliveryName,
  write: WriteOptions,
): Promise<void> {
  const { directory, queue, ledger, schedule, clock } = parts
  const owner = directory.application(org, app)
  checkStep(owner.preset, owner.application, 'send')
  const entry = directory.endpoint(org, app, endpoint)
  checkSends(entry.endpoint)
  const stored = await queue.message(owner.application.id, message)
  if (!stored) throw notFound('message', message)
  if (!stored.deliver)
    throw new EngineError(
      'conflict',
      'This message is recorded and never delivered (`deliver: false`), so it cannot be sent again either. Send a new one.',
      { field: 'message' },
    )
  if (stored.payload === null)
    throw new EngineError(
      'missing_payload',
      'The payload of this message was erased, or its retention is over, so it cannot be sent again. Send a new message.',
      { field: 'message' },
    )
  const target = entry.endpoint.id
  const last = (await ledger.latest(owner.application.id, stored.id)).find((row) => row.endpoint === target)
  const now = clock.now()
  const item = {
    app: owner.application.id,
    target,
    message: stored.id,
    due: now,
    generation: last?.attempt.attempt ?? 0,
    failures: last ? usedUp : 0,
    bringForward: true,
  }
  const wasPaused = await endPause(parts, entry)
  const result = await queue.requeue([item], idempotencyRecord(write.idempotency, null, now))
  if (result.state === 'replay') throw repeated(write.idempotency, result)
  // One that waited in memory for the end of the pause is on its way already.
  if (result.queued === 0 && !wasPaused)
    throw new EngineError(
      'conflict',
      'This delivery is being sent now, so it is not sent again. Check its attempts in a moment.',
      {
        field: 'message',
      },
    )
  schedule.noteStored(target, owner.application.id, now)
}

/** It would wait there until somebody recovers it, and its place in the schedule would be lost. @throws EngineError `conflict` */
function checkSends({ disabled, hold }: Endpoint): void {
  if (!disabled && hold === null) return
  const what = disabled ? 'This endpoint is off' : `This endpoint is held (${hold})`
  throw new EngineError(
    'conflict',
    `${what}, so nothing is sent to it. Switch it on (disabled: false), then send the message again.`,
    { field: 'disabled' },
  )
}
