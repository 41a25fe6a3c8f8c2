/**
 * The nouns of the engine and their states; types only. Times are milliseconds since the epoch, ids are `prefix_` and
 * 16 base62 characters (see `@posthorn/wire`, id.ts), and every noun belongs to one organisation (`org`).
 */

/** One customer of the vendor: a tenant. */
export interface Application {
  readonly id: string
  readonly org: string
  /** The vendor's own id for this customer; unique in the organisation, usable wherever an id is. */
  readonly uid: string | null
  readonly name: string
  readonly metadata: Readonly<Record<string, string>>
  /** Messages a second; stored, not enforced yet. */
  readonly rateLimit: number | null
  /** Dialect of the endpoints that name none. `null`: the preset's, and then the server's default. */
  readonly dialect: string | null
  /** The vendor's system that was applied: its dialect, policy and rules hold here. `null`: none. */
  readonly preset: string | null
  /** What the vendor says about this customer (`enrolledDevices: 3`); the rules of a preset ask for it. */
  readonly facts: Facts
  /** Values that a dialect may ask for (`accountId`); the endpoint's and the message's win over these. */
  readonly params: Readonly<Record<string, string>>
  readonly createdAt: number
  readonly updatedAt: number
}

export type Facts = Readonly<Record<string, string | number | boolean>>

export type { DialectVersion, Endpoint, EndpointHold, EndpointInput, EndpointPatch, FilterOver } from '@posthorn/model'

/** Who did what to something secret or far-reaching (where events go, what signs them), and when. Written with the change, in its transaction. */
export interface AuditEntry {
  readonly id: string
  readonly org: string
  readonly app: string | null
  readonly at: number
  /** The subject of the credential: `org_...`, `app_...`, or who acted for it. */
  readonly actor: string
  readonly action: AuditAction
  /** What it was done to: an id or a name. */
  readonly target: string
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
}

export type AuditAction =
  | 'signing_key.shown'
  | 'signing_key.reset'
  | 'endpoint.secret_shown'
  | 'endpoint.secret_rotated'
  | 'endpoint.created'
  | 'endpoint.changed'
  | 'endpoint.activated'
  | 'endpoint.deactivated'
  | 'endpoint.deleted'
  | 'preset.applied'
  | 'dialect.defined'
  | 'dialect.deleted'

export interface EventType {
  readonly org: string
  /** Letters, digits, `-`, `_` and `.`; at most 256. */
  readonly name: string
  /** For people: `Device Enrolled`. */
  readonly title: string
  readonly category: string | null
  /** Where the event exists; `null`: no difference is made. */
  readonly platforms: readonly string[] | null
  /** JSON text of an example payload; `null`: there is none. */
  readonly sample: string | null
  readonly description: string
  readonly archived: boolean
  readonly deprecated: boolean
  /** JSON schemas by version ("1"), opaque to the engine. */
  readonly schemas: Readonly<Record<string, unknown>> | null
  readonly featureFlags: readonly string[] | null
  readonly groupName: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

/** One event that was accepted. */
export interface Message {
  readonly id: string
  readonly app: string
  readonly eventType: string
  /** The producer's own id of the event; unique in the application. */
  readonly eventId: string | null
  readonly channels: readonly string[] | null
  readonly tags: readonly string[] | null
  /** JSON text, byte for byte as it came; `null` once its retention ended. */
  readonly payload: string | null
  readonly params: Readonly<Record<string, string>>
  /** Where it happened (`Android`), for vendors with a support matrix. */
  readonly platform: string | null
  readonly occurredAt: number
  readonly acceptedAt: number
  /** `false`: recorded and listed, never delivered. */
  readonly deliver: boolean
  /** When it goes out; `null`: at once. */
  readonly deliverAt: number | null
  /** Endpoints that it was fanned out to when it was accepted. */
  readonly targets: readonly string[]
}

/** How one attempt ended. */
export type AttemptResult =
  | 'success'
  | 'failed' // and will be tried again, see `nextAttemptAt`
  | 'exhausted' // failed, and it was the last of its schedule
  | 'interrupted' // the process died while it was out: maybe sent
  | 'cancelled' // its endpoint was deleted
  | 'quarantined' // it was alone in flight twice when the process died

export type AttemptTrigger = 'scheduled' | 'manual'

/** One try of a request, with what was sent, what came back, timings. */
export interface Attempt {
  readonly id: string
  readonly org: string
  readonly app: string
  readonly message: string
  /** The message's id as the receiver saw it, in the rendering of the endpoint's dialect. */
  readonly requestId: string
  readonly eventType: string
  /** Of the message, so that attempts are found by them. */
  readonly channels: readonly string[] | null
  readonly tags: readonly string[] | null
  readonly endpoint: string
  readonly url: string
  /** 1 for the first, on the wire too where a dialect carries it. */
  readonly attempt: number
  /** The batch that the message was sent in; `null`: it was alone in its request. */
  readonly batch: string | null
  readonly result: AttemptResult
  readonly trigger: AttemptTrigger
  /** Response status; 0 when there was none. */
  readonly code: number
  /** Why there was no usable response: a transport error code and a sentence. */
  readonly error: { readonly code: string; readonly message: string } | null
  readonly startedAt: number
  readonly durationMs: number
  readonly nextAttemptAt: number | null
  readonly request: { readonly method: string; readonly headers: readonly (readonly [string, string])[] } | null
  readonly response: {
    readonly headers: readonly (readonly [string, string])[]
    /** At most 64 kB, decoded as UTF-8 with replacement characters. */
    readonly body: string
    readonly truncated: boolean
  } | null
  readonly remoteAddress: string | null
}

export type DeliveryState =
  | 'pending'
  | 'success'
  | 'failed'
  | 'held'
  | 'cancelled'
  | 'quarantined'
  | 'endpoint_disabled'

/**
 * `running` until its job ends in `ready` or `failed`; `called` once the receiver has taken the callback, `claimed` once the
 * result was fetched; `expired` when it cannot be fetched any more.
 */
export type OperationState = 'running' | 'ready' | 'failed' | 'called' | 'claimed' | 'expired'

/** A long-running job that reports back by callback. What it gave, and the id to fetch that with, are not shown here. */
export interface Operation {
  readonly id: string
  readonly app: string
  /** What is done: `backup.owner`; the event type of the callback in the log. */
  readonly kind: string | null
  readonly state: OperationState
  readonly callbackUrl: string
  readonly metadata: Readonly<Record<string, string>>
  /** The callback's message, whose attempts are in the log; `null`: the job has not ended. */
  readonly message: string | null
  /** Why the job failed; `null`: it did not. */
  readonly error: string | null
  /** What the result is, where it is a file. */
  readonly file: { readonly name: string; readonly contentType: string; readonly bytes: number } | null
  readonly createdAt: number
  /** When the job ended, well or not. */
  readonly completedAt: number | null
  /** Until when the result can be fetched, again and again. */
  readonly expiresAt: number | null
  readonly calledAt: number | null
  readonly claimedAt: number | null
}

/** Message x target, as it stands now. */
export interface Delivery {
  readonly message: string
  readonly endpoint: string
  readonly state: DeliveryState
  readonly attempts: number
  readonly nextAttemptAt: number | null
}
