/** Checks one signature of a request: its header, the signed fields, and whether one of the secrets made it. */
import type { CompiledSignature, SignedWire } from '../compile/compiled-dialect.ts'
import type { Field } from '../dialect.ts'
import { WireError } from '../errors.ts'
import { parseSignatures, signatureBytes } from '../lens/signature-header.ts'
import { readTime } from '../text/time.ts'
import type { Asking, Check } from './asking.ts'
import type { Mismatch } from './hint.ts'
import { single, type Seen } from './read-request.ts'
import { Refusal } from './refusal.ts'

/** Finds what is probably wrong. A reader that has to be small has none. */
export interface Hints {
  forMismatch(mismatch: Mismatch): Asking<string>
  forForm(mismatch: Omit<Mismatch, 'candidates'>, header: string): Asking<string | null>
}

/** @returns which secret made the signature, counted from 0 */
export function* checkSignature(
  one: CompiledSignature,
  secrets: readonly string[],
  seen: Seen,
  hints: Hints | null,
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
  // The secret says which kind of signature is looked for, and never the header.
  const kinds = [...new Set(secrets.map((secret) => one.ofKind(secret)))]
  const [kind = one] = kinds
  const parsed = parseSignatures(kind.signature.format, header)
  if (!parsed.ok) {
    const hint =
      hints && parsed.code === 'malformed_header' ? yield* formHint(hints, kind, secrets, seen, header) : null
    return new Refusal(
      parsed.code,
      `The header ${signature.header} ${parsed.reason}.`,
      hint ?? 'Is another system sending to this address?',
    )
  }
  const candidatesOf = new Map([[kind, parsed.candidates]])
  for (const other of kinds.slice(1)) {
    const more = parseSignatures(other.signature.format, header)
    candidatesOf.set(other, more.ok ? more.candidates : [])
  }

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

  const wire = wireOf(seen)
  const pieces = one.pieces(wire)
  const checks: Check[] = []
  const keyOf: number[] = []
  for (const [index, secret] of secrets.entries()) {
    const of = one.ofKind(secret)
    const key = of.verifyingKey(secret)
    if (key instanceof WireError) continue
    for (const candidate of candidatesOf.get(of) ?? []) {
      for (const bytes of signatureBytes(of.signature, candidate)) {
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
  const ofKind = secrets.filter((secret) => one.ofKind(secret) === kind)
  const bare = hints && candidates.length === 0 ? yield* formHint(hints, kind, ofKind, seen, header) : null
  const hint = bare ?? (hints ? yield* hints.forMismatch({ one: kind, secrets: ofKind, candidates, wire }) : '')
  return new Refusal('signature_mismatch', 'The signature was not made over this request with this secret.', hint)
}

function wireOf({ texts, body, url, method }: Seen): SignedWire {
  return { text: (field: Field): string => texts.get(field) ?? '', body, url, method }
}

/** Only where every signed field is there: without one nothing can be compared. */
function* formHint(
  hints: Hints,
  one: CompiledSignature,
  secrets: readonly string[],
  seen: Seen,
  header: string,
): Asking<string | null> {
  return checkFields(one, seen) === null ? yield* hints.forForm({ one, secrets, wire: wireOf(seen) }, header) : null
}

/** The algorithm that a request names is compared with the expected one, and never used (test G4). */
function checkAlgorithm({ signature: { algorithmHeader, algorithm } }: CompiledSignature, seen: Seen): Refusal | null {
  if (algorithmHeader === undefined) return null
  const value = single(seen.headers, algorithmHeader.name)
  if (value instanceof Refusal) return value
  const accepted = algorithmHeader.accepts ?? [algorithmHeader.value]
  if (value === null || accepted.includes(value)) return null
  return new Refusal(
    'unsupported_algorithm',
    `The header ${algorithmHeader.name} names an algorithm other than ${accepted.join(' or ')}.`,
    `This dialect signs with ${algorithm}. Someone may be trying a weaker one.`,
  )
}

/** Checks that every signed field is present and can be read in one way only (test G9). */
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
    // Node and `Headers` join the values of a repeated header with a comma and a space (test G6).
    if (text.includes(', ')) {
      return new Refusal('duplicate_header', `The header ${header} occurs twice.`, 'A proxy may have added one.')
    }
    if (delimiter !== null && text.includes(delimiter)) {
      return new Refusal(
        'malformed_header',
        `The header ${header} contains ${JSON.stringify(delimiter)}.`,
        'In the signed text its end would be unclear.',
      )
    }
  }
  return null
}
