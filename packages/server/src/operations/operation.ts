import type { OperationClaimOut, OperationOut } from '@posthorn/api'
import type { Claimed, Operation } from '@posthorn/engine'
import { JsonText, withRawMember } from '../http/json-text.ts'
import { Reply } from '../http/reply.ts'
import { isoTime, isoTimeOrNull } from '../iso-time.ts'
import { fileUrl, type Links } from './links.ts'

export function operationOut(operation: Operation): OperationOut {
  const { id, kind, state, callbackUrl, metadata, message, error, file } = operation
  return {
    id,
    kind,
    state,
    callbackUrl,
    metadata: { ...metadata },
    msgId: message,
    error,
    file: file && { ...file },
    createdAt: isoTime(operation.createdAt),
    completedAt: isoTimeOrNull(operation.completedAt),
    expiresAt: isoTimeOrNull(operation.expiresAt),
    calledAt: isoTimeOrNull(operation.calledAt),
    claimedAt: isoTimeOrNull(operation.claimedAt),
  }
}

/**
 * What a claim answers. That a job failed is a 200 with `error` in the place of `data`: the vendor's document is silent, the
 * question was in order, and its answer is known and final. A 4xx would say that the caller did something wrong, and be retried.
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
