import type { CompiledDialect } from '@posthorn/wire'
import { shownMessage } from './encoding/shown-message.ts'
import type { Idempotency } from './write-options.ts'
import type { Clock } from './clock.ts'
import { EngineError, type EngineErrorCode, type Kept } from './errors.ts'
import type { IdempotencyRecord, Replay } from './store/idempotency.ts'
import type { Queue } from './store/queue.ts'

/** How long an Idempotency-Key is remembered: 24 hours. */
const rememberedMs = 86_400_000

/**
 * The row by which a repeat is recognised; `null`: the caller gave no key. It is written in the transaction of the work.
 *
 * @param result what a repeat is given. It is stored in clear text: no secrets, and no payload, because a payload can be
 * erased before the row is.
 */
export function idempotencyRecord(
  idempotency: Idempotency | undefined,
  result: unknown,
  now: number,
): IdempotencyRecord | null {
  if (!idempotency) return null
  const { key, fingerprint } = idempotency
  return { key, fingerprint, answer: JSON.stringify(result), createdAt: now, expiresAt: now + rememberedMs }
}

/**
 * Runs a write that may be a repeat. A repeat is told so, also where something refuses it by now: its own first change has used up the
 * last place, or has changed the ETag that it expects.
 */
export async function orRepeated<T>(
  parts: RepeatParts,
  { idempotency }: { readonly idempotency?: Idempotency },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isRefusal(error)) await refuseRepeat(parts, idempotency)
    throw error
  }
}

/** The same for a message. @param own the application as it stands now, and the dialect in which a message is shown */
export async function orRepeatedMessage<T>(
  { queue, clock }: RepeatParts & { readonly queue: Pick<Queue, 'message'> },
  { idempotency }: { readonly idempotency?: Idempotency },
  own: () => { readonly app: string; readonly dialect: Pick<CompiledDialect, 'requestId'> },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const record = isRefusal(error) ? idempotencyRecord(idempotency, null, clock.now()) : null
    const found = record && (await queue.answered(record))
    if (!found) throw error
    const { app, dialect } = own()
    throw await repeatedMessage(queue, app, idempotency, found, dialect)
  }
}

/** It was looked at and refused. What is a repeat already, or could not be looked at, is no refusal. */
function isRefusal(error: unknown): error is EngineError {
  return error instanceof EngineError && !noRefusals.has(error.code)
}

const noRefusals: ReadonlySet<EngineErrorCode> = new Set([
  'idempotent_replay',
  'idempotency_key_reused',
  'closed',
  'overloaded',
  'database_locked',
  'database_refused',
])

interface RepeatParts {
  readonly queue: Pick<Queue, 'answered'>
  readonly clock: Pick<Clock, 'now'>
}

/** Asks the store whether this is a repeat, where nothing is written that would tell. @throws EngineError `idempotent_replay` */
export async function refuseRepeat({ queue, clock }: RepeatParts, idempotency: Idempotency | undefined): Promise<void> {
  const record = idempotencyRecord(idempotency, null, clock.now())
  const found = record && (await queue.answered(record))
  if (found) throw repeated(idempotency, found)
}

/** What the store found under the key, or that the key belongs to another request. */
export function repeated(given: Fingerprint, found: Replay): EngineError {
  return isSame(given, found) ? replay(keptIn(found.answer)) : keyReused()
}

/** The same for a message, of which only the id is kept: the message itself, with its payload unless that was erased. */
export async function repeatedMessage(
  queue: Pick<Queue, 'message'>,
  app: string,
  given: Fingerprint,
  found: Replay,
  dialect: Pick<CompiledDialect, 'requestId'>,
): Promise<EngineError> {
  if (!isSame(given, found)) return keyReused()
  const kept = keptIn(found.answer)
  const { id } = (kept.kind === 'result' ? kept.result : JSON.parse(kept.body)) as { id: string }
  const message = await queue.message(app, id)
  return message
    ? replay({ kind: 'result', result: shownMessage(message, dialect) })
    : new EngineError('not_found', `There is no message ${id}.`)
}

type Fingerprint = Pick<Idempotency, 'fingerprint'> | null | undefined

function isSame(given: Fingerprint, found: Replay): boolean {
  return given?.fingerprint === found.fingerprint
}

function replay(kept: Kept): EngineError {
  return new EngineError('idempotent_replay', 'This Idempotency-Key was answered before.', { replay: kept })
}

function keyReused(): EngineError {
  return new EngineError(
    'idempotency_key_reused',
    'This Idempotency-Key was used for another request within 24 hours. Take a new key for a new request.',
  )
}

/** Reads both forms of a row. JSON never begins with three digits and a line break. */
function keptIn(text: string): Kept {
  const answer = /^(\d{3})\n/.exec(text)
  if (!answer) return { kind: 'result', result: JSON.parse(text) }
  return { kind: 'http_answer', status: Number(answer[1]), body: text.slice(answer[0].length) }
}
