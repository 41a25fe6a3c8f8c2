import type { EventType } from '@posthorn/model'
import type { ApplicationEntry, EndpointEntry } from '../../directory/entries.ts'
import { checkPayloadSchema } from '../../checks/event-type.ts'
import { sees } from '../../checks/feature-flags.ts'
import { checkStep } from '../../checks/rules.ts'
import { EngineError } from '../../errors.ts'
import type { Viewer } from '../../write-options.ts'
import type { ResourceParts } from '../parts.ts'
import { exampleParams, sendTrial, type MockInput, type MockResult } from './trial.ts'

/** Sends a sample, or a payload that is given, now: whether or not the endpoint is subscribed. */
export async function mock(
  parts: ResourceParts,
  owner: ApplicationEntry,
  entry: EndpointEntry,
  input: MockInput,
  viewer: Viewer,
): Promise<MockResult> {
  checkStep(owner.preset, owner.application, 'configure')
  const found = parts.directory.eventTypeOf(owner, input.eventType)
  const eventType = found && sees(viewer, found) ? found : null
  const payload = input.payload ?? sampleOf(input.eventType, eventType)
  if (eventType) checkPayloadSchema(eventType, payload)
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
