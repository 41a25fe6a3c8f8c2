/** What `compile` makes of a dialect: the half that writes and the half that reads, from the same definition. */
import type { CryptoKeyBytes, SignedPieces } from '../crypto/cryptography.ts'
import type { Dialect, EncodeInput, Field, Signature, WireMessage, WireRequest } from '../dialect.ts'
import type { WireError } from '../errors.ts'
import type { BatchLens, BodyLens } from '../lens/body-lens.ts'
import type { SlotLens } from '../lens/slot-lens.ts'

export interface CompiledDialect {
  readonly dialect: Dialect
  /** In lower case: every header that the dialect writes. Endpoints must not set them. */
  readonly reservedHeaders: readonly string[]
  /** In lower case: the reserved headers that carry the secret itself. Anyone who sees one can sign. */
  readonly secretHeaders: readonly string[]
  /**
   * The reason why this message cannot be sent in this dialect, or `null`. Call it before you accept a message: a
   * message that passes can be encoded at any later time.
   *
   * @example
   * dialect('signinapp').check({ ...message, payload: '{"event":1}' })?.code // 'payload_clash'
   */
  check(message: WireMessage): WireError | null
  /** The body. It depends only on the message, with its `pushedAt`, and the dialect's version, so it can be kept and shared. */
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
  /** The same, synchronously. Throws a `WireError` with the code `sync_unavailable` where there is no `node:crypto`. */
  encodeSync(input: EncodeInput): WireRequest
  /** What is wrong with a secret, or `null`. An empty secret is always refused; to send unsigned, use `secrets: []`. */
  checkSecret(secret: string): WireError | null
  /**
   * A new secret in the form that the vendor shows, or `null` when the dialect does not sign.
   *
   * @param like a secret of the wanted kind, or what it begins with (`whsk_`), where the dialect takes other kinds of keys
   * @example
   * const secret = dialect('standard').newSecret(randomBytes, 'whsk_')
   */
  newSecret(random: (bytes: number) => Uint8Array, like?: string): string | null
  /**
   * A message's id as the receiver sees it: a UUID or 16 characters, if the dialect writes ids in that form.
   *
   * @example
   * dialect('signinapp').requestId('msg_0KN9svTmRKnRWY7h') // '0KN9svTmRKnRWY7h'
   */
  requestId(id: string): string
  /**
   * How exactly the dialect writes `pushedAt`, in milliseconds: 1000 where all its places show seconds. `null`: it does not
   * write it, so a body depends on the message alone.
   */
  readonly pushedAtStepMs: 1 | 1000 | null
  /** What `verify` needs to read a request. */
  readonly reading: Reading
}

/** What a message is recognised by. Other fields may be missing: vendors omit them in old or rare events. */
export type IdentifyingField = 'id' | 'type' | 'claim'

/** The half that reads, with the same lenses that write. */
export interface Reading {
  readonly headers: readonly FieldPlace[]
  /** In lower case: the names of all headers that are read. */
  readonly headerNames: ReadonlySet<string>
  readonly query: readonly FieldPlace[]
  readonly body: BodyLens
  readonly signatures: readonly CompiledSignature[]
  /** The fields that every message has, in a header, the query or the body: without one of them a request is refused. */
  readonly always: readonly IdentifyingField[]
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
  /** The same with the kind of key that this secret is: another algorithm, and another version in the list. */
  ofKind(secret: string): CompiledSignature
  /** The key that signs. */
  key(secret: string): CryptoKeyBytes | WireError
  /** The key that verifies: also of a secret in a form that is not given to new endpoints. */
  verifyingKey(secret: string): CryptoKeyBytes | WireError
  /** The signed pieces, from the texts on the wire. */
  pieces(wire: SignedWire): SignedPieces
  /** The text of a signed field of this attempt. */
  text(field: Field, input: EncodeInput): string
}

/** A signed field. The literal text that follows it is its delimiter, and must not occur in it. */
export interface SignedField {
  readonly field: Field
  readonly delimiter: string | null
  /** The header that holds it, for error messages. */
  readonly header: string
}

/** The parts of a request that can be signed, as they are on the wire. */
export interface SignedWire {
  text(field: Field): string
  body: Uint8Array | string | null
  url: string
  method: string
}
