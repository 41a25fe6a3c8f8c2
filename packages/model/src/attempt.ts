import * as z from 'zod'
import { Milliseconds } from './common.ts'
import { field } from './fields/field.ts'
import type { Stored } from './fields/noun.ts'

/** How one attempt ended. */
export const AttemptResult = z
  .enum(['success', 'failed', 'exhausted', 'interrupted', 'cancelled', 'quarantined'])
  .meta({
    id: 'AttemptResult',
    description:
      '`failed` is followed by another attempt; `exhausted` was the last one of the schedule; `interrupted`: the process died during the attempt, so the request may have been sent; `cancelled`: the endpoint was deleted; `quarantined`: the process died twice while this was the only request.',
  })
export type AttemptResult = z.output<typeof AttemptResult>

const HeaderList = z.array(z.tuple([z.string(), z.string()]))

/** One try of a request, with what was sent, what came back, timings. */
export const attemptFields = {
  id: field(z.string(), { setBy: 'engine', description: 'The id.', examples: ['atmpt_1srOrx2ZWZBpBUvZ'] }),
  org: field(z.string(), { setBy: 'engine', description: 'Its organisation.', api: { hidden: true } }),
  app: field(z.string(), { setBy: 'engine', description: 'Its application.', api: { hidden: true } }),
  message: field(z.string(), { setBy: 'engine', description: 'The message.', api: { name: 'msgId' } }),
  requestId: field(z.string(), {
    setBy: 'engine',
    description: 'The id of the message as the receiver got it, in the form of the dialect.',
    api: { hidden: true },
  }),
  eventType: field(z.string(), { setBy: 'engine', description: 'The event type of the message.' }),
  channels: field(z.array(z.string()).nullable(), {
    setBy: 'engine',
    description: 'The channels of the message.',
    api: { hidden: true },
  }),
  tags: field(z.array(z.string()).nullable(), {
    setBy: 'engine',
    description: 'The tags of the message.',
    api: { hidden: true },
  }),
  endpoint: field(z.string(), { setBy: 'engine', description: 'The endpoint.', api: { name: 'endpointId' } }),
  url: field(z.string(), { setBy: 'engine', description: 'Where the request went.' }),
  attempt: field(z.int(), {
    setBy: 'engine',
    description: 'The number of the attempt, from 1. Some dialects send it.',
  }),
  batch: field(z.string().nullable(), {
    setBy: 'engine',
    description: 'The batch that the message was sent in; `null` if it was sent alone.',
    api: { name: 'batchId' },
  }),
  result: field(AttemptResult, { setBy: 'engine', description: 'How the attempt ended.' }),
  trigger: field(z.enum(['scheduled', 'manual']), {
    setBy: 'engine',
    description: 'Whether the schedule or a person started it.',
    api: { hidden: true },
  }),
  code: field(z.int(), {
    setBy: 'engine',
    description: 'The status of the response, or 0 if there was none.',
    api: { name: 'responseStatusCode' },
  }),
  error: field(z.object({ code: z.string(), message: z.string() }).nullable(), {
    setBy: 'engine',
    description: 'Why there was no usable response.',
  }),
  startedAt: field(Milliseconds, {
    setBy: 'engine',
    description: 'When the request began.',
    time: true,
    api: { name: 'timestamp' },
  }),
  durationMs: field(z.number(), {
    setBy: 'engine',
    description: 'How long the request took, in milliseconds.',
    api: { name: 'responseDurationMs', out: z.int(), show: (ms: number) => Math.round(ms) },
  }),
  nextAttemptAt: field(Milliseconds.nullable(), {
    setBy: 'engine',
    description: 'When the next attempt is due; `null` if there is none.',
    time: true,
    api: { name: 'nextAttempt' },
  }),
  request: field(
    z
      .object({
        method: z.string(),
        headers: HeaderList,
        /** When this push began, where the dialect writes it: the body can be made again from it. */
        pushedAt: Milliseconds.optional(),
      })
      .nullable(),
    { setBy: 'engine', description: 'What was sent, without the body.', api: { hidden: true } },
  ),
  response: field(z.object({ headers: HeaderList, body: z.string(), truncated: z.boolean() }).nullable(), {
    setBy: 'engine',
    description: 'What came back. The body has at most 64 kB and is decoded as UTF-8 with replacement characters.',
    api: { hidden: true },
  }),
  remoteAddress: field(z.string().nullable(), { setBy: 'engine', description: 'The IP address of the receiver.' }),
}

export interface Attempt extends Stored<typeof attemptFields> {}
export type AttemptTrigger = Attempt['trigger']
