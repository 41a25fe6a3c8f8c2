import { checkAgainstSchema } from '@posthorn/preset'
import type { EventType } from '@posthorn/model'
import type { ApplicationEntry, EndpointEntry } from '../../directory/entries.ts'
import { sees } from '../../checks/feature-flags.ts'
import { EngineError } from '../../errors.ts'
import type { Viewer } from '../../write-options.ts'
import type { ResourceParts } from '../parts.ts'
import { exampleParams, sendTrial, type MockInput, type MockResult } from './trial.ts'

const problemsShown = 5

/** Sends a sample, or a payload that is given, now: whether or not the endpoint is subscribed. */
export async function mock(
  parts: ResourceParts,
  owner: ApplicationEntry,
  entry: EndpointEntry,
  input: MockInput,
  viewer: Viewer,
): Promise<MockResult> {
  const found = parts.directory.findEventType(owner.application.org, input.eventType)
  const eventType = found && sees(viewer, found) ? found : null
  const payload = input.payload ?? sampleOf(input.eventType, eventType)
  if (eventType) checkPayload(eventType, payload)
  const params = { ...exampleParams(entry, owner, input.eventType), ...input.params }
  return sendTrial(parts, entry, owner, {
    eventType: input.eventType,
    payload,
    params,
    platform: input.platform ?? null,
  })
}

function sampleOf(name: string, eventType: EventType | null): string {
  if (eventType?.sample != null) return eventType.sample
  throw new EngineError(
    'invalid',
    eventType
      ? `The event type ${name} has no sample. Say what to send in \`payload\`, or give the event type a sample.`
      : `There is no event type ${JSON.stringify(name.slice(0, 80))}, so there is no sample of it. Say what to send in \`payload\`.`,
    { field: 'payload' },
  )
}

/** The newest schema of an event type, held against a payload. @throws EngineError `payload_invalid` */
function checkPayload({ name, schemas }: EventType, payload: string): void {
  const newest = Object.keys(schemas ?? {})
    .toSorted((a, b) => Number(a) - Number(b))
    .at(-1)
  const schema = newest === undefined ? null : schemas?.[newest]
  if (schema == null) return
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    return // What is wrong with it is said where payloads are checked.
  }
  const problems = checkAgainstSchema(schema, value)
  if (problems.length === 0) return
  const list = problems.slice(0, problemsShown).map(({ path, reason }) => `${path === '' ? 'it' : path} ${reason}`)
  const more = problems.length > problemsShown ? `; and ${problems.length - problemsShown} more` : ''
  throw new EngineError('payload_invalid', `The payload is no ${name}: ${list.join('; ')}${more}.`, {
    field: 'payload',
    problems,
  })
}
