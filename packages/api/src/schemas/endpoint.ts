import * as z from 'zod'
import { EventTypeName, Labels, listOf, Metadata, orderedPage, Params, Rate, Time, TimeOut, Uid } from './common.ts'
import { Filter, FilterOver } from './filter.ts'

const Headers = z
  .record(z.string().min(1).max(256), z.string().max(8192))
  .meta({ description: 'Extra headers of every request. Those that the transport or the dialect writes are refused.' })

const Subscriptions = z.array(EventTypeName).max(1000)
const Platforms = z.array(z.string().min(1).max(64)).max(50)

const fields = {
  url: z
    .string()
    .min(1)
    .max(4096)
    .meta({ examples: ['https://hooks.acme.io/in'] }),
  uid: Uid.nullable().optional(),
  name: z
    .string()
    .max(256)
    .optional()
    .meta({ description: 'What people call it.', examples: ['Berlin contractors'] }),
  description: z.string().max(4096).optional(),
  eventTypes: Subscriptions.nullable().optional().meta({
    description:
      'Event types to deliver. `null` or `[]`: all of them; none where the preset has everything subscribed by name.',
  }),
  filterTypes: Subscriptions.nullable()
    .optional()
    .meta({ description: 'The older name of `eventTypes`, which counts when both are given.' }),
  channels: Labels.nullable().optional().meta({ description: 'Channels to deliver. `null`: every message.' }),
  platforms: Platforms.nullable().optional().meta({
    description: 'Platforms to deliver messages of. `null` or `[]`: every message.',
  }),
  filter: Filter.nullable().optional(),
  filterOver: FilterOver.optional(),
  disabled: z.boolean().optional().meta({
    description:
      'Switched off by its owner: not subscribed while it is off. Some presets have an endpoint begin off, to be activated.',
  }),
  metadata: Metadata.optional(),
  throttleRate: Rate.nullable().optional().meta({ description: 'Requests a second. Stored; not enforced yet.' }),
  rateLimit: Rate.nullable()
    .optional()
    .meta({ description: 'The older name of `throttleRate`, which counts when both are given.' }),
  version: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta({ description: 'Kept for clients that send it; without a meaning.' }),
  dialect: z.string().min(1).max(64).nullable().optional().meta({
    description:
      'The wire format. `null`: the application says, then its preset, and then the server default. Naming it pins its newest version.',
  }),
  dialectVersion: z.int().min(1).optional().meta({ description: 'Another version of a dialect of your own.' }),
  secondary: z
    .strictObject({ dialect: z.string().min(1).max(64), secret: z.string().max(4096).nullable().optional() })
    .nullable()
    .optional()
    .meta({
      description:
        'A second format on the same requests, for a migration: its headers and signatures are added. Method and body must be the same.',
    }),
  params: Params.optional(),
  retrySchedule: z
    .array(
      z
        .number()
        .min(1)
        .max(7 * 24 * 3600),
    )
    .max(50)
    .nullable()
    .optional()
    .meta({
      description: 'Seconds between attempts. `[]`: no retry. `null`: the default, eight attempts in about 28 hours.',
    }),
  timeoutSeconds: z.number().min(1).max(60).nullable().optional().meta({ description: '`null`: the default, 15.' }),
  batch: z
    .strictObject({
      maxMessages: z.int().min(1).max(10_000).nullable().optional(),
      maxWaitSeconds: z.number().min(0.1).max(3600).nullable().optional(),
    })
    .nullable()
    .optional()
    .meta({
      description:
        'Several messages in one request, where the dialect has batches: sent when there are so many, or when the first has waited so long. `null`: as the dialect has it by itself. `{"maxMessages": 1}`: none.',
    }),
}

export const EndpointIn = z
  .strictObject({
    ...fields,
    headers: Headers.nullable().optional(),
    secret: z.string().max(4096).nullable().optional().meta({
      description: 'What signs. Left out: made here, in the dialect’s own form. `null`: requests go out unsigned.',
    }),
  })
  .meta({ id: 'EndpointIn' })

/** PUT: what is left out goes back to its default. Headers and secret have routes of their own and stay. */
export const EndpointUpsertIn = z.strictObject(fields).meta({ id: 'EndpointUpsertIn' })

export const EndpointPatch = z
  .strictObject({
    ...fields,
    url: fields.url.optional(),
    secret: z.string().max(4096).nullable().optional().meta({
      description:
        'Replaces the secret at once: for a dialect that reads it in another form. To replace it with an overlap, rotate.',
    }),
  })
  .meta({ id: 'EndpointPatch' })

export const endpointOutShape = {
  id: z.string().meta({ examples: ['ep_1srOrx2ZWZBpBUvZ'] }),
  uid: z.string().nullable(),
  name: z.string(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(z.string()).nullable(),
  filterTypes: z.array(z.string()).nullable(),
  channels: z.array(z.string()).nullable(),
  platforms: z.array(z.string()).nullable(),
  filter: z.record(z.string(), z.unknown()).nullable(),
  filterOver: z.enum(['payload', 'message']),
  disabled: z.boolean(),
  metadata: Metadata,
  throttleRate: z.int().nullable(),
  rateLimit: z.int().nullable(),
  version: z.int(),
  dialect: z.string().nullable(),
  dialectVersion: z.int().nullable().meta({ description: 'Of a dialect of your own: the version it keeps to.' }),
  secondary: z.object({ dialect: z.string(), version: z.int().nullable() }).nullable(),
  params: Params,
  retrySchedule: z.array(z.number()).nullable(),
  timeoutSeconds: z.number().nullable(),
  batch: z.object({ maxMessages: z.int().nullable(), maxWaitSeconds: z.number().nullable() }).nullable(),
  signed: z.boolean(),
  hold: z.enum(['failing', 'gone']).nullable().meta({
    description: 'Why deliveries are held although the endpoint is switched on. A patch `disabled: false` ends it.',
  }),
  heldAt: TimeOut.nullable(),
  failingSince: TimeOut.nullable(),
  createdAt: TimeOut,
  updatedAt: TimeOut,
}

export const EndpointOut = z.object(endpointOutShape).meta({ id: 'EndpointOut' })
export const EndpointList = listOf(EndpointOut).meta({ id: 'ListResponseEndpointOut' })
export const endpointListQuery = z.strictObject(orderedPage)

export const EndpointHeadersIn = z.strictObject({ headers: Headers }).meta({ id: 'EndpointHeadersIn' })

export const EndpointHeadersPatchIn = z
  .strictObject({
    headers: z
      .record(z.string().min(1).max(256), z.string().max(8192).nullable())
      .meta({ description: '`null` removes the header.' }),
    deleteHeaders: z.array(z.string().min(1).max(256)).optional(),
  })
  .meta({ id: 'EndpointHeadersPatchIn' })

export const EndpointHeadersOut = z
  .object({
    headers: z.record(z.string(), z.string()),
    sensitive: z
      .array(z.string())
      .meta({ description: 'Names of headers that carry credentials; their values are not shown.' }),
  })
  .meta({ id: 'EndpointHeadersOut' })

export const EndpointSecretOut = z
  .object({
    key: z.string().nullable().meta({ description: '`null`: requests go out unsigned.' }),
    publicKey: z.string().nullable().meta({
      description: 'What receivers verify with, where the algorithm is asymmetric.',
    }),
    signsFrom: TimeOut.nullable().meta({
      description: 'When this one takes over from the one before; `null`: it signs now.',
    }),
    secondaryKey: z.string().nullable().meta({ description: 'Of the second format.' }),
  })
  .meta({ id: 'EndpointSecretOut' })

export const EndpointSecretRotateIn = z
  .strictObject({
    key: z
      .string()
      .max(4096)
      .nullable()
      .optional()
      .meta({ description: 'The new secret. Left out or `null`: made here.' }),
    gracePeriodSeconds: z
      .int()
      .min(0)
      .max(7 * 24 * 3600)
      .nullable()
      .optional()
      .meta({
        description: 'How long the old secret signs as well, where the dialect carries several. 24 hours when absent.',
      }),
  })
  .meta({ id: 'EndpointSecretRotateIn' })

export const EndpointStats = z
  .object({ success: z.int(), pending: z.int(), sending: z.int(), fail: z.int(), canceled: z.int() })
  .meta({ id: 'EndpointStats' })

export const endpointStatsQuery = z.strictObject({ since: Time.optional(), until: Time.optional() })

export const RecoverIn = z.strictObject({ since: Time, until: Time.nullable().optional() }).meta({ id: 'RecoverIn' })

export const RecoverOut = z
  .object({
    id: z.string(),
    status: z.enum(['running', 'finished', 'failed']),
    task: z.literal('endpoint.recover'),
    data: z.object({ messagesSent: z.int() }).meta({ description: 'How many failed deliveries go out again.' }),
    updatedAt: TimeOut,
  })
  .meta({ id: 'RecoverOut' })

export const MockIn = z
  .strictObject({
    eventType: EventTypeName,
    payload: z.record(z.string(), z.unknown()).optional().meta({
      description: 'Held against the event type’s schema and sent byte for byte. Left out: the event type’s sample.',
    }),
    params: Params.optional(),
    platform: z.string().min(1).max(64).nullable().optional(),
  })
  .meta({ id: 'MockIn' })

const HeaderList = z.array(z.tuple([z.string(), z.string()]))

/** One request that was sent on the spot, with its exact bytes, and what came back. Never logged. */
export const MockOut = z
  .object({
    request: z.object({ method: z.string(), url: z.string(), headers: HeaderList, body: z.string().nullable() }),
    response: z
      .object({
        status: z.int(),
        headers: HeaderList,
        body: z.string().meta({ description: 'As UTF-8 text, with replacement characters.' }),
        bodyBase64: z.string().nullable().meta({ description: 'The bytes, when they are not UTF-8 text.' }),
        truncated: z.boolean(),
      })
      .nullable(),
    error: z.object({ code: z.string(), message: z.string(), maybeSent: z.boolean() }).nullable(),
    durationMs: z.number(),
    timings: z.object({
      dnsMs: z.number().nullable(),
      connectMs: z.number().nullable(),
      firstByteMs: z.number().nullable(),
      totalMs: z.number(),
    }),
    remoteAddress: z.string().nullable(),
  })
  .meta({ id: 'MockOut' })

const ProbeStep = z.object({
  step: z.enum(['address', 'dns', 'connect', 'tls', 'redirect']),
  ok: z.boolean().nullable().meta({ description: '`null`: not reached, or it does not apply.' }),
  message: z.string(),
  durationMs: z.number().nullable(),
})

/** A pre-flight, and the test message when it could be sent. Neither is logged. */
export const TestOut = z
  .object({
    ok: z.boolean(),
    steps: z.array(ProbeStep),
    remoteAddress: z.string().nullable(),
    tls: z
      .object({
        protocol: z.string(),
        certificate: z.object({ subject: z.string(), issuer: z.string(), validTo: TimeOut, daysLeft: z.int() }),
      })
      .nullable(),
    eventType: z.string().nullable(),
    message: MockOut.nullable(),
  })
  .meta({ id: 'EndpointTestOut' })

export type TestOut = z.output<typeof TestOut>
export type EndpointIn = z.output<typeof EndpointIn>
export type EndpointUpsertIn = z.output<typeof EndpointUpsertIn>
export type EndpointPatch = z.output<typeof EndpointPatch>
export type EndpointOut = z.output<typeof EndpointOut>
export type MockOut = z.output<typeof MockOut>
