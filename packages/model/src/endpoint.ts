import * as z from 'zod'
import {
  channelsIn,
  DialectName,
  EventTypeName,
  Labels,
  Metadata,
  Milliseconds,
  GivenParams,
  listOrNull,
  paramTexts,
  Params,
  Platforms,
  Rate,
  SomeLabels,
  Uid,
} from './common.ts'
import { field } from './fields/field.ts'
import type { Input, Patch, Stored } from './fields/noun.ts'
import { Filter, FilterOver } from './filter.ts'

/** Header names and values in general. Whether a header may be set is decided by the engine, which knows the dialect. */
export const Headers = z
  .record(z.string().min(1).max(256), z.string().max(8192))
  .meta({ description: 'Extra headers of every request. Those that the transport or the dialect writes are refused.' })

const Secret = z.string().max(4096).nullable()

const mostWaitSeconds = 7 * 24 * 3600
const waits = 'A retry schedule is a list of up to 50 waits of 1 second to 7 days, in seconds; [] is no retry.'
const timeouts = 'The timeout is 1 to 60 seconds.'

/** Where an application wants deliveries. */
export const endpointFields = {
  id: field(z.string(), { setBy: 'engine', description: 'The id.', examples: ['ep_1srOrx2ZWZBpBUvZ'] }),
  org: field(z.string(), { setBy: 'engine', description: 'Its organisation.', api: { hidden: true } }),
  app: field(z.string(), { setBy: 'engine', description: 'Its application.', api: { hidden: true } }),
  uid: field(Uid.nullable(), {
    setBy: 'customer',
    default: null,
    description:
      'Your own id. It can be used in place of the id. A PUT without it takes it away, unless the address of the PUT is the uid.',
    examples: ['berlin', 'hamburg'],
  }),
  name: field(z.string().max(256), {
    setBy: 'customer',
    default: '',
    description: 'A name for people.',
    examples: ['Berlin contractors'],
  }),
  url: field(z.string().min(1).max(4096), {
    setBy: 'customer',
    description:
      'Where requests go, exactly as it is written. One that would be changed on its way is refused, with what to write. The scheme selects the transport.',
    examples: ['https://hooks.acme.io/in', 'https://hooks.acme.io/v2'],
  }),
  description: field(z.string().max(4096), {
    setBy: 'customer',
    default: '',
    description: 'A text for people.',
    examples: ['Visitors of all sites'],
  }),
  /** `[]` is stored only where the preset requires that each event type is subscribed by name. */
  eventTypes: field(z.array(EventTypeName).max(1000).nullable(), {
    setBy: 'customer',
    default: null,
    description:
      'Event types to deliver. `null` or `[]` is all of them, or none if the preset requires that each event type is subscribed by name.',
    examples: [['device.enrolled'], ['device.enrolled', 'device.removed']],
    api: { aliases: [{ name: 'filterTypes' }] },
  }),
  channels: field(channelsIn(Labels, 10).nullable(), {
    setBy: 'customer',
    default: null,
    store: listOrNull,
    description: 'Channels to deliver. `null` is every message, with or without channels.',
    examples: [['site-1'], ['site-1', 'site-2']],
    api: { in: channelsIn(SomeLabels, 10).nullable() },
  }),
  platforms: field(Platforms.nullable(), {
    setBy: 'customer',
    default: null,
    store: listOrNull,
    description: 'Deliver only messages of these platforms. `null` or `[]` is every message.',
    examples: [['Android']],
  }),
  filter: field(Filter.nullable(), {
    setBy: 'customer',
    default: null,
    description:
      'A condition that a message must also match: `{"site": {"id": 4567}, "visitor": {"is_returning": true}}`. `null` is no condition.',
    examples: [{ amount: { $gte: 100 } }],
  }),
  filterOver: field(FilterOver, {
    setBy: 'customer',
    default: 'payload',
    description:
      'What the filter is applied to: the payload, or the whole message (`{id, topic, time, metadata, data, ...}`).',
    examples: ['message'],
  }),
  disabled: field(z.boolean(), {
    setBy: 'customer',
    default: false,
    input: z.boolean().nullable(),
    leftOut: null,
    description:
      'The owner switched it off. It gets no messages while it is off. With some presets an endpoint is off at first and has to be activated.',
    examples: [true],
    api: { in: z.boolean() },
  }),
  metadata: field(Metadata, {
    setBy: 'customer',
    default: {},
    description: 'Your own values, which are stored and returned.',
    examples: [{ site: '4567' }],
  }),
  /** Stored encrypted: they may hold credentials. */
  headers: field(Headers, {
    setBy: 'customer',
    default: {},
    description:
      'Extra headers of every request. A header that the transport or the dialect writes is refused. Change them with the headers routes.',
    examples: [{ 'x-tenant': 'acme' }],
    api: { hidden: true, bodies: ['POST'], in: Headers.nullable(), read: (given: object | null) => given ?? undefined },
  }),
  secret: field(Secret, {
    setBy: 'customer',
    inputOnly: true,
    optional: true,
    description:
      'The secret that signs requests. A POST without it generates one in the form of the dialect. `null` sends requests unsigned. In a PATCH it replaces the secret at once; rotate the secret to replace it with an overlap.',
    api: { bodies: ['POST', 'PATCH'] },
  }),
  rateLimit: field(Rate.nullable(), {
    setBy: 'customer',
    default: null,
    description:
      'Requests per second. A customer can set at most the rate of the vendor. It is stored and not enforced yet.',
    examples: [20],
    api: { name: 'throttleRate', aliases: [{ name: 'rateLimit' }] },
  }),
  vendorRateLimit: field(Rate.nullable(), {
    setBy: 'engine',
    default: null,
    description: 'The rate that the vendor set last: the most that the customer may set.',
    api: { hidden: true },
  }),
  version: field(z.int().min(1).max(65_535), {
    setBy: 'customer',
    default: 1,
    put: 'keep',
    description: 'Accepted for clients that send it. It has no effect.',
    examples: [2],
  }),
  dialect: field(DialectName.nullable(), {
    setBy: 'vendor',
    default: null,
    description:
      'The wire format. With `null` it is that of the application, then of its preset, then the default of the server. A name selects the newest version.',
    examples: ['standard', 'svix'],
  }),
  dialectVersion: field(z.int().nullable(), {
    setBy: 'vendor',
    default: null,
    input: z.int().min(1),
    leftOut: undefined,
    description:
      'The version of a dialect of your own. The endpoint keeps this version until you set another one. `null` for a dialect that is built in or comes with a preset. If it is left out, it is the newest version.',
    examples: [1, 2],
  }),
  secondary: field(z.object({ dialect: z.string(), version: z.int().nullable() }).nullable(), {
    setBy: 'vendor',
    default: null,
    // An answer has the version, and a client may send the whole answer back.
    input: z
      .strictObject({ dialect: DialectName, version: z.int().nullable().optional(), secret: Secret.optional() })
      .nullable(),
    description:
      'A second dialect for a migration. Its headers and signatures are added to the same requests, so method and body of both dialects must be the same.',
    examples: [{ dialect: 'svix' }],
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
  retrySchedule: field(z.array(z.number(waits).min(1, waits).max(mostWaitSeconds, waits)).max(50, waits).nullable(), {
    setBy: 'vendor',
    default: null,
    description:
      'Seconds between attempts. `[]` is no retry. `null` is the schedule of the preset, or eight attempts in about 28 hours.',
    examples: [[5, 300, 1800]],
  }),
  timeoutSeconds: field(z.number(timeouts).min(1, timeouts).max(60, timeouts).nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Seconds until an attempt is given up. `null` is the timeout of the preset, or 15.',
    examples: [10],
  }),
  batch: field(z.object({ maxMessages: z.int().nullable(), maxWaitSeconds: z.number().nullable() }).nullable(), {
    setBy: 'customer',
    default: null,
    // The bounds are the dialect's.
    input: batchInput(z.number(), z.number()),
    store: batchOf,
    description:
      'Several messages in one request, if the dialect has batches. A batch is sent when it has `maxMessages`, or when its first message has waited `maxWaitSeconds`. `null` is the default of the dialect. `{"maxMessages": 1}` is no batches.',
    examples: [{ maxMessages: 100, maxWaitSeconds: 5 }],
    api: { in: batchInput(z.int().min(1).max(10_000), z.number().min(0.1).max(3600)) },
  }),
  signed: field(z.boolean(), {
    setBy: 'engine',
    description: 'Whether requests are signed. `false` after `secret: null`.',
  }),
  hold: field(z.enum(['failing', 'gone']).nullable(), {
    setBy: 'engine',
    default: null,
    description:
      'Why deliveries are held although the endpoint is on: it failed for days, or answered 410. A PATCH with `disabled: false` ends the hold.',
  }),
  heldAt: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description: 'When the hold began; `null` without a hold.',
  }),
  failingSince: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description: 'Every attempt since this time has failed; `null` after a success.',
  }),
  pausedUntil: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description:
      'The receiver answered 429 or 503 with a Retry-After: until this time nothing is sent to it. `null` without a pause. A change of the endpoint ends the pause, and so does a delivery that is sent again by hand.',
  }),
  resumeFrom: field(Milliseconds, {
    setBy: 'engine',
    default: 0,
    description: 'Deliveries that were due before this time stay held until `recover` sends them.',
    api: { hidden: true },
  }),
  createdAt: field(Milliseconds, { setBy: 'engine', time: true, description: 'When it was created.' }),
  updatedAt: field(Milliseconds, { setBy: 'engine', time: true, description: 'When it was last changed.' }),
}

export interface Endpoint extends Stored<typeof endpointFields> {}
export interface EndpointInput extends Input<typeof endpointFields> {}
export interface EndpointPatch extends Patch<typeof endpointFields> {}

/** Why deliveries to an endpoint are held although its owner has it switched on. */
export type EndpointHold = NonNullable<Endpoint['hold']>

function batchInput(maxMessages: z.ZodNumber, maxWaitSeconds: z.ZodNumber) {
  return z
    .strictObject({
      maxMessages: maxMessages.nullable().optional(),
      maxWaitSeconds: maxWaitSeconds.nullable().optional(),
    })
    .nullable()
}

/** A bound that is `null` is the dialect's. */
function batchOf(given: { maxMessages?: number | null; maxWaitSeconds?: number | null } | null): Endpoint['batch'] {
  return given && { maxMessages: given.maxMessages ?? null, maxWaitSeconds: given.maxWaitSeconds ?? null }
}
