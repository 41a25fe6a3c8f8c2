/** The order of verifying: secret, request, signatures, age, and only then the body. */
import type { CompiledDialect, IdentifyingField } from '../compile/compiled-dialect.ts'
import { WireError } from '../errors.ts'
import type { Asking } from './asking.ts'
import { checkSignature, type Hints } from './check-signature.ts'
import { hintForClock } from './hint.ts'
import { readRequest, type RequestLike, type Seen } from './read-request.ts'
import { Refusal } from './refusal.ts'
import { toMessage } from './to-message.ts'
import type { VerifyOptions, VerifyResult } from './verify-options.ts'

/** What is needed of a dialect to read its requests. */
type Reader = Pick<CompiledDialect, 'dialect' | 'reading'>

/** Whether a request is believed, and its messages if it is. */
export function* judge(
  compiled: Reader,
  request: RequestLike,
  options: Omit<VerifyOptions, 'dialect'>,
  hints: Hints | null,
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
    // All signatures of the dialect must be right: a weak one must not make up for a wrong strong one (test G4).
    for (const one of signatures) {
      const answer = yield* checkSignature(one, secrets, seen, options.hints === false ? null : hints)
      if (answer instanceof Refusal) return answer
      keyIndex ??= answer
    }
    const stale = checkAge(compiled, seen, options)
    if (stale !== null) return stale
  }

  const drafts = lens.read(seen.body)
  if (typeof drafts === 'string') {
    const hint = isUnsigned
      ? 'Does this address belong to this dialect?'
      : 'The signature is right: the sender sent exactly these bytes.'
    return new Refusal('malformed_body', drafts, hint)
  }
  const messages = drafts.map((draft) => toMessage(compiled.dialect, seen.draft, draft))
  const missing = compiled.reading.always.find((field) => messages.some((message) => message[field] === undefined))
  if (missing !== undefined) return new Refusal('malformed_body', ...withoutField[missing])
  return { ok: true, messages, keyIndex, timestamp: seen.draft.sentAt ?? null }
}

const withoutField: Readonly<Record<IdentifyingField, readonly [message: string, hint: string]>> = {
  id: [
    'The request does not say the id of the message that it carries.',
    'In this dialect every message has an id, by which a repeat is recognised. Does every proxy pass its header on?',
  ],
  type: [
    'The request does not say which type of event it carries.',
    'In this dialect every event has a type. Does every proxy pass its header on?',
  ],
  claim: [
    'The request does not say under which id its result can be fetched.',
    'In this dialect every request has such an id. Does every proxy pass it on?',
  ],
}

function secretsOf({ secret, secrets }: Omit<VerifyOptions, 'dialect'>): readonly string[] {
  return [...(typeof secret === 'string' ? [secret] : []), ...(secrets ?? [])]
}

function checkSecrets(compiled: Reader, secrets: readonly string[]): Refusal | null {
  if (secrets.length === 0) {
    return new Refusal(
      'empty_secret',
      'No secret was given to verify with.',
      'Is the environment variable set? Pass secret or secrets.',
    )
  }
  for (const secret of secrets) {
    for (const one of compiled.reading.signatures) {
      const error = one.verifyingKey(secret)
      if (!(error instanceof WireError)) continue
      const code = error.code === 'empty_secret' ? 'empty_secret' : 'malformed_secret'
      return new Refusal(code, error.message, error.hint)
    }
  }
  return null
}

function checkAge(compiled: Reader, seen: Seen, options: Omit<VerifyOptions, 'dialect'>): Refusal | null {
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
      'This dialect carries no time: omit toleranceSeconds, and recognise repeats by the id.',
    )
  }
  const ageSeconds = ((options.now ?? Date.now()) - sentAt) / 1000
  if (ageSeconds > tolerance) {
    return new Refusal(
      'timestamp_too_old',
      `The request was sent ${secondsBeyond(ageSeconds, tolerance)} s ago; ${tolerance} s are allowed.`,
      hintForClock(ageSeconds),
    )
  }
  if (ageSeconds < -tolerance) {
    return new Refusal(
      'timestamp_in_future',
      `The request says it was sent ${secondsBeyond(-ageSeconds, tolerance)} s from now; ${tolerance} s are allowed.`,
      hintForClock(ageSeconds),
    )
  }
  return null
}

/** Whole seconds, unless that would be as many as are allowed. */
function secondsBeyond(seconds: number, allowed: number): string {
  const whole = Math.round(seconds)
  return whole > allowed ? String(whole) : seconds.toFixed(3)
}
