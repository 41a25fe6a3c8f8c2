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
      '`failed` will be tried again; `exhausted` was the last of its schedule; `interrupted`: the process died while it was out, maybe sent; `cancelled`: its endpoint was deleted; `quarantined`: the process died twice while it was out alone.',
  })
export type AttemptResult = z.output<typeof AttemptResult>

const HeaderList = z.array(z.tuple([z.string(), z.string()]))

/** One try of a request, with what was sent, what came back, timings. */
export const attemptFields = {
  id: field(z.string(), { setBy: 'engine', examples: ['atmpt_1srOrx2ZWZBpBUvZ'] }),
  org: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  app: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  message: field(z.string(), { setBy: 'engine', api: { name: 'msgId' } }),
  /** The message's id as the receiver saw it, in the rendering of the endpoint's dialect. */
  requestId: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  eventType: field(z.string(), { setBy: 'engine' }),
  /** Of the message, so that attempts are found by them. */
  channels: field(z.array(z.string()).nullable(), { setBy: 'engine', api: { hidden: true } }),
  tags: field(z.array(z.string()).nullable(), { setBy: 'engine', api: { hidden: true } }),
  endpoint: field(z.string(), { setBy: 'engine', api: { name: 'endpointId' } }),
  url: field(z.string(), { setBy: 'engine' }),
  attempt: field(z.int(), {
    setBy: 'engine',
    description: '1 for the first, on the wire too where a dialect carries it.',
  }),
  batch: field(z.string().nullable(), {
    setBy: 'engine',
    description: 'The batch that the message was sent in; `null`: alone.',
    api: { name: 'batchId' },
  }),
  result: field(AttemptResult, { setBy: 'engine' }),
  trigger: field(z.enum(['scheduled', 'manual']), { setBy: 'engine', api: { hidden: true } }),
  code: field(z.int(), {
    setBy: 'engine',
    description: 'Status of the response; 0 when there was none.',
    api: { name: 'responseStatusCode' },
  }),
  error: field(z.object({ code: z.string(), message: z.string() }).nullable(), {
    setBy: 'engine',
    description: 'Why there was no usable response.',
  }),
  startedAt: field(Milliseconds, { setBy: 'engine', time: true, api: { name: 'timestamp' } }),
  durationMs: field(z.number(), {
    setBy: 'engine',
    api: { name: 'responseDurationMs', out: z.int(), show: (ms: number) => Math.round(ms) },
  }),
  nextAttemptAt: field(Milliseconds.nullable(), { setBy: 'engine', time: true, api: { name: 'nextAttempt' } }),
  request: field(z.object({ method: z.string(), headers: HeaderList }).nullable(), {
    setBy: 'engine',
    api: { hidden: true },
  }),
  /** The body: at most 64 kB, decoded as UTF-8 with replacement characters. */
  response: field(z.object({ headers: HeaderList, body: z.string(), truncated: z.boolean() }).nullable(), {
    setBy: 'engine',
    api: { hidden: true },
  }),
  remoteAddress: field(z.string().nullable(), { setBy: 'engine' }),
}

export interface Attempt extends Stored<typeof attemptFields> {}
export type AttemptTrigger = Attempt['trigger']
