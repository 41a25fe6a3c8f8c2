import type { AttemptRow } from './attempt-row.ts'
import type { CatalogChange } from '../catalog.ts'
import type { OperationRow } from '../operation-store.ts'
import type { IdempotencyRecord } from '../idempotency.ts'
import type { AcceptItem, Claim, ClaimRequest, FormItem, RecordItem, RequeueItem, UnformItem } from '../queue.ts'

/** What travels to the thread that writes the queue's file: plain data, one transaction a batch. */
export type QueueOperation =
  | { readonly kind: 'accept'; readonly item: AcceptItem }
  | { readonly kind: 'form'; readonly item: FormItem }
  | { readonly kind: 'unform'; readonly item: UnformItem }
  | { readonly kind: 'record'; readonly item: RecordItem }
  | { readonly kind: 'claim'; readonly request: ClaimRequest }
  | { readonly kind: 'alone'; readonly claim: Claim }
  | { readonly kind: 'release'; readonly items: readonly Claim[] }
  | { readonly kind: 'requeue'; readonly items: readonly RequeueItem[]; readonly idempotency: IdempotencyRecord | null }
  | { readonly kind: 'cancel'; readonly target: string; readonly limit: number; readonly at: number }
  | { readonly kind: 'sweep'; readonly now: number; readonly outcomesBefore: number; readonly limit: number }
  | { readonly kind: 'expunge'; readonly app: string; readonly id: string }
  | {
      readonly kind: 'catalog'
      readonly changes: readonly CatalogChange[]
      readonly idempotency: IdempotencyRecord | null
    }
  | {
      readonly kind: 'create_operation'
      readonly row: OperationRow
      readonly idempotency: IdempotencyRecord | null
    }
  | { readonly kind: 'operation_claimed'; readonly app: string; readonly id: string; readonly at: number }
  | { readonly kind: 'sweep_operations'; readonly now: number; readonly before: number; readonly limit: number }

/** What travels to the thread that writes the ledger's file. */
export type LedgerOperation =
  | { readonly kind: 'append'; readonly row: AttemptRow }
  | { readonly kind: 'expunge'; readonly app: string; readonly id: string }
  | { readonly kind: 'sweep'; readonly before: number; readonly limit: number }
  | { readonly kind: 'settle' }

/** The answer to one operation of a batch: its own result, or why the database could not do it. */
export type OperationAnswer = { readonly value: unknown } | { readonly error: StoreFailure }

export interface StoreFailure {
  readonly message: string
  /** `full`: no space, nothing was written, try later. `lost`: an fsync or a page failed; the process must end. `bug`: the rest. */
  readonly kind: 'full' | 'lost' | 'bug'
}

/** One file's writer: applies a batch in one transaction and answers each operation. */
export interface BatchWriter<Operation> {
  apply(batch: readonly Operation[]): readonly OperationAnswer[]
  close(): void
}
