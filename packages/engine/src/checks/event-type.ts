import { checkAgainstSchema } from '@posthorn/preset'
import type { EventType } from '@posthorn/model'
import { nearestWord, parseBounded } from '@posthorn/wire'
import { EngineError } from '../errors.ts'
import { newestSchema } from './newest-schema.ts'

const problemsShown = 5

/** An event type that is not there, with the nearest one that is. */
export function unknownEventType(name: string, known: readonly string[], field: string): EngineError {
  const nearest = nearestWord(name, known)
  return new EngineError(
    'unknown_event_type',
    `There is no event type ${JSON.stringify(name.slice(0, 80))}. ${nearest === null ? 'Create it first, or check its spelling.' : `Did you mean ${nearest}? Otherwise create it first.`}`,
    { field },
  )
}

/** The newest schema of an event type, held against a payload. @throws EngineError `payload_invalid` */
export function checkPayloadSchema(eventType: EventType, payload: string): void {
  const { name } = eventType
  const schema = newestSchema(eventType)
  if (schema === null) return
  const parsed = parseBounded(payload)
  // What is wrong with it is said where payloads are checked.
  if (!parsed.ok) return
  const problems = checkAgainstSchema(schema, parsed.value)
  if (problems.length === 0) return
  const list = problems.slice(0, problemsShown).map(({ path, reason }) => `${path === '' ? 'it' : path} ${reason}`)
  const more = problems.length > problemsShown ? `; and ${problems.length - problemsShown} more` : ''
  throw new EngineError('payload_invalid', `The payload is no ${name}: ${list.join('; ')}${more}.`, {
    field: 'payload',
    problems,
  })
}
