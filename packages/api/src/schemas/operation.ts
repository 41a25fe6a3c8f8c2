import { answerShape, bodySchema, EventTypeName, operationFields, OperationState, TimeOut } from '@posthorn/model'
import * as z from 'zod'
import { listOf, orderedPage } from './common.ts'

export const OperationIn = bodySchema(operationFields, 'POST').meta({ id: 'OperationIn' })

/** A job; what it gave, and the id to fetch that with, are not in it. */
export const OperationOut = z.object(answerShape(operationFields)).meta({ id: 'OperationOut' })
export const OperationList = listOf(OperationOut).meta({ id: 'ListResponseOperationOut' })

export const operationListQuery = z.strictObject({
  ...orderedPage,
  state: OperationState.optional(),
  kind: EventTypeName.optional(),
})

export const OperationCompleteIn = z
  .strictObject({
    payload: z.record(z.string(), z.unknown()).meta({
      description: 'What a claim returns as `data`: an object of at most 1 MB, byte for byte.',
    }),
  })
  .meta({ id: 'OperationCompleteIn' })

export const operationCompleteQuery = z.strictObject({
  name: z.string().min(1).max(200).optional().meta({
    description: 'Name of the file, if the body is a file. Absent: the name in `Content-Disposition`.',
  }),
})

export const OperationFailIn = z
  .strictObject({
    reason: z.string().min(1).max(1024).meta({ description: 'Shown to the caller who asks for the result.' }),
  })
  .meta({ id: 'OperationFailIn' })

export const operationClaimQuery = z.strictObject({
  id: z.string().min(1).max(64).meta({ description: 'The claim id in the callback.' }),
})

/** The result; why there is none; or, with a 202, that the job still runs. */
export const OperationClaimOut = z
  .union([
    z.object({
      data: z.record(z.string(), z.unknown()).meta({ description: 'The payload of the completion, byte for byte.' }),
    }),
    z.object({
      data: z.object({
        url: z
          .string()
          .meta({ description: 'GET it without a token. Anyone with the link can get it until it expires.' }),
        name: z.string(),
        contentType: z.string(),
        bytes: z.int(),
        expiresAt: TimeOut,
      }),
    }),
    z.object({ error: z.string() }),
    z.object({ state: z.literal('running') }),
  ])
  .meta({ id: 'OperationClaimOut' })

export type OperationIn = z.output<typeof OperationIn>
export type OperationOut = z.output<typeof OperationOut>
export type OperationClaimOut = z.output<typeof OperationClaimOut>
