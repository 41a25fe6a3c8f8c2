import * as z from 'zod'
import {
  channelsIn,
  DialectName,
  EventTypeName,
  Labels,
  Metadata,
  Milliseconds,
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
  id: field(z.string(), { setBy: 'engine', examples: ['ep_1srOrx2ZWZBpBUvZ'] }),
  org: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  app: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  uid: field(Uid.nullable(), {
    setBy: 'customer',
    default: null,
    put: 'keep',
    description: 'Your own id, usable wherever an id is.',
    examples: ['berlin', 'hamburg'],
  }),
  name: field(z.string().max(256), {
    setBy: 'customer',
    default: '',
    description: 'What people call it.',
    examples: ['Berlin contractors'],
  }),
  url: field(z.string().min(1).max(4096), {
    setBy: 'customer',
    description: 'Where requests go. Its scheme picks the transport.',
    examples: ['https://hooks.acme.io/in', 'https://hooks.acme.io/v2'],
  }),
  description: field(z.string().max(4096), { setBy: 'customer', default: '', examples: ['Visitors of all sites'] }),
  /** `[]`: none yet (where a preset has everything subscribed by name). */
  eventTypes: field(z.array(EventTypeName).max(1000).nullable(), {
    setBy: 'customer',
    default: null,
    description:
      'Event types to deliver. `null` or `[]`: all of them; none where the preset has everything subscribed by name.',
    examples: [['device.enrolled'], ['device.enrolled', 'device.removed']],
    api: { aliases: [{ name: 'filterTypes' }] },
  }),
  channels: field(channelsIn(Labels, 10).nullable(), {
    setBy: 'customer',
    default: null,
    store: listOrNull,
    description: 'Channels to deliver. `null`: every message, with or without channels.',
    examples: [['site-1'], ['site-1', 'site-2']],
    api: { in: channelsIn(SomeLabels, 10).nullable() },
  }),
  platforms: field(Platforms.nullable(), {
    setBy: 'customer',
    default: null,
    store: listOrNull,
    description: 'Platforms to deliver messages of. `null` or `[]`: every message.',
    examples: [['Android']],
  }),
  filter: field(Filter.nullable(), {
    setBy: 'customer',
    default: null,
    description:
      'What a message has to match besides: `{"site": {"id": 4567}, "visitor": {"is_returning": true}}`. `null`: nothing.',
    examples: [{ amount: { $gte: 100 } }],
  }),
  filterOver: field(FilterOver, {
    setBy: 'customer',
    default: 'payload',
    description: '`payload`: the filter looks at the payload. `message`: at `{id, topic, time, metadata, data, ...}`.',
    examples: ['message'],
  }),
  disabled: field(z.boolean(), {
    setBy: 'customer',
    default: false,
    input: z.boolean().nullable(),
    leftOut: null,
    description:
      'Switched off by its owner: not subscribed while it is off. Some presets have an endpoint begin off, to be activated.',
    examples: [true],
    api: { in: z.boolean() },
  }),
  metadata: field(Metadata, { setBy: 'customer', default: {}, examples: [{ site: '4567' }] }),
  /** Stored encrypted: they may hold credentials. */
  headers: field(Headers, {
    setBy: 'customer',
    default: {},
    examples: [{ 'x-tenant': 'acme' }],
    api: { hidden: true, bodies: ['POST'], in: Headers.nullable(), read: (given: object | null) => given ?? undefined },
  }),
  secret: field(Secret, {
    setBy: 'customer',
    inputOnly: true,
    optional: true,
    description:
      'The secret that signs. Left out of a POST: one is made, in the form of the dialect. `null`: requests go out unsigned. In a PATCH it replaces the secret at once; rotate the secret to replace it with an overlap.',
    api: { bodies: ['POST', 'PATCH'] },
  }),
  rateLimit: field(Rate.nullable(), {
    setBy: 'customer',
    default: null,
    description: 'Requests a second. Stored; not enforced yet.',
    examples: [20],
    api: { name: 'throttleRate', aliases: [{ name: 'rateLimit' }] },
  }),
  version: field(z.int().min(1).max(65_535), {
    setBy: 'customer',
    default: 1,
    put: 'keep',
    description: 'Kept for clients that send it; without a meaning.',
    examples: [2],
  }),
  dialect: field(DialectName.nullable(), {
    setBy: 'vendor',
    default: null,
    description:
      'The wire format. `null`: the application says, then its preset, and then the server default. Naming it pins its newest version.',
    examples: ['standard', 'svix'],
  }),
  dialectVersion: field(z.int().nullable(), {
    setBy: 'vendor',
    default: null,
    input: z.int().min(1),
    leftOut: undefined,
    description:
      'The version of a dialect of your own that the endpoint keeps to. Give another one to move it. `null`: the dialect is built in, or comes with a preset.',
    examples: [1],
  }),
  secondary: field(z.object({ dialect: z.string(), version: z.int().nullable() }).nullable(), {
    setBy: 'vendor',
    default: null,
    input: z.strictObject({ dialect: DialectName, secret: Secret.optional() }).nullable(),
    description:
      'A second format on the same requests, for a migration: its headers and signatures are added. Method and body must be the same.',
    examples: [{ dialect: 'svix' }],
  }),
  params: field(Params, {
    setBy: 'vendor',
    default: {},
    description: 'Values that the dialect asks for. The nearest wins: message, endpoint, application.',
    examples: [{ accountId: '4567' }],
  }),
  retrySchedule: field(z.array(z.number(waits).min(1, waits).max(mostWaitSeconds, waits)).max(50, waits).nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Seconds between attempts. `[]`: no retry. `null`: the default, eight attempts in about 28 hours.',
    examples: [[5, 300, 1800]],
  }),
  timeoutSeconds: field(z.number(timeouts).min(1, timeouts).max(60, timeouts).nullable(), {
    setBy: 'vendor',
    default: null,
    description: '`null`: the default, 15.',
    examples: [10],
  }),
  batch: field(z.object({ maxMessages: z.int().nullable(), maxWaitSeconds: z.number().nullable() }).nullable(), {
    setBy: 'customer',
    default: null,
    // The bounds are the dialect's.
    input: batchInput(z.number(), z.number()),
    store: batchOf,
    description:
      'Several messages in one request, where the dialect has batches: sent when there are so many, or when the first has waited so long. `null`: as the dialect has it by itself. `{"maxMessages": 1}`: none.',
    examples: [{ maxMessages: 100, maxWaitSeconds: 5 }],
    api: { in: batchInput(z.int().min(1).max(10_000), z.number().min(0.1).max(3600)) },
  }),
  signed: field(z.boolean(), {
    setBy: 'engine',
    description: 'Has a secret that signs. `false`: it was created with `secret: null`, and requests go out unsigned.',
  }),
  hold: field(z.enum(['failing', 'gone']).nullable(), {
    setBy: 'engine',
    default: null,
    description: 'Why deliveries are held although the endpoint is switched on. A patch `disabled: false` ends it.',
  }),
  heldAt: field(Milliseconds.nullable(), { setBy: 'engine', default: null, time: true }),
  failingSince: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description: 'Since when every attempt has failed; `null` while deliveries succeed.',
  }),
  /** Stored work that was due before this moment stays held: what an endpoint missed goes out when `recover` asks for it. */
  resumeFrom: field(Milliseconds, { setBy: 'engine', default: 0, api: { hidden: true } }),
  createdAt: field(Milliseconds, { setBy: 'engine', time: true }),
  updatedAt: field(Milliseconds, { setBy: 'engine', time: true }),
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

/** Naming none is the same as naming nothing. */
function listOrNull(names: readonly string[] | null): readonly string[] | null {
  return names?.length ? [...names] : null
}

/** A bound that is `null` is the dialect's. */
function batchOf(given: { maxMessages?: number | null; maxWaitSeconds?: number | null } | null): Endpoint['batch'] {
  return given && { maxMessages: given.maxMessages ?? null, maxWaitSeconds: given.maxWaitSeconds ?? null }
}
