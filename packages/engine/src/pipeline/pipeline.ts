import type { TargetEntry } from '../directory/entries.ts'
import type { Unknown } from '../transport/transport.ts'
import type { WriteOptions } from '../write-options.ts'
import type { MessageInput } from '@posthorn/model'
import { EngineError, isClosed, notFound } from '../errors.ts'
import { shownMessage } from '../encoding/shown-message.ts'
import { idempotencyRecord, orRepeatedMessage, repeatedMessage } from '../idempotency.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { Message } from '../model.ts'
import type { LiveDelivery } from '../schedule/live-delivery.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { StaleCatalog } from '../store/queue.ts'
import { untilStored } from '../store/until-stored.ts'
import { checkMaySend, draft, type AcceptParts } from './accept.ts'
import { form, unform } from './batches.ts'
import { checkMessage, checkOnly } from './check-targets.ts'
import { deliver, type DeliverParts } from './deliver.ts'
import { fanOut } from './fan-out.ts'
import { follow, type FollowParts } from './follow.ts'
import { localFaultOf, type LocalFaults } from './local-faults.ts'
import { record, type RecordParts } from './record.ts'
import { refusal } from './refusal.ts'
import { pauseMs } from './retry.ts'
import { acceptTwice, take } from './take.ts'

export interface PipelineParts extends AcceptParts, DeliverParts, RecordParts, FollowParts {
  readonly schedule: Schedule
  readonly lifecycle: Lifecycle
  readonly localFaults: LocalFaults
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
  write: WriteOptions = {},
): Promise<Message> {
  return sendTo(parts, { org, app, endpoint: null }, input, write)
}

/** An application, or one endpoint of it, subscribed or not. */
interface Receivers {
  readonly org: string
  readonly app: string
  readonly endpoint: string | null
}

/** The same; with an `endpoint`, to this one only, subscribed or not. */
export async function sendTo(
  parts: PipelineParts,
  to: Receivers,
  input: MessageInput,
  write: WriteOptions,
): Promise<Message> {
  if (parts.lifecycle.closing) throw new EngineError('closed', 'This engine is shutting down and accepts nothing more.')
  return orRepeatedMessage(
    parts,
    write,
    () => shownBy(parts, to),
    () => acceptTwice((since) => acceptOnce(parts, to, input, write, since)),
  )
}

/** The application of a message, and the dialect in which it is shown. */
export function shownBy({ directory }: PipelineParts, { org, app }: Pick<Receivers, 'org' | 'app'>) {
  const entry = directory.application(org, app)
  return { app: entry.application.id, dialect: directory.ownFormat(entry).dialect }
}

/** One try. @param since the oldest version of the application's catalog that is good */
async function acceptOnce(
  parts: PipelineParts,
  { org, app, endpoint }: Receivers,
  input: MessageInput,
  write: WriteOptions,
  since: number | undefined,
): Promise<{ readonly accepted: Message } | StaleCatalog> {
  const entry = parts.directory.application(org, app)
  checkMaySend(entry)
  const { message: accepted, ...terms } = draft(parts, entry, input)
  const targets =
    endpoint === null ? fanOut(accepted, entry.endpoints.values()) : [parts.directory.endpoint(org, app, endpoint)]
  const own = parts.directory.ownFormat(entry)
  const checked = endpoint === null ? checkMessage(accepted, own, targets) : checkOnly(accepted, targets)
  const message = { ...accepted, targets: targets.map((target) => target.endpoint.id) }
  const idempotency = idempotencyRecord(write.idempotency, { id: message.id }, message.acceptedAt)
  const catalog = { catalogVersion: entry.version, ...(since !== undefined && { since }) }
  const result = await take(parts, { message, ...terms, ...catalog, idempotency }, checked)
  if (result.state === 'accepted') return { accepted: shownMessage(message, own.dialect) }
  if (result.state === 'replay') throw await repeatedMessage(parts.queue, message.app, idempotency, result, own.dialect)
  if (result.state !== 'stale_catalog') throw refusal(result, message)
  await parts.directory.writes.catchUp(message.app, result.version)
  if (result.version === 0) throw notFound('application', app)
  return result
}

/** Sends whatever has its turn, until the schedule drains. */
export async function sendInTurn(parts: PipelineParts): Promise<void> {
  do {
    for (let delivery = parts.schedule.next(); delivery; delivery = parts.schedule.next()) void run(parts, delivery)
  } while (await parts.schedule.turn())
}

/** One delivery, from its turn to its record. Never rejects: what fails here stays claimed, and the next process takes it up. */
async function run(parts: PipelineParts, delivery: LiveDelivery): Promise<void> {
  try {
    await sendOne(parts, delivery)
  } catch (error) {
    // The store is closing, or there is a bug.
    const { request, target: endpoint } = delivery.claim
    if (!isClosed(error))
      parts.log.error({ error, [request.kind]: request.id, endpoint }, 'a delivery could not be recorded')
  } finally {
    parts.schedule.finished(delivery)
  }
}

/** schedule -> deliver -> record. */
async function sendOne(parts: PipelineParts, delivery: LiveDelivery): Promise<void> {
  if (delivery.unformed && !(await form(parts, delivery, delivery.unformed))) return
  // Looked up when it leaves: while a batch was written down, its endpoint may have changed.
  const target = parts.directory.target(delivery.claim.target)
  if (!target?.open) return parts.schedule.giveBack(delivery)
  if (delivery.contents.length > 1 && !target.dialect.batch) return unform(parts, delivery)
  if (delivery.suspect) await untilStored(parts.clock, parts.log, () => parts.queue.markAlone(delivery.claim))
  const fault = await attempt(parts, delivery, target)
  if (fault) await untilSent(parts, delivery, fault)
}

/** @returns why this machine could not send it: then nothing left, and there was no attempt */
async function attempt(parts: PipelineParts, delivery: LiveDelivery, target: TargetEntry): Promise<Unknown | null> {
  const { schedule, queue } = parts
  const { claim } = delivery
  const note = queue.leaving(claim)
  try {
    const { contents, pushedAt, fresh } = delivery
    const sent = await deliver(parts, target, contents, { attempt: claim.generation, pushedAt, fresh })
    const { outcome } = sent
    const fault = localFaultOf(outcome)
    if (fault) {
      queue.neverLeft(note)
      return fault
    }
    schedule.answered(delivery, pauseMs(outcome))
    // Cut off by our own shutdown: it stays claimed. The next process shows it as interrupted and sends it again.
    if (outcome.kind === 'unknown' && outcome.error.code === 'transport_closed') return null
    const recorded = await record(parts, delivery, target, sent)
    if (recorded) follow(parts, delivery, target, outcome, recorded)
    return null
  } finally {
    queue.returned(note)
  }
}

/** A fault of this machine: the delivery keeps its place and is tried again until it leaves, or may not leave any more. */
async function untilSent(parts: PipelineParts, delivery: LiveDelivery, first: Unknown): Promise<void> {
  const { localFaults, directory, lifecycle, schedule } = parts
  localFaults.enter()
  try {
    for (let fault: Unknown | null = first; fault;) {
      await localFaults.wait(fault)
      const target = directory.target(delivery.claim.target)
      if (!target?.open || lifecycle.closing) return await schedule.giveBack(delivery)
      if (delivery.contents.length > 1 && !target.dialect.batch) return await unform(parts, delivery)
      fault = await attempt(parts, delivery, target)
    }
  } finally {
    localFaults.leave()
  }
}
