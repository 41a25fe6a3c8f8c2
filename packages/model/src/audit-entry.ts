import * as z from 'zod'
import { JsonObject, Milliseconds } from './common.ts'
import { field } from './fields/field.ts'
import type { Stored } from './fields/noun.ts'

const AuditAction = z.enum([
  'signing_key.shown',
  'signing_key.reset',
  'endpoint.secret_shown',
  'endpoint.secret_rotated',
  'endpoint.created',
  'endpoint.changed',
  'endpoint.activated',
  'endpoint.deactivated',
  'endpoint.deleted',
  'preset.applied',
  'dialect.defined',
  'dialect.deleted',
])

/**
 * Who did what to something secret or far-reaching (where events go, what signs them), and when. Written with the change, in its
 * transaction.
 */
export const auditEntryFields = {
  id: field(z.string(), { setBy: 'engine', description: 'The id.' }),
  org: field(z.string(), { setBy: 'engine', description: 'The organisation.', api: { hidden: true } }),
  app: field(z.string().nullable(), {
    setBy: 'engine',
    description: 'The application; `null` for a change of the organisation.',
    api: { name: 'appId' },
  }),
  at: field(Milliseconds, {
    setBy: 'engine',
    description: 'When it happened.',
    time: true,
    api: { name: 'timestamp' },
  }),
  actor: field(z.string(), {
    setBy: 'engine',
    description: 'Who did it: the subject of the token, or of its claim `act`.',
  }),
  action: field(AuditAction, {
    setBy: 'engine',
    description: 'What was done.',
    examples: ['signing_key.reset'],
    api: { out: z.string() },
  }),
  target: field(z.string(), { setBy: 'engine', description: 'The id or name of what was changed.' }),
  detail: field(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])), {
    setBy: 'engine',
    description: 'More about the change, without secrets.',
    api: { out: JsonObject },
  }),
}

export interface AuditEntry extends Stored<typeof auditEntryFields> {}
