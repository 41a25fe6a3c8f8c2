import { createHash } from 'node:crypto'
import {
  answerOf,
  applicationFields,
  endpointFields,
  eventTypeFields,
  operationFields,
  type Application,
  type Endpoint,
  type EventType,
  type Operation,
} from '@posthorn/model'
import type { Writes } from '../directory/writes.ts'
import { EngineError } from '../errors.ts'
import type { Unit } from '../store/catalog.ts'
import type { Condition, Tags } from '../write-options.ts'

/** A short text for what an answer shows: another one for anything that differs. */
export function tagOf(answer: object): string {
  return tagOfText(JSON.stringify(answer))
}

/** The same for an answer as it is written. */
export function tagOfText(answer: string): string {
  return createHash('sha256').update(answer).digest('base64url').slice(0, 22)
}

const shows = {
  application: answerOf(applicationFields),
  endpoint: answerOf(endpointFields),
  eventType: answerOf(eventTypeFields),
  operation: answerOf(operationFields),
}

export const tagOfApplication = (row: Application): string => tagOf(shows.application(row))
export const tagOfEndpoint = (row: Endpoint): string => tagOf(shows.endpoint(row))
export const tagOfOperation = (row: Operation): string => tagOf(shows.operation(row))
export const tagOfEventType = (row: EventType): string => tagOf(shows.eventType(row))

/**
 * Asks, in the turn of a change, whether its condition holds for what is stored.
 *
 * @param tag of what is in memory now; `null`: it is to be created @throws EngineError `precondition_failed`
 */
export async function checkCondition(
  writes: Pick<Writes, 'confirm'>,
  unit: Unit,
  condition: Condition,
  tag: string | null,
): Promise<void> {
  const failed = failedCondition(condition, tag === null ? [] : [tag])
  if (!failed) return
  // Another node may have written what the caller has seen.
  await writes.confirm(unit)
  throw failed
}

/**
 * Asks whether a condition holds for what was just read.
 *
 * @param tags of what is there, one for each way in which it is shown; none: nothing is there @throws EngineError `precondition_failed`
 */
export function checkTags(condition: Condition, tags: readonly string[]): void {
  const failed = failedCondition(condition, tags)
  if (failed) throw failed
}

/** Why a condition does not hold; `null`: it does. */
function failedCondition({ ifMatch, ifNoneMatch }: Condition, tags: readonly string[]): EngineError | null {
  if (ifMatch !== undefined && !nameOne(ifMatch, tags))
    return new EngineError('precondition_failed', tags.length === 0 ? notThere : isOther)
  return ifNoneMatch !== undefined && nameOne(ifNoneMatch, tags)
    ? new EngineError('precondition_failed', isThere)
    : null
}

function nameOne(given: Tags, tags: readonly string[]): boolean {
  return given === '*' ? tags.length > 0 : given.some((tag) => tags.includes(tag))
}

const notThere =
  'There is no such thing, and `If-Match` asks that there is. Nothing was created. Leave the header out to create it.'
const isOther =
  'It was changed since you read it, or `If-Match` has no ETag of it. Nothing was changed. Read it again, and send the change with its new ETag.'
const isThere =
  'It is there already, and `If-None-Match` asks that it is not. Nothing was changed. Leave the header out to change it.'
