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
  id: field(z.string(), { setBy: 'engine' }),
  org: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  app: field(z.string().nullable(), { setBy: 'engine', api: { name: 'appId' } }),
  at: field(Milliseconds, { setBy: 'engine', time: true, api: { name: 'timestamp' } }),
  actor: field(z.string(), {
    setBy: 'engine',
    description: 'Who did it: the subject of the token, or of its claim `act`.',
  }),
  action: field(AuditAction, { setBy: 'engine', examples: ['signing_key.reset'], api: { out: z.string() } }),
  target: field(z.string(), { setBy: 'engine', description: 'What it was done to: an id or a name.' }),
  detail: field(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])), {
    setBy: 'engine',
    api: { out: JsonObject },
  }),
}

export interface AuditEntry extends Stored<typeof auditEntryFields> {}
