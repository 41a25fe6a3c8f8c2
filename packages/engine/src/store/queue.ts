import type { AttemptResult, AttemptTrigger } from '../model.ts'
import type { Target } from '../target.ts'
import type { IdempotencyRecord, Replay } from './idempotency.ts'
import type { OperationEnding } from './operation-store.ts'

/**
 * The queue: work to do, and a short outcome of each attempt. Each database engine implements it in its own way. Group commit is
 * behind this interface: calls that wait together share one transaction, and each has a result of its own. A call rejects only
 * when the database is lost; every expected ending is a value.
 */
export interface Queue {
  /** The number under which this process claims; a new one orphans every older claim at once. */
  readonly epoch: number

  /** Message and deliveries in one transaction; resolves when they are on disk. */
  accept(item: AcceptItem): Promise<AcceptResult>

  /**
   * Notes, without waiting for the disk, that a request is about to leave. After a kill the next process reads the notes and knows
   * what may have arrived. Answers what `returned` takes.
   */
  leaving(claim: Claim): number
  /** It could not leave after all: called before `returned`. */
  neverLeft(note: number): void
  /** It came back, or failed; called after its outcome was recorded. */
  returned(note: number): void

  /**
   * Takes stored work of one target in due order. Claims of older epochs are taken too: a request that was out when its process
   * ended is recorded as interrupted (maybe sent), and one that was not is taken as if it had never been claimed.
   */
  claim(request: ClaimRequest): Promise<ClaimResult>

  /**
   * Makes one batch of work that this epoch claimed, in its order: from now on it is claimed, sent and recorded as one.
   * `stale`: some of it is another epoch's, and nothing changed.
   */
  form(item: FormItem): Promise<FormResult>

  /** Takes a claimed, unsent batch apart, because its target no longer takes batches: each message is due alone at `nextDue`. */
  unform(item: UnformItem): Promise<FormResult>

  /** Ends or reschedules one claimed delivery, or one batch. `stale`: another epoch or generation has it, and nothing changed. */
  record(item: RecordItem): Promise<RecordResult>

  /** Resolves when the queue can be written; rejects with the reason why it cannot. */
  writable(): Promise<void>

  /** Records that this suspect is about to be tried alone. If the process dies now, this request is the cause. */
  markAlone(claim: Claim): Promise<void>

  /** Gives claimed work back unsent; it keeps its due time. */
  release(items: readonly Claim[]): Promise<void>

  /**
   * Puts existing messages on the way to one target again (resend, recover). Those still queued there are left alone, and those that
   * had an attempt after the outcome `after`: the caller has not seen it.
   */
  requeue(
    items: readonly RequeueItem[],
    idempotency: IdempotencyRecord | null,
    after?: number | null,
  ): Promise<RequeueResult>

  /** Stored work of one target that was due in a range becomes due now, at most `limit` requests; answers how many deliveries these are. */
  bringForward(range: DueRange & { readonly due: number; readonly limit: number }): Promise<number>

  /** The answer that was kept for this key; `null`: there is none. */
  answered(idempotency: IdempotencyRecord): Promise<Replay | null>

  /** Targets with stored work and when the first of it is due. A starting process reads this. */
  lanes(): Promise<readonly StoredLane[]>

  /** Cancels stored work of a deleted target, at most `limit` rows; answers what was cancelled. */
  cancel(target: string, limit: number, at: number): Promise<readonly StoredOutcome[]>

  /** Outcomes after `seq`, oldest first: what the ledger reads to catch up. */
  outcomesAfter(seq: number, limit: number): Promise<readonly StoredOutcome[]>

  /**
   * Deletes rows whose retention is over, and erases payloads whose own, shorter one is, at most `limit` of each kind; answers whether
   * there are more. The general retention is `now - outcomesBefore`.
   */
  sweep(now: number, outcomesBefore: number, limit: number): Promise<boolean>

  /** By its id, or by the producer's own (`eventId`). */
  message(app: string, id: string): Promise<StoredMessage | null>
  messages(query: MessageQuery): Promise<readonly StoredMessage[]>
  expungePayload(app: string, id: string): Promise<boolean>

  /** Work of these messages for these targets that is still to be done. */
  pending(targets: readonly string[], messages: readonly string[]): Promise<readonly PendingWork[]>
  /** Messages whose delivery to this target waits with so many failures, among its first `limit` deliveries. */
  pendingWithFailures(target: string, failures: number, limit: number): Promise<readonly string[]>
  /** Deliveries of one target that are still to be done and due in a range, at most `limit` counted. */
  countPending(range: DueRange, limit: number): Promise<PendingCount>
}

export interface StoredMessage {
  readonly id: string
  readonly app: string
  readonly eventType: string
  readonly eventId: string | null
  readonly payload: string | null
  readonly channels: readonly string[] | null
  readonly tags: readonly string[] | null
  readonly params: Readonly<Record<string, string>>
  readonly platform: string | null
  readonly occurredAt: number
  readonly acceptedAt: number
  readonly deliver: boolean
  /** When it is to be delivered; `null`: at once. */
  readonly deliverAt: number | null
  readonly targets: readonly string[]
}

export interface AcceptItem {
  readonly message: StoredMessage
  /** When the payload may be forgotten. */
  readonly expiresAt: number
  /** It has a retention of its own, which is shorter than the general one. */
  readonly ownRetention: boolean
  /** One for each target: `claimed` when its lane had room, so that the delivery goes on in memory and is not read back. */
  readonly work: readonly { readonly target: string; readonly claimed: boolean }[]
  /** Version of the application's catalog that the work was matched with. */
  readonly catalogVersion: number
  /** The oldest version that is good; absent: the one that is stored. */
  readonly since?: number
  readonly idempotency: IdempotencyRecord | null
  /** The operation that ends, where the message is its callback. */
  readonly operation?: OperationEnding
}

export type AcceptResult =
  | { readonly state: 'accepted' }
  | { readonly state: 'duplicate_event'; readonly message: string }
  | StaleCatalog
  /** The operation is not running, or does not exist. */
  | { readonly state: 'operation_ended' }
  | Replay

/** It was matched with an older version than is good. Nothing was stored. */
export interface StaleCatalog {
  readonly state: 'stale_catalog'
  /** The version that is stored; 0: there is no such application. */
  readonly version: number
}

/** What is sent once: one message, or a batch that was formed. */
export interface Request {
  readonly kind: 'message' | 'batch'
  readonly id: string
}

/** Names one claimed request; epoch and generation fence it. */
export interface Claim {
  /** Id of the target. */
  readonly target: string
  readonly due: number
  readonly request: Request
  readonly generation: number
}

export interface ClaimRequest {
  readonly target: string
  /** Work that was due before this moment stays held. */
  readonly from: number
  readonly now: number
  readonly limit: number
  /** Payload bytes. The first delivery is taken whatever its size. */
  readonly maxBytes: number
}

export interface ClaimedWork extends Claim {
  readonly failures: number
  readonly trigger: AttemptTrigger
  /** When this push began: the first attempt, or the first after it was sent again by hand; `null`: with the next attempt. */
  readonly pushedAt: number | null
  /** It was out at several crashes (`suspicion.ts`): it is tried with nothing else out. */
  readonly suspect: boolean
  /** The message, or those of the batch in their order. */
  readonly contents: readonly StoredMessage[]
}

/** A batch to form. */
export interface FormItem {
  readonly batch: string
  readonly app: string
  readonly target: string
  /** When the oldest of its members was due. */
  readonly due: number
  /** The attempt that this is for each of its members, and how many waits of the schedule each has used. */
  readonly generation: number
  readonly failures: number
  /** Claimed by this epoch and not sent. */
  readonly members: readonly Claim[]
}

export interface UnformItem extends Claim {
  readonly app: string
  readonly failures: number
  readonly nextDue: number
  readonly pushedAt: number | null
}

type FormResult = { readonly state: 'formed' | 'stale' }

export interface ClaimResult {
  readonly work: readonly ClaimedWork[]
  /** Outcomes that the claim recorded itself: `interrupted` for claims of older epochs, `quarantined` for what ends its process. */
  readonly outcomes: readonly StoredOutcome[]
  /** False: everything that is due was taken. */
  readonly more: boolean
  /** When the first of the rest is due; `null`: there is none. */
  readonly nextDue: number | null
}

export interface RecordItem extends Claim {
  /** A success at an operation is noted in its row: its caller was told. */
  readonly targetKind: Target['kind']
  /** What each message of the request has in the log: one, or one for each member of a batch in its order. */
  readonly attempts: readonly { readonly attempt: string; readonly message: string }[]
  readonly app: string
  readonly result: AttemptResult
  readonly trigger: AttemptTrigger
  readonly code: number
  readonly startedAt: number
  readonly durationMs: number
  /** `null`: the delivery has ended. */
  readonly next: { readonly due: number; readonly failures: number; readonly pushedAt: number } | null
  /** The receiver refused the batch as too large: it continues as these two, each with its id, due at `next`. */
  readonly split?: readonly { readonly batch: string; readonly messages: readonly string[] }[]
}

type RecordResult =
  /** Numbers of the outcomes, one for each of `attempts`. */
  { readonly state: 'recorded'; readonly seqs: readonly number[] } | { readonly state: 'stale' }

export interface RequeueItem {
  readonly app: string
  readonly target: string
  readonly message: string
  readonly due: number
  /** Attempts so far: the claim adds one. */
  readonly generation: number
  /** Waits of the schedule that it has used. */
  readonly failures: number
  /** Work that already waits becomes due now (resend); otherwise it is not changed (recover). */
  readonly bringForward: boolean
}

type RequeueResult = { readonly state: 'queued'; readonly queued: number } | Replay

export interface StoredLane {
  readonly app: string
  readonly target: string
  readonly due: number
}

export interface StoredOutcome {
  readonly seq: number
  readonly attempt: string
  readonly app: string
  readonly message: string
  readonly eventType: string
  readonly target: string
  readonly generation: number
  readonly result: AttemptResult
  readonly trigger: AttemptTrigger
  readonly code: number
  readonly startedAt: number
  readonly durationMs: number
  readonly nextAt: number | null
}

/** Work of one target by when it is due: at or after `from`, and before `before`. */
export interface DueRange {
  readonly target: string
  readonly from: number
  readonly before: number
}

/** Deliveries that wait for their first attempt, and those that had one. */
export interface PendingCount {
  readonly untried: number
  readonly tried: number
}

export interface PendingWork {
  readonly target: string
  readonly message: string
  readonly due: number
  readonly generation: number
}

export interface MessageQuery {
  readonly app: string
  readonly id: string | null
  readonly eventTypes: readonly string[] | null
  readonly channel: string | null
  readonly tag: string | null
  /** Happened at or after this moment and before that one. */
  readonly occurredAfter: number | null
  readonly occurredBefore: number | null
  /** Accepted at or after this moment and before that one. */
  readonly after: number | null
  readonly before: number | null
  /** Exclusive bound of the page, in id order. */
  readonly cursor: string | null
  readonly order: 'ascending' | 'descending'
  readonly limit: number
}

/** A query for messages of an application: all of them, newest first, except for what `terms` say. */
export function messageQuery(app: string, terms: Partial<Omit<MessageQuery, 'app'>> = {}): MessageQuery {
  return {
    app,
    id: null,
    eventTypes: null,
    channel: null,
    tag: null,
    after: null,
    before: null,
    occurredAfter: null,
    occurredBefore: null,
    cursor: null,
    order: 'descending',
    limit: 1,
    ...terms,
  }
}
