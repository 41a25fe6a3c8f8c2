import * as z from 'zod'
import {
  channelsIn,
  EventId,
  GivenMilliseconds,
  EventTypeName,
  JsonObject,
  Labels,
  Milliseconds,
  GivenParams,
  paramTexts,
  Params,
  Platform,
  SomeLabels,
  Time,
} from './common.ts'
import { field } from './fields/field.ts'
import type { Input, Stored } from './fields/noun.ts'

/** One event that was accepted. */
export const messageFields = {
  id: field(z.string(), { setBy: 'engine', description: 'The id.', examples: ['msg_1srOrx2ZWZBpBUvZ'] }),
  app: field(z.string(), { setBy: 'engine', description: 'Its application.', api: { hidden: true } }),
  requestId: field(z.string(), {
    setBy: 'engine',
    description:
      'The id that a receiver sees, in the form of the dialect of the application. Where an endpoint speaks another dialect, the log has the id in the form of that one. `request_id` finds a message by any form.',
    examples: ['msg_1srOrx2ZWZBpBUvZ', '019abf2e-5d40-7c1a-9b6e-2f4d8a1c3e57'],
  }),
  eventType: field(EventTypeName, {
    setBy: 'vendor',
    description: 'The name of its event type.',
    examples: ['device.enrolled'],
  }),
  eventId: field(EventId.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Your own id of the event. A second message of the application with the same id is a 409.',
    examples: ['evt-2026-000042'],
  }),
  /** Stored as the JSON text of the request. The engine also takes an object, and prints it. */
  payload: field(z.string().nullable(), {
    setBy: 'vendor',
    input: z.union([z.string(), JsonObject], 'The payload must be a JSON object, or its text: {"...": ...}.'),
    description:
      'An object of at most 1 MB. It is delivered byte for byte as it is in the request. In an answer it is `{}` with `with_content=false`, and `{"expired": true}` after it was erased or its retention ended.',
    api: { in: JsonObject, out: JsonObject },
  }),
  channels: field(channelsIn(Labels, 5).nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Channels of the message, at most 5. An endpoint can subscribe to channels.',
    examples: [['site-1']],
    api: { in: channelsIn(SomeLabels, 5).nullable() },
  }),
  tags: field(Labels.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Labels by which messages and attempts are found.',
    examples: [['nightly']],
    api: { in: SomeLabels.nullable() },
  }),
  params: field(Params, {
    input: GivenParams,
    store: paramTexts,
    setBy: 'vendor',
    default: {},
    description:
      'Values that the dialect requires. A value of the message overrides that of the endpoint, which overrides that of the application.',
    examples: [{ accountId: '4567' }],
  }),
  platform: field(Platform.nullable(), {
    setBy: 'vendor',
    default: null,
    description:
      'The platform on which the event happened (`Android`). It must be one of the platforms of the event type.',
    examples: ['Android'],
  }),
  occurredAt: field(GivenMilliseconds, {
    setBy: 'vendor',
    optional: true,
    time: true,
    description: 'When the event happened. If it is left out, it is the time of the request.',
    api: { in: Time.nullable(), read: (given: number | null) => given ?? undefined },
  }),
  acceptedAt: field(Milliseconds, {
    setBy: 'engine',
    time: true,
    description: 'When the message was accepted.',
    api: { name: 'timestamp' },
  }),
  deliver: field(z.boolean(), {
    setBy: 'vendor',
    default: true,
    description: 'With `false` the message is stored and listed, and not delivered.',
    examples: [false],
  }),
  deliverAt: field(GivenMilliseconds.nullable(), {
    setBy: 'vendor',
    default: null,
    time: true,
    description: 'When to deliver the message. `null` or a time in the past is now.',
  }),
  payloadRetentionDays: field(z.number(), {
    setBy: 'vendor',
    inputOnly: true,
    optional: true,
    description: 'Days until the payload is erased. If it is left out, it is the retention of the engine.',
    api: { bodies: [] },
  }),
  targets: field(z.array(z.string()), {
    setBy: 'engine',
    description: 'The endpoints that it was fanned out to when it was accepted.',
    api: { hidden: true },
  }),
}

export interface Message extends Stored<typeof messageFields> {}
export interface MessageInput extends Input<typeof messageFields> {}
