import { checkMaySend, checkTargets, draft, idempotencyRecord, type AcceptParts } from './accept.ts'
import { deliver, type DeliverParts } from './deliver.ts'
import type { MessageInput, WriteOptions } from '../engine.ts'
import { EngineError } from '../errors.ts'
import { fanOut } from './fan-out.ts'
import type { LiveDelivery } from '../schedule/lane.ts'
import type { Message } from '../model.ts'
import { record, type RecordParts, type Recorded } from './record.ts'
import { liveMessage, type Schedule } from '../schedule/schedule.ts'
import type { AcceptItem, AcceptResult } from '../store/queue.ts'
import { untilStored } from '../store/until-stored.ts'

export interface PipelineParts extends AcceptParts, DeliverParts, RecordParts {
  readonly schedule: Schedule
  /** Told after an attempt was recorded: health, listeners, the next due time. */
  recorded(delivery: LiveDelivery, recorded: Recorded): void
}

/**
 * accept -> fan out -> schedule -> deliver -> record.
 *
 * Everything the engine does with a message is one of these five verbs, each in the file of its name. A 2xx to the
 * producer means that message and deliveries are on disk, in one transaction. The happy path reads nothing back: room is
 * reserved in the lanes before the rows are written, and what found room goes on in memory.
 */
export async function send(
  parts: PipelineParts,
  org: string,
  app: string,
  input: MessageInput,
  options: WriteOptions<Message>,
): Promise<Message> {
  for (;;) {
    const entry = parts.directory.application(org, app)
    checkMaySend(entry)
    const { message: accepted, ...terms } = draft(parts, entry, input)
    const targets = fanOut(accepted, entry.endpoints.values())
    checkTargets(parts.directory, accepted, targets)
    const message = { ...accepted, targets: targets.map(({ endpoint }) => endpoint.id) }
    const idempotency = idempotencyRecord(options.idempotency, message, message.acceptedAt)
    const result = await take(parts, { message, ...terms, catalogVersion: entry.version, idempotency })
    if (result.state === 'accepted') return message
    if (result.state !== 'stale_catalog') throw refusal(result, message)
  }
}

/** Writes a message with its deliveries and what belongs to them, in one transaction; what found room goes on in memory. */
export async function take(
  { schedule, queue }: Pick<PipelineParts, 'schedule' | 'queue'>,
  item: Omit<AcceptItem, 'work'>,
): Promise<AcceptResult> {
  const { message } = item
  await schedule.enter(message.targets, message.app)
  const live = liveMessage(message)
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

/** A lane has its turn: deliver -> record. Never rejects for what a receiver does. */
export async function run(parts: PipelineParts, delivery: LiveDelivery, returned: () => void): Promise<void> {
  if (delivery.unformed && !(await form(parts, delivery, delivery.unformed))) return
  // Looked up when it leaves: while a batch was written down, its endpoint may have been changed.
  const entry = parts.directory.target(delivery.target)
  if (!entry || entry.endpoint.disabled || entry.endpoint.hold !== null) {
    await parts.queue.release([delivery])
    return
  }
  if (delivery.contents.length > 1 && !entry.dialect.batch) {
    await unform(parts, delivery)
    return
  }
  const note = parts.queue.leaving(delivery)
  try {
    const sent = await deliver(parts, entry, delivery.contents, delivery.generation)
    returned()
    // Cut off by our own shutdown: it stays claimed, and the next process shows it as interrupted and sends it again.
    if (!sent.outcome.ok && sent.outcome.error.code === 'transport_closed') return
    const recorded = await record(parts, delivery, entry, sent)
    if (recorded) parts.recorded(delivery, recorded)
  } finally {
    parts.queue.returned(note)
  }
}

/** A batch has its row, which names its members, before it is sent: whoever sends it again sends the same. */
async function form(
  parts: PipelineParts,
  { request, lane, target, due, generation }: LiveDelivery,
  unformed: readonly LiveDelivery[],
): Promise<boolean> {
  const members = unformed.map((one) => ({ target, due: one.due, request: one.request, generation: one.generation }))
  const item = { batch: request.id, app: lane.app, target, due, generation, members }
  return (await untilStored(parts.clock, parts.log, () => parts.queue.form(item))).state === 'formed'
}

/** The endpoint speaks a dialect without batches by now: each message goes on by itself, and none is forgotten. */
async function unform(parts: PipelineParts, delivery: LiveDelivery): Promise<void> {
  const { lane, target, due, request, generation, failures } = delivery
  const nextDue = parts.clock.now()
  const item = { app: lane.app, target, due, request, generation, failures, nextDue }
  await untilStored(parts.clock, parts.log, () => parts.queue.unform(item))
  parts.schedule.noteStored(target, lane.app, nextDue)
}

export function refusal(
  result: Exclude<AcceptResult, { readonly state: 'accepted' | 'stale_catalog' }>,
  { eventId }: Pick<Message, 'eventId'>,
): EngineError {
  switch (result.state) {
    case 'replay':
      return new EngineError('idempotent_replay', 'This Idempotency-Key was answered before.', { replay: result })
    case 'duplicate_event':
      return new EngineError(
        'conflict',
        `A message with the eventId ${eventId ?? ''} was accepted before. It was not accepted again; nothing needs to be done.`,
        { field: 'eventId' },
      )
    case 'operation_ended':
      return new EngineError(
        'conflict',
        'This operation was completed, or failed, before. That stands, and its callback goes out; nothing needs to be done.',
      )
  }
}
