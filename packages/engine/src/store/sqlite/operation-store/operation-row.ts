import type { SQLOutputValue } from 'node:sqlite'
import type { Operation, OperationState } from '../../../model.ts'
import type { OperationRow, StoredFile } from '../../operation-store.ts'

type Row = Record<string, SQLOutputValue>

export function operationRow(row: Row): OperationRow {
  return {
    operation: toOperation(row),
    lastsMs: Number(row.lasts_ms),
    claimHash: String(row.claim_hash),
    sealedClaim: String(row.sealed_claim),
    file: fileOf(row),
  }
}

export function toOperation(row: Row): Operation {
  const file = fileOf(row)
  return {
    id: String(row.id),
    app: String(row.app),
    kind: textOf(row.kind),
    state: String(row.state) as OperationState,
    callbackUrl: String(row.callback_url),
    metadata: JSON.parse(String(row.metadata)) as Record<string, string>,
    message: textOf(row.message),
    error: textOf(row.error),
    file: file && { name: file.name, contentType: file.contentType, bytes: file.bytes },
    createdAt: Number(row.created_at),
    completedAt: timeOf(row.completed_at),
    expiresAt: timeOf(row.expires_at),
    calledAt: timeOf(row.called_at),
    claimedAt: timeOf(row.claimed_at),
  }
}

function fileOf({ file }: Row): StoredFile | null {
  return typeof file === 'string' ? (JSON.parse(file) as StoredFile) : null
}

function textOf(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function timeOf(value: SQLOutputValue | undefined): number | null {
  return typeof value === 'number' ? value : null
}
