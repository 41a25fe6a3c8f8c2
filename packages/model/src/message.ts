import * as z from 'zod'
import {
  channelsIn,
  EventId,
  GivenMilliseconds,
  EventTypeName,
  JsonObject,
  Labels,
  Milliseconds,
  Params,
  Platform,
  SomeLabels,
  Time,
} from './common.ts'
import { field } from './fields/field.ts'
import type { Input, Stored } from './fields/noun.ts'

/** One event that was accepted. */
export const messageFields = {
  id: field(z.string(), { setBy: 'engine', examples: ['msg_1srOrx2ZWZBpBUvZ'] }),
  app: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  eventType: field(EventTypeName, { setBy: 'vendor', examples: ['device.enrolled'] }),
  eventId: field(EventId.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Your own id of the event. A second one in the application is a 409.',
    examples: ['evt-2026-000042'],
  }),
  /** JSON text, byte for byte as it came; `null` once its retention ended. The engine takes a value too, and prints it. */
  payload: field(z.string().nullable(), {
    setBy: 'vendor',
    input: z.union([z.string(), JsonObject], 'The payload must be a JSON object, or its text: {"...": ...}.'),
    description:
      'An object, at most 1 MB. Delivered byte for byte as it stands in this request. In answers: `{}` with `with_content=false`; `null` once it was expunged or expired.',
    api: { in: JsonObject, out: JsonObject.nullable() },
  }),
  channels: field(channelsIn(Labels, 5).nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'At most 5. Endpoints may subscribe to some of them.',
    examples: [['site-1']],
    api: { in: channelsIn(SomeLabels, 5).nullable() },
  }),
  tags: field(Labels.nullable(), {
    setBy: 'vendor',
    default: null,
    examples: [['nightly']],
    api: { in: SomeLabels.nullable() },
  }),
  params: field(Params, {
    setBy: 'vendor',
    default: {},
    description: 'Values that the dialect asks for. The nearest wins: message, endpoint, application.',
    examples: [{ accountId: '4567' }],
  }),
  platform: field(Platform.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Where it happened (`Android`), held against the event type’s platforms.',
    examples: ['Android'],
  }),
  occurredAt: field(GivenMilliseconds, {
    setBy: 'vendor',
    optional: true,
    time: true,
    description: 'When it happened; now when absent.',
    api: { in: Time.nullable(), read: (given: number | null) => given ?? undefined },
  }),
  acceptedAt: field(Milliseconds, { setBy: 'engine', time: true, api: { name: 'timestamp' } }),
  deliver: field(z.boolean(), {
    setBy: 'vendor',
    default: true,
    description: '`false`: recorded and listed, never delivered.',
    examples: [false],
  }),
  deliverAt: field(GivenMilliseconds.nullable(), {
    setBy: 'vendor',
    default: null,
    time: true,
    description: 'Deliver then, and not now. A time that has passed is now.',
  }),
  payloadRetentionDays: field(z.number(), {
    setBy: 'vendor',
    inputOnly: true,
    optional: true,
    description: 'Days until the payload is forgotten; 90 when absent.',
    api: { bodies: [] },
  }),
  /** Endpoints that it was fanned out to when it was accepted. */
  targets: field(z.array(z.string()), { setBy: 'engine', api: { hidden: true } }),
}

export interface Message extends Stored<typeof messageFields> {}
export interface MessageInput extends Input<typeof messageFields> {}
