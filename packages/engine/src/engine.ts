import type { Readable } from 'node:stream'
import type { CompiledDialect } from '@posthorn/wire'
import type {
  Application,
  ApplicationInput,
  ApplicationPatch,
  Attempt,
  AttemptResult,
  AuditEntry,
  Delivery,
  Endpoint,
  EndpointInput,
  EndpointPatch,
  EventType,
  EventTypeInput,
  EventTypePatch,
  Filter,
  FilterOver,
  Message,
  MessageInput,
  Operation,
  OperationInput,
  OperationState,
} from '@posthorn/model'
import type { Preset } from '@posthorn/preset'
import type { Outcome, Probe } from './transport/transport.ts'

/** Recognises a repeat of a write. What the write gave is kept for 24 hours, in the transaction of the write. */
export interface Idempotency {
  /** Unique among all writes of 24 hours: the caller puts organisation, route and the client's key into it. */
  readonly key: string
  /** Hash of the request. The same key with another fingerprint is refused: `idempotency_key_reused`. */
  readonly fingerprint: string
}

/** Who makes a change. Every write that the audit log tells takes it as its last argument. */
export interface Actor {
  /** The subject of a credential. `engine` when absent: this program itself. */
  readonly actor?: string
}

/** The last argument of a write that can be repeated. */
export interface WriteOptions extends Actor {
  /** A repeat changes nothing and is refused with `idempotent_replay`, which carries what the first one gave. */
  readonly idempotency?: Idempotency
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
  /** JSON text of an object; the event type's sample when absent. Held against its schema. */
  readonly payload?: string
  readonly params?: Readonly<Record<string, string>>
  readonly platform?: string | null
}

/** The exact request of a mock and what came back. Never logged. */
export interface MockResult {
  readonly request: {
    readonly method: string
    readonly url: string
    /** As they were sent, secrets and credentials among them. */
    readonly headers: readonly (readonly [string, string])[]
    /** As the log would keep them: for who may not read secrets. */
    readonly shownHeaders: readonly (readonly [string, string])[]
    readonly body: string | null
  }
  readonly outcome: Outcome
  readonly durationMs: number
}

/** What a pre-flight found, and what became of the test message; `null`: it was not sent, since nothing would come of it. */
export interface TestResult {
  /** Everything that was looked at is in order, and the receiver took the message. */
  readonly ok: boolean
  readonly probe: Probe
  readonly message: (MockResult & { readonly eventType: string }) | null
}

/** Secrets of an endpoint as they were typed or generated. */
export interface EndpointSecrets {
  /** The newest; `null`: unsigned. */
  readonly secret: string | null
  /** What a receiver verifies with, where the algorithm is asymmetric. */
  readonly publicKey: string | null
  /** When the newest begins to sign; `null`: it signs now. */
  readonly signsFrom: number | null
  /** Of the second format. */
  readonly secondary: string | null
}

/** The one signing key of an application's endpoints. */
export interface SigningKey {
  /** What signs at this moment. */
  readonly key: string
  readonly publicKey: string | null
  /** What takes over, and when: where a request can carry one signature only. */
  readonly next: { readonly key: string; readonly publicKey: string | null; readonly from: number } | null
  /** The key before signs beside this one until then; `null`: it does not. */
  readonly previousUntil: number | null
}

/** When a new signing key takes effect. The key itself is shown by `signingKeys.get`, which is audited. */
export interface SigningKeyReset {
  readonly signsFrom: number
  /** The key before signs until then; `null`: it does not. */
  readonly previousUntil: number | null
}

/** Deliveries that go out again. */
export interface Recovery {
  readonly id: string
  /** How many failed deliveries were queued. */
  readonly queued: number
  readonly at: number
}

export interface DialectInfo {
  readonly dialect: CompiledDialect
  /** Comes with the program, a preset or the options: everybody's, and read-only. */
  readonly readOnly: boolean
  /** Of an own dialect, oldest first. */
  readonly versions: readonly number[]
}

export interface FilterDryRunInput {
  readonly filter: Filter | null
  readonly over?: FilterOver
  readonly eventTypes?: readonly string[] | null
  readonly platforms?: readonly string[] | null
  /** How many of the newest messages; 1 to 250, 50 when absent. */
  readonly limit?: number
}

export interface FilterDryRun {
  /** How many of the newest messages were looked at: fewer than asked for when they are large. */
  readonly checked: number
  readonly matched: number
  /** How many could not be decided within the bounds of a match; they count as not matching. */
  readonly tooLarge: number
  readonly messages: readonly { readonly message: Message; readonly matches: boolean }[]
}

/** A file that is streamed to disk as it comes. */
export interface ResultFile {
  readonly file: AsyncIterable<Uint8Array>
  readonly name: string
  readonly contentType: string
  /** How long it is said to be: what is too large is then refused before a byte is read. */
  readonly bytes?: number
}

/** JSON text of an object, at most 1 MB and handed on byte for byte; or a file. */
export type OperationResult = { readonly payload: string } | ResultFile

/** What a claim brings. */
export type Claimed =
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'payload'; readonly payload: string }
  | {
      readonly kind: 'file'
      /** The end of its link: whoever has it may fetch the file, until it expires. */
      readonly token: string
      readonly name: string
      readonly contentType: string
      readonly bytes: number
      readonly expiresAt: number
    }

export interface OperationFile {
  readonly name: string
  readonly contentType: string
  readonly bytes: number
  /** SHA-256 of the bytes, base64url. */
  readonly digest: string
  readonly expiresAt: number
  /** Its bytes from the disk, or those of a range, whose end is inclusive. */
  read(range?: { readonly start: number; readonly end: number }): Promise<Readable>
}

export interface OperationFilter extends PageOptions {
  readonly states?: readonly OperationState[]
  readonly kind?: string
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
    create(org: string, input: ApplicationInput, write?: WriteOptions): Promise<Application>
    get(org: string, id: string): Promise<Application>
    list(org: string, options?: PageOptions): Promise<Page<Application>>
    update(org: string, id: string, patch: ApplicationPatch): Promise<Application>
    delete(org: string, id: string): Promise<void>
  }
  readonly eventTypes: {
    create(org: string, input: EventTypeInput, write?: WriteOptions): Promise<EventType>
    get(org: string, name: string): Promise<EventType>
    list(org: string, options?: PageOptions & { includeArchived?: boolean }): Promise<Page<EventType>>
    /** `upsert`: created when it is not there, as the API's PUT does. */
    update(org: string, name: string, patch: EventTypePatch, options?: { upsert?: boolean }): Promise<EventType>
    /** Archives it; `expunge` removes it. */
    delete(org: string, name: string, options?: { expunge?: boolean }): Promise<void>
  }
  readonly endpoints: {
    create(org: string, app: string, input: EndpointInput, write?: WriteOptions): Promise<Endpoint>
    get(org: string, app: string, id: string): Promise<Endpoint>
    list(org: string, app: string, options?: PageOptions): Promise<Page<Endpoint>>
    /** A patch; switching a held endpoint on (`disabled: false`) ends the hold. What it missed stays held until `recover`. */
    update(org: string, app: string, id: string, patch: EndpointPatch, write?: Actor): Promise<Endpoint>
    delete(org: string, app: string, id: string, write?: Actor): Promise<void>
    /** Switches it on or off; where the preset says so this is a step of its own. */
    activate(org: string, app: string, id: string, write?: Actor): Promise<Endpoint>
    deactivate(org: string, app: string, id: string, write?: Actor): Promise<Endpoint>
    /** Shows its secrets; audited. */
    secrets(org: string, app: string, id: string, write?: Actor): Promise<EndpointSecrets>
    /** The old secret keeps signing beside the new one for `overlapSeconds` (24 h when absent) where the dialect carries several. */
    rotateSecret(
      org: string,
      app: string,
      id: string,
      input: { secret?: string | null; overlapSeconds?: number },
      write?: WriteOptions,
    ): Promise<void>
    /** Deliveries by how they stand; those that wait are counted up to 10,000. */
    stats(org: string, app: string, id: string, range?: { since?: number; until?: number }): Promise<EndpointStats>
    /** Held and failed deliveries since then go out again; answers how many failed ones were queued. */
    recover(
      org: string,
      app: string,
      id: string,
      range: { since: number; until?: number },
      write?: WriteOptions,
    ): Promise<Recovery>
    /** Sends a sample or an edited payload now, subscribed or not; not in the log, not in totals. */
    mock(org: string, app: string, id: string, input: MockInput): Promise<MockResult>
    /** Checks address, TLS and redirects as deliveries meet them, then sends a test message; neither is logged. */
    test(org: string, app: string, id: string): Promise<TestResult>
  }
  readonly presets: {
    list(): readonly Preset[]
    get(name: string): Preset
    /**
     * Makes an application one of a vendor's: the event types come into the organisation, dialect, policy and rules hold
     * from now on. `overwrite`: event types that are there and differ are replaced, and a dialect of the application is given up.
     */
    apply(
      org: string,
      app: string,
      input: { readonly name: string; readonly overwrite?: boolean },
      write?: WriteOptions,
    ): Promise<Application>
  }
  readonly dialects: {
    list(org: string): readonly DialectInfo[]
    /** `version`: of an own dialect; the newest when absent. */
    get(org: string, name: string, version?: number): DialectInfo
    /** Defines a dialect, or the next version of it; what is the same as the newest version changes nothing. */
    put(
      org: string,
      name: string,
      definition: unknown,
      write?: Actor,
    ): Promise<DialectInfo & { readonly created: boolean }>
    delete(org: string, name: string, write?: Actor): Promise<void>
  }
  readonly signingKeys: {
    /** Shows the key; audited. */
    get(org: string, app: string, write?: Actor): Promise<SigningKey>
    /** A new key. The old one signs on for `overlapSeconds` (24 h when absent), beside the new one or, where that cannot be, alone. */
    reset(
      org: string,
      app: string,
      input: { readonly key?: string; readonly overlapSeconds?: number },
      write?: WriteOptions,
    ): Promise<SigningKeyReset>
  }
  readonly filters: {
    /** Which of the newest messages a filter would let through; nothing is sent or kept. */
    dryRun(org: string, app: string, input: FilterDryRunInput): Promise<FilterDryRun>
  }
  readonly audit: {
    list(org: string, options?: PageOptions & { readonly app?: string }): Promise<Page<AuditEntry>>
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
    /** The body that an attempt sent, made again as its endpoint's dialect has it; of a batch, this message's part. */
    requestBody(attempt: Attempt): Promise<string | null>
    /** Forgets request headers and response of one attempt. */
    expungeContent(org: string, app: string, id: string): Promise<void>
  }
  readonly operations: {
    create(org: string, app: string, input: OperationInput, write?: WriteOptions): Promise<Operation>
    /** The job is done: resolves when its result and the work of its callback are on disk. Once; a second time is a conflict. */
    complete(org: string, app: string, id: string, result: OperationResult, write?: WriteOptions): Promise<Operation>
    /** The job came to nothing: calls back as well, and the claim says why. */
    fail(
      org: string,
      app: string,
      id: string,
      input: { readonly reason: string },
      write?: WriteOptions,
    ): Promise<Operation>
    get(org: string, app: string, id: string): Promise<Operation>
    list(org: string, app: string, filter?: OperationFilter): Promise<Page<Operation>>
    /** What the id of a callback stands for; again and again until it expires. */
    claim(org: string, app: string, claimId: string): Promise<Claimed>
    /** The file at the end of a link. Asks for no organisation: the token cannot be guessed, and names one file. */
    file(token: string): Promise<OperationFile>
  }
  /** Resolves when the message and its deliveries are on disk. */
  send(org: string, app: string, input: MessageInput, write?: WriteOptions): Promise<Message>
  /** One delivery again, now, as a manual attempt. */
  resend(org: string, app: string, message: string, endpoint: string, write?: WriteOptions): Promise<void>
  health(): Health
  on<K extends keyof EngineEvents>(event: K, listener: EngineEvents[K]): () => void
  /** Resolves when no delivery is due, queued or out. */
  idle(): Promise<void>
  /** Stops claiming, lets what is out finish for at most `graceMs` (30 s), releases the rest, closes the store. */
  close(options?: { graceMs?: number }): Promise<void>
}
