/**
 * Verifying: the request is read with the dialect that wrote it, over the bytes that came, before anything is parsed.
 * No request makes it throw. What it answers is a value: the messages, or a code, a sentence and a hint.
 */
import { cryptography } from '#crypto'
import { toCompiled, type DialectLike } from '../compile/to-compiled.ts'
import type { CompiledDialect, CompiledSignature } from '../compile/compile.ts'
import type { CryptoKeyBytes, SignedPieces } from '../crypto/cryptography.ts'
import type { Field, ReceivedMessage } from '../dialect.ts'
import { WireError, type VerifyErrorCode } from '../errors.ts'
import { hintForClock, hintForMismatch } from './hint.ts'
import { readRequest, Refusal, single, type RequestLike, type Seen } from './read-request.ts'
import { toMessage } from './to-message.ts'
import { parseSignatures, signatureBytes } from '../lens/signature-header.ts'
import { readTime } from '../lens/slot-lens.ts'

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
  const compiled = toCompiled(options.dialect)
  const asking = judge(compiled, request, options)
  let step = asking.next()
  while (step.done !== true) {
    const answers = await Promise.all(
      step.value.map(async ({ key, pieces, signature }) =>
        cryptography.verify(key, pieces, signature).catch(() => false),
      ),
    )
    step = asking.next(answers)
  }
  return toResult(compiled, step.value)
}

/**
 * The same at once.
 *
 * @throws {WireError} `sync_unavailable` where there is no `node:crypto`
 */
export function verifySync(request: RequestLike, options: VerifyOptions): VerifyResult {
  const compiled = toCompiled(options.dialect)
  const asking = judge(compiled, request, options)
  let step = asking.next()
  while (step.done !== true) step = asking.next(step.value.map(checkSync))
  return toResult(compiled, step.value)
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

function toResult(compiled: CompiledDialect, judged: VerifyResult | Refusal): VerifyResult {
  if (!(judged instanceof Refusal)) return judged
  const { code, message, hint } = judged
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

  const { body, url, method } = seen
  const wire = { text: (field: Field): string => seen.texts.get(field) ?? '', body, url, method }
  const pieces = one.pieces(wire)
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
  const hint = wantsHint ? yield* hintForMismatch({ one, secrets, candidates, wire }) : ''
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
    // Node and Headers join a header that came twice with a comma and a space (test G6).
    if (text.includes(', ')) {
      return new Refusal('duplicate_header', `The header ${header} stands there twice.`, 'A proxy may have added one.')
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
