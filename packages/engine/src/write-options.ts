/** Recognises a repeat of a write. What the write gave is kept for 24 hours, in the transaction of the write. */
export interface Idempotency {
  /** Unique among all writes of 24 hours: the caller puts organisation, route and the client's key into it. */
  readonly key: string
  /** Hash of the request. The same key with another fingerprint is refused: `idempotency_key_reused`. */
  readonly fingerprint: string
}

/** For whom something is looked up or changed. */
export interface Viewer {
  /** The application whose customer this is, by its id. When absent it is the vendor, who may set every field. */
  readonly customer?: string
  /** The feature flags of a customer, who sees no event types with other flags. When absent, every event type is seen. */
  readonly featureFlags?: readonly string[]
  /** It is shown endpoints that are held as disabled. */
  readonly seesHeldAsDisabled?: boolean
}

/** Who makes a change. Every write that the audit log tells takes it as its last argument. */
export interface Actor extends Viewer {
  /** The subject of a credential. `engine` when absent: this program itself. */
  readonly actor?: string
}

/** Tags that a caller has seen (`tagOf`), or `*`: any. */
export type Tags = readonly string[] | '*'

/** What has to be so when a change is made. Otherwise nothing is changed: `precondition_failed`. */
export interface Condition {
  /** It is there, and its tag is one of these. */
  readonly ifMatch?: Tags
  /** It is not there, or its tag is none of these. */
  readonly ifNoneMatch?: Tags
}

/** The last argument of a change of something that has a tag. */
export interface Change extends Actor, Condition {}

/** The last argument of a write that can be repeated. */
export interface WriteOptions extends Actor {
  /** A repeat changes nothing and is refused with `idempotent_replay`, which carries what the first one gave. */
  readonly idempotency?: Idempotency
}
