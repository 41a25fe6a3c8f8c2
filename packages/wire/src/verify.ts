/**
 * Verifying: the request is read with the dialect that wrote it, over the bytes that came, before anything is parsed.
 * No request makes it throw. What it answers is a value: the messages, or a code, a sentence and a hint.
 */
import { cryptography } from '#crypto'
import { utf8 } from './bytes.ts'
import { toCompiled, type DialectLike } from './built-in.ts'
import type { CompiledDialect, CompiledSignature } from './compile.ts'
import type { CryptoKeyBytes, SignedPieces } from './crypto.ts'
import type { Field, ReceivedMessage } from './dialect.ts'
import { WireError, type VerifyErrorCode } from './errors.ts'
import { collectHeaders, type HeadersLike } from './headers.ts'
import { hintForClock, hintForMismatch } from './hint.ts'
import { emptyDraft } from './place.ts'
import { toMessage } from './received.ts'
import { parseSignatures, signatureBytes } from './signature.ts'
import { readTime, type Draft, type SlotLens } from './slot.ts'

/** A request as the web framework has it. The body is what came over the network: bytes, or their text. */
export interface RequestLike {
  method?: string
  /** Needed where the dialect places a field in the query or signs the address. */
  url?: string
  headers: HeadersLike
  body: Uint8Array | ArrayBuffer | string | null
}

export interface VerifyOptions {
  dialect: DialectLike
  /** As the vendor shows it. `null`: the vendor sends unsigned, which only some dialects allow. */
  secret?: string | null
  /** Several while a secret is being replaced: any of them verifies. */
  secrets?: readonly string[]
  /** Milliseconds since 1970; the present time when it is left out. */
  now?: number
  /** In seconds. Left out: what the dialect says. `null`: any age. */
  toleranceSeconds?: number | null
  /** `false`: do not look for the cause of a mismatch. It costs a refusal some sixty HMACs at most. */
  hints?: boolean
}

export type VerifyResult =
  | {
      ok: true
      messages: ReceivedMessage[]
      /** Which secret it was, counted from 0. `null` when nothing was signed. */
      keyIndex: number | null
      /** When this attempt was sent, in milliseconds since 1970, where the dialect says so. */
      timestamp: number | null
    }
  | {
      ok: false
      code: VerifyErrorCode
      message: string
      /** What to look at. For the developer of the receiver, not for the reply: it speaks about the secret. */
      hint: string
      /** What to answer the sender with. */
      status: number
    }

/** One question to the cryptography: is this the signature of these pieces under this key? */
export interface Check {
  key: CryptoKeyBytes
  pieces: SignedPieces
  signature: Uint8Array<ArrayBuffer>
}

/** Everything but the cryptography: asks questions, is given the answers, and ends with a value. */
export type Asking<Result> = Generator<readonly Check[], Result, readonly boolean[]>

/**
 * Whether a request comes from who knows the secret, and what it says.
 *
 * @throws {WireError} `unknown_dialect` or `invalid_dialect`: mistakes in the options, never in the request
 * @example
 * const result = await verify({ headers, body }, { dialect: 'scalefusion', secret: 'MySharedSecret' })
 * if (!result.ok) return new Response(null, { status: result.status })
 * for (const message of result.messages) console.log(message.id, message.type, message.payload)
 */
export async function verify(request: RequestLike, options: VerifyOptions): Promise<VerifyResult> {
  const asking = ask(toCompiled(options.dialect), request, options)
  let step = asking.next()
  while (step.done !== true) {
    const answers = await Promise.all(
      step.value.map(async ({ key, pieces, signature }) =>
        cryptography.verify(key, pieces, signature).catch(() => false),
      ),
    )
    step = asking.next(answers)
  }
  return step.value
}

/**
 * The same at once.
 *
 * @throws {WireError} `sync_unavailable` where there is no `node:crypto`
 */
export function verifySync(request: RequestLike, options: VerifyOptions): VerifyResult {
  const asking = ask(toCompiled(options.dialect), request, options)
  let step = asking.next()
  while (step.done !== true) step = asking.next(step.value.map(checkSync))
  return step.value
}

/** A key that the runtime cannot import verifies nothing. That there is no synchronous form at all is told. */
function checkSync({ key, pieces, signature }: Check): boolean {
  try {
    return cryptography.verifySync(key, pieces, signature)
  } catch (error) {
    if (error instanceof WireError) throw error
    return false
  }
}

/** What has been read of a request before its signature is known to be right. */
interface Seen {
  draft: Draft
  /** The texts of the fields that stand in headers and query, as they came. */
  texts: Map<Field, string>
  headers: Map<string, string[]>
  body: Uint8Array
  url: string
  method: string
}

/** Why a request is not believed, on its way to becoming a result. */
class Refusal {
  readonly code: VerifyErrorCode
  readonly message: string
  readonly hint: string
  constructor(code: VerifyErrorCode, message: string, hint: string) {
    this.code = code
    this.message = message
    this.hint = hint
  }
}

function* ask(compiled: CompiledDialect, request: RequestLike, options: VerifyOptions): Asking<VerifyResult> {
  const result = yield* judge(compiled, request, options)
  if (!(result instanceof Refusal)) return result
  const { code, message, hint } = result
  return { ok: false, code, message, hint, status: statusOf(compiled, code) }
}

function* judge(
  compiled: CompiledDialect,
  request: RequestLike,
  options: VerifyOptions,
): Asking<VerifyResult | Refusal> {
  const { signatures, body: lens } = compiled.reading
  const isUnsigned = signatures.every(({ signature }) => options.secret === null && signature.key.optional === true)
  const secrets = isUnsigned ? [] : secretsOf(options)
  const wrongSecret = isUnsigned ? null : checkSecrets(compiled, secrets)
  if (wrongSecret !== null) return wrongSecret
  const seen = readRequest(compiled, request)
  if (seen instanceof Refusal) return seen

  let keyIndex: number | null = null
  if (!isUnsigned) {
    // All signatures of the dialect have to be right: a weaker one beside a bad stronger one is no way in (test G4).
    for (const one of signatures) {
      const answer = yield* checkSignature(one, secrets, seen, options.hints !== false)
      if (answer instanceof Refusal) return answer
      keyIndex ??= answer
    }
    const stale = checkAge(compiled, seen, options)
    if (stale !== null) return stale
  }

  const drafts = lens.read(seen.body)
  if (typeof drafts === 'string') {
    const hint = isUnsigned
      ? 'Is this address meant for this dialect?'
      : 'The signature is right: the sender meant these bytes.'
    return new Refusal('malformed_body', drafts, hint)
  }
  const messages = drafts.map((draft) => toMessage(compiled.dialect, seen.draft, draft))
  return { ok: true, messages, keyIndex, timestamp: seen.draft.sentAt ?? null }
}

function secretsOf({ secret, secrets }: VerifyOptions): readonly string[] {
  return [...(typeof secret === 'string' ? [secret] : []), ...(secrets ?? [])]
}

function checkSecrets(compiled: CompiledDialect, secrets: readonly string[]): Refusal | null {
  if (secrets.length === 0) {
    return new Refusal(
      'empty_secret',
      'There is no secret to verify with.',
      'Is the environment variable set? Pass secret or secrets.',
    )
  }
  for (const secret of secrets) {
    const error = compiled.checkSecret(secret)
    if (error === null) continue
    const code = error.code === 'empty_secret' ? 'empty_secret' : 'malformed_secret'
    return new Refusal(code, error.message, error.hint)
  }
  return null
}

function readRequest(compiled: CompiledDialect, request: RequestLike): Seen | Refusal {
  if (typeof request !== 'object' || request === null) {
    return new Refusal('malformed_request', 'There is no request.', 'Pass { headers, body }.')
  }
  const body = toBytes(request.body)
  if (body === null) {
    return new Refusal(
      'body_not_bytes',
      'The body is not what came over the network, but what was parsed from it.',
      'Verify before parsing: give the raw bytes. In Express use express.raw() on this route, in web handlers await request.arrayBuffer().',
    )
  }
  const seen: Seen = {
    draft: emptyDraft(),
    texts: new Map(),
    headers: collectHeaders(request.headers),
    body,
    url: typeof request.url === 'string' ? request.url : '',
    method: typeof request.method === 'string' ? request.method.toUpperCase() : compiled.dialect.request.method,
  }
  const { headers, query } = compiled.reading
  for (const { name, prefix, lens } of headers) {
    const value = single(seen.headers, name)
    if (value instanceof Refusal) return value
    if (value === null) continue
    const wrong = readText(seen, `The header ${name}`, prefix, lens, value)
    if (wrong !== null) return wrong
  }
  if (query.length > 0) {
    const found = queryOf(seen.url)
    for (const { name, prefix, lens } of query) {
      const value = found.get(name)
      if (value === undefined) {
        if (lens.slot.omit !== undefined) continue
        return new Refusal(
          'malformed_request',
          `The address has no parameter ${name}.`,
          'Pass the url of the request with its query.',
        )
      }
      const wrong = readText(seen, `The parameter ${name}`, prefix, lens, value)
      if (wrong !== null) return wrong
    }
  }
  return seen
}

function readText(seen: Seen, where: string, prefix: string, lens: SlotLens, value: string): Refusal | null {
  const code = where.startsWith('The header') ? 'malformed_header' : 'malformed_request'
  if (!value.startsWith(prefix)) return new Refusal(code, `${where} does not begin with ${JSON.stringify(prefix)}.`, '')
  const text = value.slice(prefix.length)
  const problem = lens.read(text, seen.draft)
  if (problem !== null) return new Refusal(code, `${where} ${problem}.`, 'Is another system sending to this address?')
  seen.texts.set(lens.slot.$, text)
  return null
}

/** The one value of a header. What decides about trust must not stand there twice (test G6). */
function single(headers: Map<string, string[]>, name: string): string | null | Refusal {
  const values = headers.get(name.toLowerCase())
  if (values === undefined) return null
  if (values.length === 1 && values[0] !== undefined) return values[0]
  return new Refusal(
    'duplicate_header',
    `The header ${name} stands there ${values.length} times.`,
    'A proxy may have added one. It must come once.',
  )
}

/** Parameters of an address. Of those that come several times the last counts: it is the one that a sender adds. */
function queryOf(url: string): Map<string, string> {
  const [address = ''] = url.split('#', 1)
  const start = address.indexOf('?')
  return new Map(start < 0 ? [] : new URLSearchParams(address.slice(start + 1)))
}

function toBytes(body: unknown): Uint8Array | null {
  if (body === null || body === undefined) return new Uint8Array()
  if (typeof body === 'string') return utf8(body)
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  return null
}

function* checkSignature(
  one: CompiledSignature,
  secrets: readonly string[],
  seen: Seen,
  wantsHint: boolean,
): Asking<number | Refusal> {
  const { signature } = one
  const algorithm = checkAlgorithm(one, seen)
  if (algorithm !== null) return algorithm
  const header = single(seen.headers, signature.header)
  if (header instanceof Refusal) return header
  if (header === null || header === '') {
    return new Refusal(
      'missing_header',
      `The request has no header ${signature.header}.`,
      signature.key.optional === true
        ? 'The sender has no secret for this address. Set the same secret there, or pass secret: null to take unsigned requests.'
        : 'Does the request come from this vendor, and does every proxy pass the header on?',
    )
  }
  const parsed = parseSignatures(signature.format, header)
  if (!parsed.ok)
    return new Refusal(
      parsed.code,
      `The header ${signature.header} ${parsed.reason}.`,
      'Is another system sending to this address?',
    )

  const time = signature.over.find((part) => typeof part !== 'string' && part.$ === 'sentAt')
  if (parsed.time !== null && typeof time === 'object' && 'as' in time) {
    const sentAt = readTime(parsed.time, time.as)
    if (sentAt === null) {
      return new Refusal(
        'malformed_header',
        `The time in the header ${signature.header} is not a time in seconds.`,
        'Is another system sending to this address?',
      )
    }
    seen.draft.sentAt = sentAt
    seen.texts.set('sentAt', parsed.time)
  }
  const unread = checkFields(one, seen)
  if (unread !== null) return unread

  const pieces = one.pieces({
    text: (field) => seen.texts.get(field) ?? '',
    body: seen.body,
    url: seen.url,
    method: seen.method,
  })
  const checks: Check[] = []
  const keyOf: number[] = []
  for (const [index, secret] of secrets.entries()) {
    const key = one.key(secret)
    if (key instanceof WireError) continue
    for (const candidate of parsed.candidates) {
      for (const bytes of signatureBytes(signature, candidate)) {
        checks.push({ key, pieces, signature: bytes })
        keyOf.push(index)
      }
    }
  }
  const answers = yield checks
  const matching = answers.indexOf(true)
  const keyIndex = keyOf[matching]
  if (keyIndex !== undefined) return keyIndex
  const { candidates } = parsed
  const hint = wantsHint ? yield* hintForMismatch({ one, secrets, candidates, pieces, body: seen.body }) : ''
  return new Refusal('signature_mismatch', 'The signature was not made over this request with this secret.', hint)
}

/** What a request says about its algorithm is compared with what we expect, and never followed (test G4). */
function checkAlgorithm({ signature: { algorithmHeader, algorithm } }: CompiledSignature, seen: Seen): Refusal | null {
  if (algorithmHeader === undefined) return null
  const value = single(seen.headers, algorithmHeader.name)
  if (value instanceof Refusal) return value
  const accepted = algorithmHeader.accepts ?? [algorithmHeader.value]
  if (value === null || accepted.includes(value)) return null
  return new Refusal(
    'unsupported_algorithm',
    `The header ${algorithmHeader.name} names an algorithm other than ${accepted.join(' or ')}.`,
    `This dialect signs with ${algorithm}. Somebody may be trying a weaker one.`,
  )
}

/** Every field that is signed has come, and can be read in one way only (test G9). */
function checkFields(one: CompiledSignature, seen: Seen): Refusal | null {
  for (const { field, delimiter, header } of one.fields) {
    const text = seen.texts.get(field)
    if (text === undefined || text === '') {
      return new Refusal(
        'missing_header',
        `The request has no header ${header}, which is signed.`,
        'Does every proxy pass it on?',
      )
    }
    if (delimiter !== null && text.includes(delimiter)) {
      return new Refusal(
        'malformed_header',
        `The header ${header} contains ${JSON.stringify(delimiter)}.`,
        'Where it is signed, it would have no clear end.',
      )
    }
  }
  return null
}

function checkAge(compiled: CompiledDialect, seen: Seen, options: VerifyOptions): Refusal | null {
  const { sentAt } = seen.draft
  const fromDialect = compiled.reading.signatures.find(({ signature }) => signature.toleranceSeconds !== undefined)
  const tolerance =
    options.toleranceSeconds === undefined
      ? (fromDialect?.signature.toleranceSeconds ?? null)
      : options.toleranceSeconds
  if (tolerance === null) return null
  if (sentAt === undefined) {
    return new Refusal(
      'missing_header',
      'The request does not say when it was sent.',
      'This dialect has no time: leave toleranceSeconds out, and dedupe by the id.',
    )
  }
  const ageSeconds = ((options.now ?? Date.now()) - sentAt) / 1000
  if (ageSeconds > tolerance) {
    return new Refusal(
      'timestamp_too_old',
      `The request was sent ${Math.round(ageSeconds)} s ago; ${tolerance} s are allowed.`,
      hintForClock(ageSeconds),
    )
  }
  if (ageSeconds < -tolerance) {
    return new Refusal(
      'timestamp_in_future',
      `The request says it was sent ${Math.round(-ageSeconds)} s from now; ${tolerance} s are allowed.`,
      hintForClock(ageSeconds),
    )
  }
  return null
}

function statusOf({ dialect: { receive } }: CompiledDialect, code: VerifyErrorCode): number {
  const replies = receive?.replies
  switch (code) {
    case 'body_not_bytes':
      return 500 // Our own program is at fault, and the vendor shall try again once it is repaired.
    case 'missing_header':
      return replies?.unsigned?.status ?? 401
    case 'malformed_header':
    case 'duplicate_header':
    case 'malformed_request':
    case 'malformed_body':
      return replies?.malformed?.status ?? 400
    default:
      return replies?.refused?.status ?? 401
  }
}
