import type { OperationClaimOut, OperationOut } from '@posthorn/api'
import type { Claimed, Operation } from '@posthorn/engine'
import { answerOf, operationFields } from '@posthorn/model'
import { JsonText, withRawMember } from '../http/json-text.ts'
import { Reply } from '../http/reply.ts'
import { isoTime } from '../iso-time.ts'
import { fileUrl, type Links } from './links.ts'

export const operationOut: (operation: Operation) => OperationOut = answerOf(operationFields)

/**
 * What a claim answers. A job that failed is a 200 with `error` in the place of `data`, because the claim itself is valid and its
 * answer is final. A 4xx would say that the caller made a mistake, and clients would retry a 5xx. (The vendor's document does
 * not say what happens here.)
 */
export function claimOut(claimed: Claimed, links: Links): JsonText<OperationClaimOut> | Reply<OperationClaimOut> {
  switch (claimed.kind) {
    case 'running':
      return new Reply<OperationClaimOut>(202, { state: 'running' })
    case 'failed':
      return new JsonText(JSON.stringify({ error: claimed.reason }))
    case 'payload':
      return withRawMember({}, 'data', claimed.payload) as JsonText<OperationClaimOut>
    case 'file': {
      const { token, name, contentType, bytes, expiresAt } = claimed
      const data = { url: fileUrl(links, token), name, contentType, bytes, expiresAt: isoTime(expiresAt) }
      return new JsonText(JSON.stringify({ data }))
    }
  }
}
