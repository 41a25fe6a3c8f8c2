import { liveMessage } from '../encoding/live-message.ts'
import type { Format } from '../encoding/wire-message.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { AcceptItem, AcceptResult, Queue, StaleCatalog } from '../store/queue.ts'

/**
 * Runs an accept, and once more where its application was changed meanwhile. The second one is good whatever else is changed, here or by
 * another node: it may be matched with any version since the one that the store named to the first, and so it stands before the changes
 * after that, which came while it ran. Nobody who changes an application can keep its messages away.
 *
 * @param accept `since`: the oldest version that is good; it reads what is stored before it answers that it is stale
 */
export async function acceptTwice<T>(
  accept: (since?: number) => Promise<{ readonly accepted: T } | StaleCatalog>,
): Promise<T> {
  const first = await accept()
  if ('accepted' in first) return first.accepted
  const second = await accept(first.version)
  if ('accepted' in second) return second.accepted
  throw new Error(`The store reads version ${first.version} of an application, and compares with ${second.version}.`)
}

/** Writes a message with its deliveries and what belongs to them, in one transaction; what found room goes on in memory. */
export async function take(
  { schedule, queue }: { readonly schedule: Schedule; readonly queue: Queue },
  item: Omit<AcceptItem, 'work'>,
  checked: Format | null = null,
): Promise<AcceptResult> {
  const { message } = item
  await schedule.enter(message.targets, message.app)
  const live = liveMessage(message, checked)
  // What is to go out later needs no room now: it is found in the store when it is due.
  const now = message.deliverAt === null ? message.targets : []
  const reservations = now.map((target) => schedule.reserve(target, message.app, live.bytes))
  const forget = (): void => reservations.forEach((reservation) => schedule.cancel(reservation))
  const work = message.targets.map((target, index) => ({ target, claimed: reservations[index]?.claimed ?? false }))
  const result = await queue.accept({ ...item, work }).catch((error: unknown) => {
    forget()
    throw error
  })
  if (result.state !== 'accepted') {
    forget()
    return result
  }
  for (const reservation of reservations) schedule.admit(reservation, live)
  if (message.deliverAt !== null)
    for (const target of message.targets) schedule.noteStored(target, message.app, message.deliverAt)
  return result
}
