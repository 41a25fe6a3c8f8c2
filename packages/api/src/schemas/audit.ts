import { answerShape, auditEntryFields } from '@posthorn/model'
import * as z from 'zod'
import { listOf, orderedPage } from './common.ts'

const AuditOut = z.object(answerShape(auditEntryFields)).meta({ id: 'AuditOut' })

export const AuditList = listOf(AuditOut).meta({ id: 'ListResponseAuditOut' })
export const auditQuery = z.strictObject(orderedPage)
