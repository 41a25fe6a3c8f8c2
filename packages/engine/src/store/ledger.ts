import type { Attempt, AttemptResult } from '../model.ts'

/**
 * The ledger: what happened, with everything that people search for. It has a writer of its own and may lag behind the
 * queue; a reader waits for what was appended before its call. What a crash takes from it is read again from the queue.
 */
export interface Ledger {
  /** `seq` is the queue's number of the outcome; appends arrive in its order. Returns at once. */
  append(entry: LedgerEntry): void
  /** Resolves when everything appended so far is readable. */
  settled(): Promise<void>
  /** Resolves when the ledger can be written; rejects with the reason why it cannot. */
  writable(): Promise<void>
  /** Highest `seq` on disk. */
  highWater(): Promise<number>

  attempt(app: string, id: string): Promise<Attempt | null>
  attempts(query: AttemptQuery): Promise<readonly Attempt[]>
  /**
   * Counts what `attempts` lists with the same filters; `failed` is every attempt that did not succeed. Totals are kept by
   * hour for an application and an endpoint; other filters, and ranges that cut an hour, count rows.
   */
  summary(query: AttemptQuery): Promise<{ total: number; success: number; failed: number }>
  /** The newest attempt of each target of one message, and how many there were. */
  latest(app: string, message: string): Promise<readonly LatestAttempt[]>
  /** How many messages, without those of `except`, had which result in their newest attempt at an endpoint, where that was made in the range. */
  endings(query: EndingsQuery): Promise<Readonly<Partial<Record<AttemptResult, number>>>>
  /** Messages whose last attempt at this endpoint failed for good, by message id, oldest first. */
  failedMessages(query: FailedQuery): Promise<readonly FailedMessage[]>
  /** Newest attempt of each message at this endpoint, newest message first. */
  attemptedMessages(query: AttemptQuery): Promise<readonly Attempt[]>
  /** Forgets what was sent and what came back: `expungedResponse` stands in its place. */
  expungeContent(app: string, id: string): Promise<boolean>
  /**
   * Hides request headers of attempts that an earlier version logged, except for these names: the newest `limit` of what is left of
   * them. Answers whether there are more.
   */
  hideOldHeaders(shown: readonly string[], limit: number): Promise<boolean>
  /** Deletes attempts that started before, at most `limit`; answers whether there are more. */
  sweep(before: number, limit: number): Promise<boolean>
}

/** The response of an attempt whose content was expunged, as the Svix API has it. */
export const expungedResponse: Attempt['response'] = { headers: [], body: 'EXPUNGED', truncated: false }

export interface LedgerEntry {
  readonly seq: number
  readonly attempt: Attempt
}

export interface AttemptQuery {
  readonly app: string
  readonly endpoint: string | null
  readonly message: string | null
  readonly eventTypes: readonly string[] | null
  readonly results: readonly AttemptResult[] | null
  readonly code: number | null
  /** 5 for every 5xx. */
  readonly codeClass: number | null
  readonly channel: string | null
  readonly tag: string | null
  /** Started at or after `after` and before `before`, so that adjacent ranges neither overlap nor leave a gap. */
  readonly after: number | null
  readonly before: number | null
  readonly cursor: string | null
  readonly order: 'ascending' | 'descending'
  readonly limit: number
}

/** A query for attempts of an application: all of them, newest first, except for what `terms` say. */
export function attemptQuery(app: string, terms: Partial<Omit<AttemptQuery, 'app'>> = {}): AttemptQuery {
  return {
    app,
    endpoint: null,
    message: null,
    eventTypes: null,
    results: null,
    code: null,
    codeClass: null,
    channel: null,
    tag: null,
    after: null,
    before: null,
    cursor: null,
    order: 'descending',
    limit: 1,
    ...terms,
  }
}

export interface LatestAttempt {
  readonly endpoint: string
  readonly count: number
  readonly attempt: Attempt
}

export type EndingsQuery = Pick<AttemptQuery, 'app' | 'after' | 'before'> & {
  readonly endpoint: string
  readonly except: readonly string[]
}

export interface FailedQuery {
  readonly app: string
  readonly endpoint: string
  readonly since: number
  readonly until: number
  readonly cursor: string | null
  readonly limit: number
}

export interface FailedMessage {
  readonly message: string
  readonly attempt: number
}
