import { createHash } from 'node:crypto'
import {
  answerOf,
  applicationFields,
  endpointFields,
  eventTypeFields,
  type Application,
  type Endpoint,
  type EventType,
} from '@posthorn/model'
import type { Writes } from '../directory/writes.ts'
import { EngineError } from '../errors.ts'
import type { Unit } from '../store/catalog.ts'
import type { Condition, Tags } from '../write-options.ts'

/** A short text for what an answer shows: another one for anything that differs. */
export function tagOf(answer: object): string {
  return createHash('sha256').update(JSON.stringify(answer)).digest('base64url').slice(0, 22)
}

const shows = {
  application: answerOf(applicationFields),
  endpoint: answerOf(endpointFields),
  eventType: answerOf(eventTypeFields),
}

export const tagOfApplication = (row: Application): string => tagOf(shows.application(row))
export const tagOfEndpoint = (row: Endpoint): string => tagOf(shows.endpoint(row))
export const tagOfEventType = (row: EventType): string => tagOf(shows.eventType(row))

/** Whether one of the tags is this one; `null`: there is nothing that has a tag. */
function names(tags: Tags, tag: string | null): boolean {
  return tag !== null && (tags === '*' || tags.includes(tag))
}

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
  const failed = failedCondition(condition, tag)
  if (!failed) return
  // Another node may have written what the caller has seen.
  await writes.confirm(unit)
  throw failed
}

/** Asks whether something may be created that is not there. @throws EngineError `precondition_failed` */
export function checkMayCreate(condition: Condition): void {
  const failed = failedCondition(condition, null)
  if (failed) throw failed
}

/** Why a condition does not hold; `null`: it does. @param tag of what is there; `null`: nothing is */
function failedCondition({ ifMatch, ifNoneMatch }: Condition, tag: string | null): EngineError | null {
  if (ifMatch !== undefined && !names(ifMatch, tag))
    return new EngineError('precondition_failed', tag === null ? notThere : isOther)
  return ifNoneMatch !== undefined && names(ifNoneMatch, tag) ? new EngineError('precondition_failed', isThere) : null
}

const notThere =
  'There is no such thing, and `If-Match` asks that there is. Nothing was created. Leave the header out to create it.'
const isOther =
  'It was changed since you read it, or `If-Match` has no ETag of it. Nothing was changed. Read it again, and send the change with its new ETag.'
const isThere =
  'It is there already, and `If-None-Match` asks that it is not. Nothing was changed. Leave the header out to change it.'
