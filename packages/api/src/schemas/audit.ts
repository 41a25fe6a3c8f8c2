import * as z from 'zod'
import { TimeOut } from '@posthorn/model'
import { listOf, orderedPage } from './common.ts'

/** Who did what to something secret or far-reaching, and when. */
const AuditOut = z
  .object({
    id: z.string(),
    appId: z.string().nullable(),
    timestamp: TimeOut,
    actor: z.string().meta({ description: 'The subject of the token, or of its claim `act`.' }),
    action: z.string().meta({ examples: ['signing_key.reset'] }),
    target: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditOut' })

export const AuditList = listOf(AuditOut).meta({ id: 'ListResponseAuditOut' })
export const auditQuery = z.strictObject(orderedPage)
