import type { Application, Attempt, AttemptResult, Delivery, Endpoint, EventType, Message } from './model.ts'
import type { Outcome } from './transport/transport.ts'

/** A request that was answered before is answered the same again; the record is written in the transaction of the work. */
export interface Idempotency<T> {
  /** Scoped by the caller: organisation, route and the client's key. */
  readonly key: string
  /** Hash of the request; a repeat with another one is refused by the caller. */
  readonly fingerprint: string
  /** What to answer to a repeat, rendered from the result before it is committed. */
  answer(result: T): string
}

export interface WriteOptions<T> {
  readonly idempotency?: Idempotency<T>
}

/** A page of a list in id order; `iterator` continues it, `done` says that this was the last. */
export interface Page<T> {
  readonly data: readonly T[]
  readonly iterator: string | null
  readonly prevIterator: string | null
  readonly done: boolean
}

export interface PageOptions {
  /** 1 to 250; 50 when absent. */
  readonly limit?: number
  readonly iterator?: string | null
  readonly order?: 'ascending' | 'descending'
}

export interface ApplicationInput {
  readonly uid?: string | null
  readonly name: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly rateLimit?: number | null
  readonly dialect?: string | null
  readonly params?: Readonly<Record<string, string>>
}

export interface EndpointInput {
  readonly url: string
  readonly uid?: string | null
  readonly description?: string
  readonly eventTypes?: readonly string[] | null
  readonly channels?: readonly string[] | null
  readonly disabled?: boolean
  readonly metadata?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** `undefined`: generated in the dialect's own form; `null`: unsigned; `""` is refused. */
  readonly secret?: string | null
  readonly dialect?: string | null
  readonly params?: Readonly<Record<string, string>>
  readonly retrySchedule?: readonly number[] | null
  readonly timeoutSeconds?: number | null
  readonly rateLimit?: number | null
  readonly version?: number
}

export interface EventTypeInput {
  readonly name: string
  readonly description?: string
  readonly archived?: boolean
  readonly deprecated?: boolean
  readonly schemas?: Readonly<Record<string, unknown>> | null
  readonly featureFlags?: readonly string[] | null
  readonly groupName?: string | null
}

export interface MessageInput {
  readonly eventType: string
  /** JSON text of an object, delivered byte for byte; or a value that is printed here. At most 1 MB. */
  readonly payload: string | Readonly<Record<string, unknown>>
  readonly eventId?: string | null
  readonly channels?: readonly string[] | null
  readonly tags?: readonly string[] | null
  readonly params?: Readonly<Record<string, string>>
  readonly occurredAt?: number
  readonly deliver?: boolean
  /** Deliver then, and not now; a moment that has passed is now. */
  readonly deliverAt?: number | null
  /** Days; 90 when absent. */
  readonly payloadRetentionDays?: number
}

export interface AttemptFilter extends PageOptions {
  readonly endpoint?: string
  readonly message?: string
  readonly eventTypes?: readonly string[]
  readonly results?: readonly AttemptResult[]
  /** Response status; 0: there was no response. */
  readonly code?: number
  /** 5: every 5xx. */
  readonly codeClass?: number
  readonly after?: number
  readonly before?: number
  /** The id that the receiver saw, in any rendering: `msg_...`, a UUID, 16 characters. */
  readonly requestId?: string
  readonly channel?: string
  readonly tag?: string
}

export interface AttemptSummary {
  readonly total: number
  readonly success: number
  readonly failed: number
}

export interface MockInput {
  readonly eventType: string
  readonly payload: string
}

/** The exact request of a mock and what came back. Never logged. */
export interface MockResult {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: readonly (readonly [string, string])[]
    readonly body: string | null
  }
  readonly outcome: Outcome
  readonly durationMs: number
}

export interface EndpointStats {
  readonly success: number
  readonly pending: number
  readonly sending: number
  readonly failed: number
}

export interface Health {
  readonly ok: boolean
  readonly epoch: number
  /** Deliveries out or queued in memory. */
  readonly inMemory: number
  readonly inFlight: number
  readonly reasons: readonly string[]
}

/** Told after an attempt was recorded. Listeners must not throw; one that does is logged and kept. */
export interface EngineEvents {
  attempt(attempt: Attempt): void
  endpointHeld(endpoint: Endpoint): void
}

/**
 * The delivery engine. Every call that names an organisation sees nothing of another one. Ids of applications and
 * endpoints may be the vendor's own uids. All methods reject with `EngineError`.
 */
export interface Engine {
  readonly applications: {
    create(org: string, input: ApplicationInput, options?: WriteOptions<Application>): Promise<Application>
    get(org: string, id: string): Promise<Application>
    list(org: string, options?: PageOptions): Promise<Page<Application>>
    update(org: string, id: string, patch: Partial<ApplicationInput>): Promise<Application>
    delete(org: string, id: string): Promise<void>
  }
  readonly eventTypes: {
    create(org: string, input: EventTypeInput, options?: WriteOptions<EventType>): Promise<EventType>
    get(org: string, name: string): Promise<EventType>
    list(org: string, options?: PageOptions & { includeArchived?: boolean }): Promise<Page<EventType>>
    /** `upsert`: created when it is not there, as the API's PUT does. */
    update(
      org: string,
      name: string,
      patch: Partial<Omit<EventTypeInput, 'name'>>,
      options?: { upsert?: boolean },
    ): Promise<EventType>
    /** Archives it; `expunge` removes it. */
    delete(org: string, name: string, options?: { expunge?: boolean }): Promise<void>
  }
  readonly endpoints: {
    create(org: string, app: string, input: EndpointInput, options?: WriteOptions<Endpoint>): Promise<Endpoint>
    get(org: string, app: string, id: string): Promise<Endpoint>
    list(org: string, app: string, options?: PageOptions): Promise<Page<Endpoint>>
    /** A patch; switching a held endpoint on (`disabled: false`) ends the hold. What it missed stays held until `recover`. */
    update(org: string, app: string, id: string, patch: Partial<EndpointInput>): Promise<Endpoint>
    delete(org: string, app: string, id: string): Promise<void>
    /** The secret as it was typed or generated; `null` when unsigned. */
    secret(org: string, app: string, id: string): Promise<string | null>
    /** The old secret keeps signing beside the new one for `overlapSeconds` (24 h when absent) where the dialect carries several. */
    rotateSecret(
      org: string,
      app: string,
      id: string,
      input: { secret?: string | null; overlapSeconds?: number },
      options?: WriteOptions<null>,
    ): Promise<void>
    /** Deliveries by how they stand; those that wait are counted up to 10,000. */
    stats(org: string, app: string, id: string, range?: { since?: number; until?: number }): Promise<EndpointStats>
    /** Held and failed deliveries since then go out again; answers how many failed ones were queued. */
    recover(
      org: string,
      app: string,
      id: string,
      range: { since: number; until?: number },
      options?: WriteOptions<{ queued: number }>,
    ): Promise<{ queued: number }>
    /** Sends now, subscribed or not; not in the log, not in totals. */
    mock(org: string, app: string, id: string, input: MockInput): Promise<MockResult>
  }
  /** A message is named by its id or by its `eventId`. */
  readonly messages: {
    get(org: string, app: string, id: string): Promise<Message>
    list(
      org: string,
      app: string,
      options?: PageOptions & {
        eventTypes?: readonly string[]
        channel?: string
        tag?: string
        after?: number
        before?: number
      },
    ): Promise<Page<Message>>
    /** Where it went: one row an endpoint. */
    deliveries(org: string, app: string, id: string): Promise<readonly (Delivery & { readonly target: Endpoint })[]>
    /** Forgets the payload; the message and its attempts stay. */
    expungePayload(org: string, app: string, id: string): Promise<void>
  }
  readonly attempts: {
    get(org: string, app: string, id: string): Promise<Attempt>
    list(org: string, app: string, filter?: AttemptFilter): Promise<Page<Attempt>>
    /** The newest attempt of each message, by message id: what an endpoint was asked to take, and how it ended. */
    latestOfEachMessage(org: string, app: string, filter: AttemptFilter & { endpoint: string }): Promise<Page<Attempt>>
    summary(org: string, app: string, filter?: AttemptFilter): Promise<AttemptSummary>
    /** Forgets request headers and response of one attempt. */
    expungeContent(org: string, app: string, id: string): Promise<void>
  }
  /** Resolves when the message and its deliveries are on disk. */
  send(org: string, app: string, input: MessageInput, options?: WriteOptions<Message>): Promise<Message>
  /** One delivery again, now, as a manual attempt. */
  resend(org: string, app: string, message: string, endpoint: string, options?: WriteOptions<null>): Promise<void>
  health(): Health
  on<K extends keyof EngineEvents>(event: K, listener: EngineEvents[K]): () => void
  /** Resolves when no delivery is due, queued or out. */
  idle(): Promise<void>
  /** Stops claiming, lets what is out finish for at most `graceMs` (30 s), releases the rest, closes the store. */
  close(options?: { graceMs?: number }): Promise<void>
}
