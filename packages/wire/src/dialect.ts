/**
 * READ FIRST. A dialect is a wire format as data: where each field of a message goes, and how the request is signed.
 *
 * The same placement works in both directions. Sending writes every field at its place; receiving reads it from there.
 * A dialect is not a template, which could only be printed. Only the list of signed parts is one-way.
 *
 * A dialect is plain JSON: `JSON.parse(JSON.stringify(dialect))` is the same dialect. It can be stored, sent to a
 * server, and compared. `parseDialect` checks one that comes from outside, `compile` turns it into functions.
 */

/**
 * What a message or one attempt to send it can put on the wire.
 *
 * | field | what it is | the same for every attempt |
 * |---|---|---|
 * | `id` | the id of the message, `msg_...` | yes |
 * | `type` | the event type | yes |
 * | `payload` | the JSON text that the producer gave, never printed again | yes |
 * | `occurredAt` | when it happened | yes |
 * | `acceptedAt` | when it was accepted for delivery | yes |
 * | `pushedAt` | when it was first sent: the first attempt, or the first one after somebody sent it again | yes, unless the dialect says otherwise |
 * | `claim` | the secret id of an operation's result | yes |
 * | `param.NAME` | a value of the application, endpoint or message, declared under `params` | yes |
 * | `sentAt` | when this attempt leaves | no |
 * | `attempt` | 1 for the first attempt, then 2, 3, ... | no |
 * | `lastError` | why the attempt before this one failed | no |
 */
export type Field =
  | 'id'
  | 'type'
  | 'payload'
  | 'occurredAt'
  | 'acceptedAt'
  | 'pushedAt'
  | 'sentAt'
  | 'attempt'
  | 'lastError'
  | 'claim'
  | `param.${string}`

/**
 * How a field is written.
 *
 * - times, always named: `unix` seconds, `unixMs` milliseconds, `iso` (`2020-01-01T12:00:01Z`), `isoMs`
 *   (`2020-01-01T12:00:01.000Z`). In JSON the first two are numbers.
 * - ids: nothing (`msg_` and 16 characters), `uuid`, or `base62` (the 16 characters alone).
 * - `number`: an `attempt` or `param.NAME` as a JSON number. Its digits are never rounded.
 * - `jsonString`: the payload as a JSON string that holds JSON text.
 */
export type Form = 'unix' | 'unixMs' | 'iso' | 'isoMs' | 'uuid' | 'base62' | 'number' | 'jsonString'

/**
 * The place of one field. An object with a member `$` is always a slot, so no member of a body can have the name `$`.
 */
export interface Slot {
  $: Field
  as?: Form
  /** Text in front of the value. In JSON it makes the value a string. */
  prefix?: string
  /**
   * Leave header, query parameter or member out: when the field has no value, or on the first attempt. An id always has one;
   * with `absent` a request without it is read nevertheless, because its vendor leaves it out of some events.
   */
  omit?: 'absent' | 'firstAttempt'
}

/**
 * The shape of a JSON body. Members are written in the order given. The member `...` puts the payload's members at its
 * place; a payload with a member that the envelope has too is refused before it is accepted.
 */
export type Shape = Slot | string | number | boolean | null | readonly Shape[] | { readonly [key: string]: Shape }

/** A piece of what is signed: literal text, a field, or a part of the request. */
export type Part = string | Slot | { $: 'body' | 'url' | 'method' }

export type Algorithm =
  | 'hmac-sha1'
  | 'hmac-sha256'
  | 'hmac-sha384'
  | 'hmac-sha512'
  | 'ed25519'
  | 'ecdsa-p256'
  | 'shared-secret'

export type TextEncoding = 'hex' | 'base64'

/** How a secret, as typed, becomes a key. */
export interface Key {
  /** `utf8`: the key is the text itself. Otherwise the text is decoded, strictly. */
  encoding: 'utf8' | 'base64' | 'hex'
  /** Stands in front of the text (`whsec_`) and is not part of the key. A secret without it is taken as well. */
  prefix?: string
  /** Asymmetric algorithms: stands in front of the public key (`whpk_`), which is all that a receiver needs. */
  publicPrefix?: string
  /** The key has at least so many bytes. */
  minBytes?: number
  /** `true`: the vendor also sends unsigned, to receivers that have set no secret. */
  optional?: true
  /** Who has a key of its own: each endpoint, or the application for all of its endpoints. */
  scope: 'endpoint' | 'app'
}

/**
 * Another kind of key that an endpoint may have, told by what its secret begins with. It signs the same text, in the same header
 * and encoding, in entries with a version of their own.
 */
export interface OtherKey {
  algorithm: Algorithm
  key: Pick<Key, 'encoding' | 'publicPrefix' | 'minBytes'> & { prefix: string }
  version: string
}

/**
 * How the header holds the signature.
 *
 * - `bare`: the signature alone, or behind a prefix (`sha256=...`).
 * - `pairs`: `t=1644316744,s1=...`. `time` names the pair with `sentAt`. With `several`, one pair for each secret of a
 *   rotation, otherwise the newest secret signs alone.
 * - `list`: `v1,... v1,...`, entries between spaces, one for each secret of a rotation.
 */
export type SignatureFormat =
  | { bare: { prefix?: string } }
  | { pairs: { separator: ',' | ';'; time?: string; signature: string; several?: true } }
  | { list: { version: string } }

export interface Signature {
  /** Fixed here. An algorithm that a request names is never used. */
  algorithm: Algorithm
  key: Key
  /**
   * The signed parts, in their order. Every field among them is in a header, in the query or in the header of this
   * signature.
   */
  over: readonly Part[]
  /** How the signature is written. Hex is lower case. */
  encoding: TextEncoding
  /**
   * Further encodings that are accepted when verifying, for a vendor whose documentation does not say which one it
   * uses.
   */
  accepts?: readonly TextEncoding[]
  /**
   * How far `sentAt` may be from the receiver's clock, in seconds. Absent: any age is accepted, unless the receiver
   * sets a limit.
   */
  toleranceSeconds?: number
  header: string
  format: SignatureFormat
  /** With the format `list` only, because each entry of a list says what kind it is of. */
  otherKeys?: readonly OtherKey[]
  /** A header that names the algorithm. When verifying, another value than those of `accepts` is refused. */
  algorithmHeader?: { name: string; value: string; accepts?: readonly string[] }
}

export interface Param {
  required?: boolean
  description: string
}

/** Several messages in one body. `array`: always an array, also of one. `objectOrArray`: one message stands alone. */
export interface Batch {
  form: 'array' | 'objectOrArray'
  maxMessages: number
  maxBytes: number
  maxWaitMs: number
}

/**
 * - `none`: no body.
 * - `payload`: the payload is the body, byte for byte.
 * - `json`: an envelope. With `compact`, white space between tokens is taken out of the payload too.
 */
export type Body =
  | { kind: 'none' }
  | { kind: 'payload' }
  | { kind: 'json'; compact?: boolean; shape: Shape; batch?: Batch }

export interface Reply {
  status: number
  body?: string
}

/** What only a receiver needs. */
export interface Receive {
  /** The payload path that identifies the thing that the event is about. Used for ordering. */
  entity?: string
  /** The field or payload path whose number only grows for one entity. Older ones are stale. */
  revision?: string
  /** Other names under which an event type arrives, and the name that it has here. */
  aliases?: Readonly<Record<string, string>>
  /** Paths in the payload (`visitor.additional`) of maps that arrive as `[]` when empty. They are read as `{}`. */
  emptyMaps?: readonly string[]
  /** The replies that the vendor's documentation asks of a receiver. */
  replies?: {
    accepted?: Reply
    /** The body cannot be read. Default 400. */
    malformed?: Reply
    /** There is no signature. Default 401. */
    unsigned?: Reply
    /** The signature is not right. Default 401. */
    refused?: Reply
  }
}

export interface Dialect {
  /** Lower case, digits and dashes: `scalefusion`. */
  name: string
  /** For people: `Scalefusion`. */
  title: string
  /**
   * Increased with every change that alters what is sent. A body depends only on the message, the dialect and its
   * version.
   */
  version: number
  /** `id`, `type` and `payload` are each placed once, or named here as not on the wire. */
  absent?: readonly ('id' | 'type' | 'payload')[]
  params?: Readonly<Record<string, Param>>
  request: {
    method: 'POST' | 'PUT' | 'GET'
    contentType?: string
    headers?: Readonly<Record<string, Slot | string>>
    query?: Readonly<Record<string, Slot>>
  }
  body: Body
  /** None: the vendor does not sign. */
  signatures: readonly Signature[]
  /**
   * What `pushedAt` is on a retry. Absent: the time of the first attempt, so that retries have the same body.
   * `everyAttempt`: each attempt has its own time.
   */
  pushedAt?: 'everyAttempt'
  receive?: Receive
}

/** Everything about one message that can reach the wire. Times are milliseconds since 1970. */
export interface WireMessage {
  id: string
  type: string
  /** JSON text. It goes out as it is. */
  payload: string
  occurredAt: number
  acceptedAt: number
  /** When this push of it began. Default: `acceptedAt`. */
  pushedAt?: number
  params?: Readonly<Record<string, string>>
  claim?: string
}

/** One request, complete to the byte. */
export interface WireRequest {
  method: 'POST' | 'PUT' | 'GET'
  url: string
  headers: [name: string, value: string][]
  body: Uint8Array | null
}

/** What one attempt adds to a message. */
export interface EncodeInput {
  message: WireMessage
  url: string
  /** Newest first. `[]`: unsigned. */
  secrets: readonly string[]
  /** Milliseconds since 1970. */
  sentAt: number
  attempt: number
  lastError?: string
  /** The result of `body(message)`, if the caller kept it. Endpoints of one dialect share it. */
  body?: Uint8Array | null
}

/** One message as it was read from a request: only the fields that the dialect carries. Times are milliseconds. */
export interface ReceivedMessage {
  id?: string
  type?: string
  /** The parsed payload; `undefined` where the dialect carries none. */
  payload: unknown
  /** The payload's own text. */
  payloadText: string
  /** The whole body of this message, parsed: also what the dialect does not name. `undefined` where there is no JSON. */
  body?: unknown
  occurredAt?: number
  acceptedAt?: number
  pushedAt?: number
  sentAt?: number
  attempt?: number
  lastError?: string
  claim?: string
  params: Readonly<Record<string, string>>
}
