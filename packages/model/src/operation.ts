import * as z from 'zod'
import { EventTypeName, Metadata, Milliseconds } from './common.ts'
import { field } from './fields/field.ts'
import type { Input, Stored } from './fields/noun.ts'

/**
 * `running` until its job ends in `ready` or `failed`; `called` once the receiver has taken the callback, `claimed` once the
 * result was fetched; `expired` when it cannot be fetched any more.
 */
export const OperationState = z.enum(['running', 'ready', 'failed', 'called', 'claimed', 'expired'])
export type OperationState = z.output<typeof OperationState>

const lifetimes = 'A result can be fetched for 1 second to 7 days; give whole seconds.'

/** A long-running job that reports back by callback. What it gave, and the id to fetch that with, are not in it. */
export const operationFields = {
  id: field(z.string(), { setBy: 'engine', examples: ['op_1srOrx2ZWZBpBUvZ'] }),
  app: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  kind: field(EventTypeName.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'What is done; the event type of the callback in the log.',
    examples: ['backup.owner'],
  }),
  state: field(OperationState, { setBy: 'engine' }),
  callbackUrl: field(z.string().min(1).max(4096), {
    setBy: 'vendor',
    description: 'Called with GET and `id=<claim id>` once the job has ended. https, unless the preset says otherwise.',
    examples: ['https://hooks.acme.io/done'],
  }),
  metadata: field(Metadata, { setBy: 'vendor', default: {}, examples: [{ owner: '4567' }] }),
  expiresInSeconds: field(
    z
      .int(lifetimes)
      .min(1, lifetimes)
      .max(7 * 86_400, lifetimes),
    {
      setBy: 'vendor',
      inputOnly: true,
      optional: true,
      description: 'How long the result can be fetched once it is there; 24 hours when absent.',
      examples: [3600],
    },
  ),
  message: field(z.string().nullable(), {
    setBy: 'engine',
    default: null,
    description: 'The callback’s message, whose attempts are in the log; `null`: the job has not ended.',
    api: { name: 'msgId' },
  }),
  error: field(z.string().nullable(), {
    setBy: 'engine',
    default: null,
    description: 'Why the job failed; `null`: it did not.',
  }),
  file: field(z.object({ name: z.string(), contentType: z.string(), bytes: z.int() }).nullable(), {
    setBy: 'engine',
    default: null,
    description: 'What the result is, where it is a file.',
  }),
  createdAt: field(Milliseconds, { setBy: 'engine', time: true }),
  completedAt: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description: 'When the job ended, well or not.',
  }),
  expiresAt: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description: 'Until when the result can be fetched.',
  }),
  calledAt: field(Milliseconds.nullable(), { setBy: 'engine', default: null, time: true }),
  claimedAt: field(Milliseconds.nullable(), { setBy: 'engine', default: null, time: true }),
}

export interface Operation extends Stored<typeof operationFields> {}
export interface OperationInput extends Input<typeof operationFields> {}
