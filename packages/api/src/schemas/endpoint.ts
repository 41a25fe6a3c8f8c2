import * as z from 'zod'
import {
  answerShape,
  bodySchema,
  endpointFields,
  EventTypeName,
  Headers,
  GivenParams,
  Platform,
  Time,
  TimeOut,
} from '@posthorn/model'
import { listOf, orderedPage } from './common.ts'

export const EndpointIn = bodySchema(endpointFields, 'POST').meta({ id: 'EndpointIn' })

/** PUT: what is left out goes back to its default. Headers and secret have routes of their own and stay. */
export const EndpointUpsertIn = bodySchema(endpointFields, 'PUT').meta({ id: 'EndpointUpsertIn' })
export const EndpointPatch = bodySchema(endpointFields, 'PATCH').meta({ id: 'EndpointPatch' })

export const endpointOutShape = answerShape(endpointFields)
export const EndpointOut = z.object(endpointOutShape).meta({ id: 'EndpointOut' })
export const EndpointList = listOf(EndpointOut).meta({ id: 'ListResponseEndpointOut' })
export const endpointListQuery = z.strictObject(orderedPage)

export const EndpointHeadersIn = z.strictObject({ headers: Headers }).meta({ id: 'EndpointHeadersIn' })

export const EndpointHeadersPatchIn = z
  .strictObject({
    headers: z
      .record(z.string().min(1).max(256), z.string().max(8192).nullable())
      .meta({ description: '`null` removes the header.' }),
    deleteHeaders: z.array(z.string().min(1).max(256)).nullable().optional(),
  })
  .meta({ id: 'EndpointHeadersPatchIn' })

export const EndpointHeadersOut = z
  .object({
    headers: z.record(z.string(), z.string()),
    sensitive: z
      .array(z.string())
      .meta({ description: 'Names of the headers that contain credentials. Their values are not shown.' }),
  })
  .meta({ id: 'EndpointHeadersOut' })

const secretNext = z
  .object({
    key: z.string().nullable().meta({ description: '`null`: requests are not signed from then on.' }),
    publicKey: z.string().nullable().meta({
      description: 'The key that receivers verify with, if the algorithm is asymmetric.',
    }),
    signsFrom: TimeOut.meta({ description: 'From this time on it signs, and `key` does not.' }),
  })
  .nullable()

export const EndpointSecretOut = z
  .object({
    key: z.string().nullable().meta({ description: 'The key that signs now; `null`: requests are not signed.' }),
    publicKey: z.string().nullable().meta({
      description: 'The key that receivers verify with, if the algorithm is asymmetric.',
    }),
    next: secretNext.meta({
      description:
        'During a rotation in a dialect with a single signature: the key that replaces `key`, and when. `null`: no key is waiting.',
    }),
    previousUntil: TimeOut.nullable().meta({
      description:
        'During a rotation in a dialect that carries several signatures: until this time the old key signs too.',
    }),
    secondaryKey: z.string().nullable().meta({ description: 'The key of the secondary dialect that signs now.' }),
    secondaryPublicKey: z.string().nullable().meta({
      description: 'Its public key, if the algorithm is asymmetric.',
    }),
    secondaryNext: secretNext.meta({ description: 'The key that replaces `secondaryKey`, and when.' }),
    secondaryPreviousUntil: TimeOut.nullable().meta({
      description: 'Until this time the old key of the secondary dialect signs too.',
    }),
  })
  .meta({ id: 'EndpointSecretOut' })

export const EndpointSecretRotateIn = z
  .strictObject({
    key: z
      .string()
      .max(4096)
      .nullable()
      .optional()
      .meta({ description: 'The new secret. Absent or `null`: the server makes one.' }),
    gracePeriodSeconds: z
      .int()
      .min(0)
      .max(7 * 24 * 3600)
      .nullable()
      .optional()
      .meta({
        description:
          'How long the old secret also signs, if the dialect can carry several signatures. 24 hours when absent.',
      }),
  })
  .meta({ id: 'EndpointSecretRotateIn' })

export const EndpointStats = z
  .object({
    success: z.int(),
    pending: z.int().meta({ description: 'They wait for their first attempt.' }),
    sending: z.int().meta({ description: 'They had an attempt, and another follows.' }),
    fail: z.int().meta({ description: 'They failed for good, or are held until they are recovered.' }),
    canceled: z.int().meta({ description: 'They wait, and the endpoint is switched off.' }),
  })
  .meta({
    id: 'EndpointStats',
    description:
      'Deliveries of an endpoint by how they stand now. What has ended counts if its last attempt was made in the range; what waits counts always, up to 10,000.',
  })

export const endpointStatsQuery = z.strictObject({ since: Time.optional(), until: Time.optional() })

export const RecoverIn = z.strictObject({ since: Time, until: Time.nullable().optional() }).meta({ id: 'RecoverIn' })

export const RecoverOut = z
  .object({
    id: z.string(),
    status: z.enum(['running', 'finished', 'failed']),
    task: z.literal('endpoint.recover'),
    data: z
      .object({ messagesSent: z.int() })
      .meta({ description: 'How many deliveries are sent again: those that failed, and those that were held.' }),
    updatedAt: TimeOut,
  })
  .meta({ id: 'RecoverOut' })

export const MockIn = z
  .strictObject({
    eventType: EventTypeName,
    payload: z.record(z.string(), z.unknown()).optional().meta({
      description: 'It must match the event type’s schema, and is sent byte for byte. Absent: the event type’s sample.',
    }),
    params: GivenParams.optional(),
    platform: Platform.nullable().optional(),
  })
  .meta({ id: 'MockIn' })

export const SubscriptionIn = z.strictObject({ eventType: EventTypeName }).meta({ id: 'SubscriptionIn' })

/** Which example of an event type is sent. */
export const EventExampleIn = z
  .strictObject({
    eventType: EventTypeName,
    exampleIndex: z.int().min(0).optional().meta({
      description:
        'Which of the `examples` of its newest schema, from 0. Without it the `sample` of the event type is sent, or the first example if it has none.',
    }),
  })
  .meta({ id: 'EventExampleIn' })

const HeaderList = z.array(z.tuple([z.string(), z.string()]))

/** One request that was sent on the spot, with its exact bytes, and what came back. Never logged. */
export const MockOut = z
  .object({
    request: z.object({ method: z.string(), url: z.string(), headers: HeaderList, body: z.string().nullable() }),
    response: z
      .object({
        status: z.int(),
        headers: HeaderList,
        body: z.string().meta({ description: 'The body as UTF-8 text. Other bytes become replacement characters.' }),
        bodyBase64: z.string().nullable().meta({ description: 'The bytes, if the body is not UTF-8 text.' }),
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
  ok: z.boolean().nullable().meta({ description: '`null`: not reached, or not applicable.' }),
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
