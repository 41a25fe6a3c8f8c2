import type { Clock } from '../clock.ts'
import type { Log } from '../options.ts'
import type { LiveDelivery } from '../schedule/live-delivery.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { Queue } from '../store/queue.ts'
import { untilStored } from '../store/until-stored.ts'

export interface BatchParts {
  readonly clock: Clock
  readonly log: Log
  readonly queue: Queue
  readonly schedule: Schedule
}

/**
 * Writes a batch down before it is sent: its row names its members, so every retry sends the same bytes, after a crash too.
 *
 * @returns `false`: some of it belongs to another epoch, and nothing was written
 */
export async function form(
  { clock, log, queue }: BatchParts,
  delivery: LiveDelivery,
  members: readonly LiveDelivery[],
): Promise<boolean> {
  const { target, due, request, generation } = delivery.claim
  const claims = members.map(({ claim }) => claim)
  const { app, failures } = delivery
  const item = { batch: request.id, app, target, due, generation, failures, members: claims }
  return (await untilStored(clock, log, () => queue.form(item))).state === 'formed'
}

/** The endpoint's dialect no longer has batches: each message is sent alone, and none is lost. */
export async function unform({ clock, log, queue, schedule }: BatchParts, delivery: LiveDelivery): Promise<void> {
  const { claim, app, failures, pushedAt } = delivery
  const nextDue = clock.now()
  const item = { ...claim, app, failures, nextDue, pushedAt }
  await untilStored(clock, log, () => queue.unform(item))
  schedule.noteStored(claim.target, app, nextDue)
}
