import type { Operation, OperationState } from '../model.ts'
import type { IdempotencyRecord, Replay } from './idempotency.ts'

/**
 * Operations and what they give. They live in the queue's database, because the end of an operation and the work of its
 * callback are one transaction: `Queue.accept` takes an `OperationEnding` along.
 */
export interface OperationStore {
  /** `missing`: the application is gone. */
  create(
    row: OperationRow,
    idempotency: IdempotencyRecord | null,
  ): Promise<{ readonly state: 'created' | 'missing' } | Replay>
  operation(app: string, id: string): Promise<OperationRow | null>
  operations(query: OperationQuery): Promise<readonly Operation[]>
  operationByClaim(app: string, claimHash: string): Promise<OperationRow | null>
  operationByFile(tokenHash: string): Promise<OperationRow | null>
  /** JSON text of a result that is no file. */
  operationPayload(id: string): Promise<string | null>
  /** Notes that the result was fetched. */
  claimed(app: string, id: string, at: number): Promise<void>
  /** Operations that have ended and whose callback is still to be delivered. A starting process reads this. */
  callbacks(): Promise<readonly Callback[]>
  /** Names of the files that can still be claimed. Every other file can be deleted. */
  operationFiles(): Promise<readonly string[]>
  /**
   * Expires operations whose time is over and deletes their results. Deletes operations that began before `before`, except those
   * whose result can still be claimed. At most `limit` rows each.
   */
  sweep(now: number, before: number, limit: number): Promise<SweptOperations>
}

/** An operation with its internal fields. */
export interface OperationRow {
  readonly operation: Operation
  /** How long the result can be claimed, counted from its completion. */
  readonly lastsMs: number
  /** The claim id is looked up by its hash, and sealed for the callback, which needs it again at each retry. */
  readonly claimHash: string
  readonly sealedClaim: string
  readonly file: StoredFile | null
}

/** A file in the data folder; its link is looked up by the hash of its token, and stored encrypted, because each claim returns it again. */
export interface StoredFile {
  /** Name in the folder of results. */
  readonly stored: string
  readonly tokenHash: string
  readonly sealedToken: string
  /** SHA-256 of its bytes, base64url. */
  readonly digest: string
  readonly name: string
  readonly contentType: string
  readonly bytes: number
}

/** How an operation ends; goes with the message of its callback. */
export interface OperationEnding {
  readonly id: string
  readonly state: 'ready' | 'failed'
  readonly error: string | null
  readonly payload: string | null
  readonly file: StoredFile | null
  readonly expiresAt: number
}

/** What the directory needs to know of a callback that is still to be delivered. */
export interface Callback {
  readonly id: string
  readonly app: string
  readonly url: string
  readonly sealedClaim: string
}

export interface OperationQuery {
  readonly app: string
  readonly states: readonly OperationState[] | null
  readonly kind: string | null
  /** An operation whose time is over by then counts as expired. */
  readonly now: number
  readonly cursor: string | null
  readonly order: 'ascending' | 'descending'
  readonly limit: number
}

export interface SweptOperations {
  /** Their callbacks, where some wait, are to be cancelled: there is no result to fetch. */
  readonly expired: readonly { readonly id: string; readonly app: string }[]
  readonly more: boolean
}
