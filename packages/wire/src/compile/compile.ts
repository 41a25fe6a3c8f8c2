/**
 * A dialect as functions. Everything that can be decided once is decided here, so that encoding a message does little
 * more than put texts together and sign them.
 */
import { cryptography } from '#crypto'
import { checkMessage, slotsOf } from './check-message.ts'
import type { CryptoKeyBytes, SignedPieces } from '../crypto/cryptography.ts'
import type { Dialect, EncodeInput, Field, Signature, Slot, WireMessage, WireRequest } from '../dialect.ts'
import { WireError } from '../errors.ts'
import { toHeaderValue } from '../text/headers.ts'
import { idToBase62, idToUuid } from '../text/id.ts'
import { parseDialect } from '../definition/parse-dialect.ts'
import { bodyLens, isSlot, type BatchLens, type BodyLens } from '../lens/body-lens.ts'
import { createSecret, decodeSecret } from '../crypto/secret.ts'
import { holdsSeveral, printSignatures } from '../lens/signature-header.ts'
import { slotLens, type SlotLens } from '../lens/slot-lens.ts'

export interface CompiledDialect {
  readonly dialect: Dialect
  /** Lower case: every header that the dialect itself writes, and that nobody else may. */
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
   * Several messages in one body, where the dialect has batches: what each puts into it, and these put together, in their
   * order. What a request adds is none of a message's, so `encode` takes any of them with this body. `null`: there is one
   * message in a request.
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
  readonly headers: readonly HeaderPlace[]
  /** The names, in lower case, of all headers that are looked at. */
  readonly headerNames: ReadonlySet<string>
  readonly query: readonly QueryPlace[]
  readonly body: BodyLens
  readonly signatures: readonly CompiledSignature[]
}

interface HeaderPlace {
  readonly name: string
  readonly prefix: string
  readonly lens: SlotLens
}

interface QueryPlace {
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
interface SignedField {
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

/** Decoded keys that are kept for each signature. When there are more secrets in use than this, it begins anew. */
const maxKeys = 10_000

/**
 * Makes functions of a dialect.
 *
 * @throws {WireError} `invalid_dialect`, with every problem and where it is
 * @example
 * const acme = compile(parseDialect(JSON.parse(text)))
 * const request = await acme.encode({ message, url, secrets: [secret], sentAt: Date.now(), attempt: 1 })
 */
export function compile(dialect: Dialect): CompiledDialect {
  const checked = parseDialect(dialect)
  const headers = headerPlaces(checked)
  const query = queryPlaces(checked)
  const lens = bodyLens(checked.body)
  const signatures = checked.signatures.map((signature) => compileSignature(checked, signature))
  const begin = beginner(checked, headers, query, lens, signatures)
  const reservedHeaders = headerNames(checked).map((name) => name.toLowerCase())
  const reading: Reading = { headers, headerNames: new Set(reservedHeaders), query, body: lens, signatures }

  return {
    dialect: checked,
    reservedHeaders,
    secretHeaders: checked.signatures
      .filter(({ algorithm }) => algorithm === 'shared-secret')
      .map(({ header }) => header.toLowerCase()),
    reading,
    check: (message) => checkMessage(checked, reading, message),
    body: (message) => lens.write(message),
    batch: lens.batch,
    checkSecret: (secret) => {
      for (const one of signatures) {
        const found = one.key(secret)
        if (found instanceof WireError) return found
      }
      return null
    },
    requestId: requestIdWriter(checked),
    newSecret: (random) => {
      const first = checked.signatures[0]
      return first === undefined ? null : createSecret(first, random)
    },
    encodeSync: (input) => {
      const { request, signing } = begin(input)
      for (const { signature, keys, pieces, time } of signing) {
        const texts = keys.map((key) => cryptography.signSync(key, pieces, signature.encoding))
        addSignature(request, signature, texts, time)
      }
      return request
    },
    encode: async (input) => {
      const { request, signing } = begin(input)
      for (const { signature, keys, pieces, time } of signing) {
        const texts = await Promise.all(keys.map((key) => cryptography.sign(key, pieces, signature.encoding)))
        addSignature(request, signature, texts, time)
      }
      return request
    },
  }
}

function requestIdWriter(dialect: Dialect): (id: string) => string {
  const as = slotsOf(dialect).find(({ slot }) => slot.$ === 'id')?.slot.as
  return as === 'uuid' ? (id) => idToUuid(id) : as === 'base62' ? (id) => idToBase62(id) : (id) => id
}

/** Every header that a dialect writes, as it is spelled; the content type, where there is one, comes first. */
export function headerNames(dialect: Dialect): string[] {
  return [
    ...(dialect.request.contentType === undefined ? [] : ['content-type']),
    ...Object.keys(dialect.request.headers ?? {}),
    ...dialect.signatures.flatMap(({ header, algorithmHeader }) =>
      algorithmHeader ? [algorithmHeader.name, header] : [header],
    ),
  ]
}

interface Begun {
  request: WireRequest
  /** What is still to be signed. */
  signing: { signature: Signature; keys: CryptoKeyBytes[]; pieces: SignedPieces; time: string }[]
}

/** Everything of a request but its signatures. */
function beginner(
  dialect: Dialect,
  headers: readonly HeaderPlace[],
  query: readonly QueryPlace[],
  lens: BodyLens,
  signatures: readonly CompiledSignature[],
): (input: EncodeInput) => Begun {
  const { method, contentType } = dialect.request
  const literals = Object.entries(dialect.request.headers ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )

  return (input) => {
    const { message, secrets } = input
    const body = input.body === undefined ? lens.write(message) : input.body
    const url = query.length === 0 ? input.url : addQuery(input.url, query, input)
    const request: WireRequest = { method, url, headers: [], body }
    if (contentType !== undefined) request.headers.push(['content-type', contentType])
    for (const [name, value] of literals) request.headers.push([name, value])
    for (const { name, prefix, lens: slot } of headers) {
      const text = slot.write(message, input)
      if (text === undefined) continue
      request.headers.push([name, prefix + (slot.slot.$ === 'lastError' ? toHeaderValue(text) : text)])
    }

    const signing: Begun['signing'] = []
    if (secrets.length > 0) {
      for (const compiled of signatures) {
        const { signature } = compiled
        const used = holdsSeveral(signature.format) ? secrets : secrets.slice(0, 1)
        const keys = used.map((secret) => {
          const key = compiled.key(secret)
          if (key instanceof WireError) throw key
          if (key.isPublic) {
            throw new WireError('malformed_secret', 'The key is public: it verifies, and cannot sign.', {
              hint: `Use the private key${signature.key.prefix ? `, which begins with ${signature.key.prefix}` : ''}.`,
            })
          }
          return key
        })
        const text = (field: Field): string => compiled.text(field, input)
        const pieces = compiled.pieces({ text, body, url, method })
        const hasTime = 'pairs' in signature.format && signature.format.pairs.time !== undefined
        signing.push({ signature, keys, pieces, time: hasTime ? text('sentAt') : '' })
      }
    }
    return { request, signing }
  }
}

function addSignature(request: WireRequest, signature: Signature, texts: readonly string[], time: string): void {
  const { algorithmHeader } = signature
  if (algorithmHeader !== undefined) request.headers.push([algorithmHeader.name, algorithmHeader.value])
  request.headers.push([signature.header, printSignatures(signature.format, texts, time)])
}

function compileSignature(dialect: Dialect, signature: Signature): CompiledSignature {
  const keys = new Map<string, CryptoKeyBytes>()
  const lenses = new Map<Field, SlotLens>()
  const fields: SignedField[] = []
  const pieces = signature.over.map((part, index): ((wire: SignedWire) => string | Uint8Array) => {
    if (typeof part === 'string') return () => part
    if (part.$ === 'body') return ({ body }) => body ?? ''
    if (part.$ === 'url') return ({ url }) => url
    if (part.$ === 'method') return ({ method }) => method
    const slot = part as Slot
    const { $: field, prefix = '' } = slot
    const next = signature.over[index + 1]
    lenses.set(field, slotLens(slot))
    const placed = Object.entries(dialect.request.headers ?? {}).find(([, value]) => isSlot(value) && value.$ === field)
    const header = placed?.[0] ?? signature.header
    fields.push({ field, delimiter: typeof next === 'string' && next !== '' ? next : null, header })
    return (wire) => prefix + wire.text(field)
  })
  return {
    signature,
    fields,
    pieces: (wire) => pieces.map((piece) => piece(wire)),
    text: (field, input) => lenses.get(field)?.write(input.message, input) ?? '',
    key: (secret) => {
      const known = keys.get(secret)
      if (known !== undefined) return known
      const key = decodeSecret(signature, secret)
      if (key instanceof WireError) return key
      if (keys.size >= maxKeys) keys.clear()
      keys.set(secret, key)
      return key
    },
  }
}

function headerPlaces(dialect: Dialect): HeaderPlace[] {
  return Object.entries(dialect.request.headers ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [{ name, prefix: value.prefix ?? '', lens: slotLens(value) }],
  )
}

function queryPlaces(dialect: Dialect): QueryPlace[] {
  return Object.entries(dialect.request.query ?? {}).map(([name, slot]) => ({
    name,
    prefix: slot.prefix ?? '',
    lens: slotLens(slot),
  }))
}

/** Adds to the query that the URL has, or begins one: `?id=...` exactly, for receivers that split at the first `=`. */
function addQuery(url: string, query: readonly QueryPlace[], input: EncodeInput): string {
  const hash = url.indexOf('#')
  let result = hash < 0 ? url : url.slice(0, hash)
  for (const { name, prefix, lens } of query) {
    const text = lens.write(input.message, input)
    if (text === undefined) continue
    const separator = !result.includes('?') ? '?' : /[?&]$/.test(result) ? '' : '&'
    result += `${separator}${encodeURIComponent(name)}=${encodeURIComponent(prefix + text)}`
  }
  return result
}
