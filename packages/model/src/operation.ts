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
  id: field(z.string(), { setBy: 'engine', description: 'The id.', examples: ['op_1srOrx2ZWZBpBUvZ'] }),
  app: field(z.string(), { setBy: 'engine', description: 'Its application.', api: { hidden: true } }),
  kind: field(EventTypeName.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'The kind of job. In the log it is the event type of the callback.',
    examples: ['backup.owner'],
  }),
  state: field(OperationState, {
    setBy: 'engine',
    description:
      '`running`, then `ready` or `failed`. `called`: the receiver got the callback. `claimed`: the result was read. `expired`: the result cannot be read any more.',
  }),
  callbackUrl: field(z.string().min(1).max(4096), {
    setBy: 'vendor',
    description:
      'The URL of the callback. When the job has ended, it is called with GET and `id=<claim id>`. It must be https, unless the preset allows http.',
    examples: ['https://hooks.acme.io/done'],
  }),
  metadata: field(Metadata, {
    setBy: 'vendor',
    default: {},
    description: 'Your own values, which are stored and returned.',
    examples: [{ owner: '4567' }],
  }),
  expiresInSeconds: field(
    z
      .int(lifetimes)
      .min(1, lifetimes)
      .max(7 * 86_400, lifetimes),
    {
      setBy: 'vendor',
      inputOnly: true,
      optional: true,
      description: 'How long the result can be read after the job has ended. If it is left out, it is 24 hours.',
      examples: [3600],
    },
  ),
  message: field(z.string().nullable(), {
    setBy: 'engine',
    default: null,
    description: 'The message of the callback. Its attempts are in the log. `null` until the job has ended.',
    api: { name: 'msgId' },
  }),
  error: field(z.string().nullable(), {
    setBy: 'engine',
    default: null,
    description: 'Why the job failed; `null` if it did not.',
  }),
  file: field(z.object({ name: z.string(), contentType: z.string(), bytes: z.int() }).nullable(), {
    setBy: 'engine',
    default: null,
    description: 'The file, if the result is one.',
  }),
  createdAt: field(Milliseconds, { setBy: 'engine', time: true, description: 'When it was created.' }),
  completedAt: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description: 'When the job ended.',
  }),
  expiresAt: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description: 'Until when the result can be read.',
  }),
  calledAt: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description: 'When the receiver got the callback.',
  }),
  claimedAt: field(Milliseconds.nullable(), {
    setBy: 'engine',
    default: null,
    time: true,
    description: 'When the result was first read.',
  }),
}

export interface Operation extends Stored<typeof operationFields> {}
export interface OperationInput extends Input<typeof operationFields> {}
