/** What `compile` makes of a dialect: the half that writes and the half that reads, from the same definition. */
import type { CryptoKeyBytes, SignedPieces } from '../crypto/cryptography.ts'
import type { Dialect, EncodeInput, Field, Signature, WireMessage, WireRequest } from '../dialect.ts'
import type { WireError } from '../errors.ts'
import type { BatchLens, BodyLens } from '../lens/body-lens.ts'
import type { SlotLens } from '../lens/slot-lens.ts'

export interface CompiledDialect {
  readonly dialect: Dialect
  /** Lower case: every header that the dialect writes, which no other code may write. */
  readonly reservedHeaders: readonly string[]
  /** Lower case: those of them that carry a secret itself and not what was made with it. Who sees them can sign. */
  readonly secretHeaders: readonly string[]
  /**
   * What keeps this message from being sent in this dialect, or `null`. Ask before a message is accepted: what passes
   * here can be encoded at any later time.
   *
   * @example
   * dialect('signinapp').check({ ...message, payload: '{"event":1}' })?.code // 'payload_clash'
   */
  check(message: WireMessage): WireError | null
  /** The body: a function of the message and the dialect's version only, so that it can be kept and shared. */
  body(message: WireMessage): Uint8Array | null
  /**
   * Several messages in one body: `element` writes what each message puts into it, `join` puts these together in their
   * order. `encode` takes any one of the messages with the joined body, because nothing that it adds depends on the
   * message. `null`: a request carries one message.
   *
   * @example
   * const { element, join } = dialect('comapi').batch
   * const body = join(messages.map(element)) // [{"eventId":...},{"eventId":...}]
   */
  readonly batch: BatchLens | null
  /** The whole request. Rejects with the `WireError` of `checkSecret` when a secret cannot be used. */
  encode(input: EncodeInput): Promise<WireRequest>
  /** The same at once. Throws a `WireError` with the code `sync_unavailable` where there is no `node:crypto`. */
  encodeSync(input: EncodeInput): WireRequest
  /** What is wrong with a secret, or `null`. An empty one never passes; unsigned is `secrets: []`. */
  checkSecret(secret: string): WireError | null
  /** A new secret in the form that the vendor shows, or `null` when the dialect does not sign. */
  newSecret(random: (bytes: number) => Uint8Array): string | null
  /**
   * A message's id as the receiver sees it: the UUID or the 16 characters where the dialect shows ids so.
   *
   * @example
   * dialect('signinapp').requestId('msg_0KN9svTmRKnRWY7h') // '0KN9svTmRKnRWY7h'
   */
  requestId(id: string): string
  /** The pieces that `verify` reads a request with. */
  readonly reading: Reading
}

/** The receiving half: the same lenses that write. */
export interface Reading {
  readonly headers: readonly FieldPlace[]
  /** The names, in lower case, of all headers that are looked at. */
  readonly headerNames: ReadonlySet<string>
  readonly query: readonly FieldPlace[]
  readonly body: BodyLens
  readonly signatures: readonly CompiledSignature[]
}

/** A header or query parameter that holds a field. */
export interface FieldPlace {
  readonly name: string
  readonly prefix: string
  readonly lens: SlotLens
}

export interface CompiledSignature {
  readonly signature: Signature
  readonly fields: readonly SignedField[]
  key(secret: string): CryptoKeyBytes | WireError
  /** What is signed, from the texts that stand on the wire. */
  pieces(wire: SignedWire): SignedPieces
  /** The text of a signed field of this attempt. */
  text(field: Field, input: EncodeInput): string
}

/** A field that is signed. The literal text that follows it there ends it, and must not stand in it. */
export interface SignedField {
  readonly field: Field
  readonly delimiter: string | null
  /** Where it stands, for messages to people. */
  readonly header: string
}

/** What of a request can be signed, as it stands there. */
export interface SignedWire {
  text(field: Field): string
  body: Uint8Array | string | null
  url: string
  method: string
}
