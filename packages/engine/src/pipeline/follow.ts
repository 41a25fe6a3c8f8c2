import type { HealthKeeper } from '../health/keep-health.ts'
import type { AttemptLog } from '../log/attempt-log.ts'
import type { LiveDelivery } from '../schedule/live-delivery.ts'
import type { Pace, Schedule } from '../schedule/schedule.ts'
import type { Outcome } from '../transport/transport.ts'
import type { Recorded } from './record.ts'

export interface FollowParts {
  readonly schedule: Schedule
  readonly attemptLog: AttemptLog
  readonly health: HealthKeeper
}

/** What follows from a recorded outcome: the lane's pace, the log, the endpoint's health. */
export function follow(
  { schedule, attemptLog, health }: FollowParts,
  delivery: LiveDelivery,
  outcome: Outcome,
  { entries, decision, nextDue }: Recorded,
): void {
  schedule.recorded(delivery, paceAfter(outcome), nextDue)
  attemptLog.append(entries)
  // What could not be encoded says nothing about the receiver, and neither does a batch that was too large.
  const neverLeft = outcome.kind === 'unknown' && outcome.error.code === 'not_encodable'
  const tooLarge = outcome.kind === 'rejected' && outcome.reason === 'too_large' && entries.length > 1
  if (!neverLeft && !tooLarge)
    health.note(delivery.target, { success: outcome.kind === 'accepted', gone: decision.gone })
}

function paceAfter(outcome: Outcome): Pace {
  if (outcome.kind === 'accepted') return 'faster'
  if (outcome.kind === 'rejected') return outcome.reason === 'overloaded' ? 'slower' : 'same'
  return outcome.error.code === 'not_encodable' ? 'same' : 'slower'
}
