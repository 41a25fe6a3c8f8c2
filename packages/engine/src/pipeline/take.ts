import { liveMessage } from '../encoding/live-message.ts'
import type { Format } from '../encoding/wire-message.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { AcceptItem, AcceptResult, Queue } from '../store/queue.ts'

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
