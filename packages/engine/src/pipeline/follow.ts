import type { Directory } from '../directory/directory.ts'
import type { TargetEntry } from '../directory/entries.ts'
import type { HealthKeeper } from '../health/keep-health.ts'
import type { AttemptLog } from '../log/attempt-log.ts'
import type { LiveDelivery } from '../schedule/live-delivery.ts'
import type { Pace, Schedule } from '../schedule/schedule.ts'
import type { Outcome } from '../transport/transport.ts'
import type { Recorded } from './record.ts'
import { pauseMs } from './retry.ts'

export interface FollowParts {
  readonly schedule: Schedule
  readonly attemptLog: AttemptLog
  readonly health: HealthKeeper
  readonly directory: Directory
}

/** What follows from a recorded outcome: the lane's pace, the log, the end of a callback, the health of an endpoint. */
export function follow(
  { schedule, attemptLog, health, directory }: FollowParts,
  delivery: LiveDelivery,
  { target }: TargetEntry,
  outcome: Outcome,
  { entries, decision, nextDue }: Recorded,
): void {
  if (isStale(outcome)) schedule.sendFresh(delivery)
  schedule.recorded(delivery, paceAfter(outcome), nextDue)
  attemptLog.append(entries)
  if (target.kind === 'operation') {
    if (nextDue === null) directory.forgetCallback(target.id)
  } else if (decision.counts)
    health.note(target.id, { success: outcome.kind === 'accepted', gone: decision.gone, pauseMs: pauseMs(outcome) })
}

function isStale(outcome: Outcome): boolean {
  return outcome.kind === 'unknown' && outcome.staleConnection === true
}

function paceAfter(outcome: Outcome): Pace {
  if (outcome.kind === 'accepted') return 'faster'
  if (outcome.kind === 'rejected') return outcome.reason === 'overloaded' ? 'slower' : 'same'
  return outcome.error.code === 'not_encodable' || isStale(outcome) ? 'same' : 'slower'
}
