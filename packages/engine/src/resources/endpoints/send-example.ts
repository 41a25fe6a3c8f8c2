import type { EventType, Message } from '@posthorn/model'
import { unknownEventType } from '../../checks/event-type.ts'
import { sees } from '../../checks/feature-flags.ts'
import { newestSchema } from '../../checks/newest-schema.ts'
import { EngineError } from '../../errors.ts'
import { orRepeatedMessage } from '../../idempotency.ts'
import { sendTo, shownBy, type PipelineParts } from '../../pipeline/pipeline.ts'
import type { WriteOptions } from '../../write-options.ts'
import { exampleParams } from './trial.ts'

/** An example of an event type; `exampleIndex` chooses one of the `examples` of its newest schema. */
export interface ExampleInput {
  readonly eventType: string
  readonly exampleIndex?: number
}

/** Clients of Svix send this one to try an endpoint. It needs no event type. */
const ping = { name: 'svix.ping', payload: '{"success":true}' }

/** Sends the example of an event type to one endpoint, as a message like any other, subscribed or not. */
export async function sendExample(
  parts: PipelineParts,
  names: { readonly org: string; readonly app: string; readonly endpoint: string },
  input: ExampleInput,
  write: WriteOptions,
): Promise<Message> {
  return orRepeatedMessage(
    parts,
    write,
    () => shownBy(parts, names),
    () => sendOnce(parts, names, input, write),
  )
}

async function sendOnce(
  parts: PipelineParts,
  names: { readonly org: string; readonly app: string; readonly endpoint: string },
  { eventType: name, exampleIndex }: ExampleInput,
  write: WriteOptions,
): Promise<Message> {
  const { directory } = parts
  const { org } = names
  const owner = directory.application(org, names.app)
  const entry = directory.endpoint(org, names.app, names.endpoint)
  if (entry.endpoint.disabled)
    throw new EngineError(
      'conflict',
      'This endpoint is off, so the example would not be sent. Switch it on (disabled: false) first.',
      { field: 'disabled' },
    )
  const found = directory.eventTypeOf(owner, name)
  const eventType = found && sees(write, found) ? found : null
  if (!eventType && name !== ping.name) {
    const seen = directory.eventTypesOf(owner).filter((known) => sees(write, known))
    throw unknownEventType(
      name,
      seen.map((known) => known.name),
      'eventType',
    )
  }
  const payload = eventType ? exampleOf(eventType, exampleIndex) : ping.payload
  const input = { eventType: name, payload, params: exampleParams(entry, owner, name) }
  return sendTo(parts, { org, app: owner.application.id, endpoint: entry.endpoint.id }, input, write)
}

function exampleOf(eventType: EventType, index: number | undefined): string {
  const schema = newestSchema(eventType) as { readonly example?: unknown; readonly examples?: unknown } | null
  const examples = Array.isArray(schema?.examples) ? (schema.examples as readonly unknown[]) : []
  if (index !== undefined && examples.length > 0) {
    if (index < examples.length) return JSON.stringify(examples[index])
    throw new EngineError(
      'invalid',
      `The newest schema of ${eventType.name} has ${examples.length} examples, numbered from 0; there is no example ${index}.`,
      { field: 'exampleIndex' },
    )
  }
  const example = examples[0] ?? schema?.example
  if (eventType.sample !== null) return eventType.sample
  if (example !== undefined) return JSON.stringify(example)
  throw new EngineError(
    'invalid',
    `The event type ${eventType.name} has neither a \`sample\` nor a schema with an example, so there is nothing to send. Give it a \`sample\`.`,
    { field: 'eventType' },
  )
}
