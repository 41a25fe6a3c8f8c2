/**
 * Finds the likely cause of a signature that does not match. It makes the common mistakes of receivers one after the
 * other, and names the mistake with which the signature matches.
 *
 * It runs only after a refusal, with a bounded number of tries, and not over a large body. The hint is about the
 * receiver's own secret and code, so it belongs in the log and not in the reply.
 */
import { concat, decodeBytes, fromUtf8, utf8 } from '../text/bytes.ts'
import type { CompiledSignature, SignedWire } from '../compile/compiled-dialect.ts'
import type { CryptoKeyBytes, SignedPieces } from '../crypto/cryptography.ts'
import { bodyBounds, compact, scan } from '../json/scan.ts'
import { misspelling } from '../crypto/secret.ts'
import { signatureBytes } from '../lens/signature-header.ts'
import type { Asking, Check } from './asking.ts'

export interface Mismatch {
  one: CompiledSignature
  secrets: readonly string[]
  /** The texts in the header that may be the signature. */
  candidates: readonly string[]
  /** The signed parts of the request. */
  wire: SignedWire
}

/** A mistake, and checks. If the mistake was made, the signature is right under one of them. */
interface Mistake {
  hint: string
  checks: Check[]
}

/**
 * About a hundred HMACs over a body of this size take a few milliseconds, so a stranger cannot make a refusal expensive.
 */
const maxBodyBytes = 32_768
/** How many secrets are tried, the newest first. */
const maxTried = 2

export function* hintForMismatch(mismatch: Mismatch): Asking<string> {
  const { one, secrets, candidates, wire } = mismatch
  const body = typeof wire.body === 'string' ? utf8(wire.body) : (wire.body ?? new Uint8Array())
  if (candidates[0] === undefined) return noCandidate(one)
  if (body.length <= maxBodyBytes) {
    for (const { hint, checks } of mistakes(mismatch, body)) {
      const answers = yield checks
      if (answers.includes(true)) return hint
    }
  }
  if (candidates.every((candidate) => signatureBytes(one.signature, candidate).length === 0)) {
    return `The signature is not ${one.signature.encoding === 'hex' ? 'lower-case hex' : 'base64'} at all. Is another system sending to this address?`
  }
  const odd = secrets.map((secret) => oddSecret(one, secret)).find((hint) => hint !== null)
  if (odd !== undefined) return odd
  const which =
    secrets.length === 1
      ? 'this the secret of this endpoint'
      : `one of the ${secrets.length} secrets that of this endpoint`
  return `Is ${which}, and not an older one or that of another endpoint? If it is, something between sender and receiver changes the body: verify the bytes as they arrived.`
}

/**
 * The same for a header that has not the form of the dialect, which is refused for that: whether it is a right signature without what
 * belongs in front of it. `null`: it is not.
 */
export function* hintForForm(mismatch: Omit<Mismatch, 'candidates'>, header: string): Asking<string | null> {
  const { one, secrets, wire } = mismatch
  const { format } = one.signature
  const front =
    'bare' in format
      ? (format.bare.prefix ?? '')
      : 'list' in format
        ? `${format.list.version},`
        : `${format.pairs.signature}=`
  const bytes = signatureBytes(one.signature, header.trim())
  if (front === '' || bytes.length === 0 || ('pairs' in format && format.pairs.time !== undefined)) return null
  const pieces = one.pieces(wire)
  const checks = secrets.slice(0, maxTried).flatMap((secret) => {
    const key = one.verifyingKey(secret)
    return key instanceof Error ? [] : bytes.map((signature): Check => ({ key, pieces, signature }))
  })
  const answers = yield checks
  return answers.includes(true) ? `The signature is right, but ${front} is missing in front of it.` : null
}

/**
 * @param ageSeconds how old the request is; negative if its time is in the future
 */
export function hintForClock(ageSeconds: number): string {
  const off = Math.round(Math.abs(ageSeconds))
  return ageSeconds > 0
    ? `The signature is right. Either the clock of this machine is ${off} s ahead, or the request was delayed or replayed.`
    : `The signature is right. The clock of this machine is probably ${off} s behind: synchronise it (NTP).`
}

function noCandidate({ signature: { format, header } }: CompiledSignature): string {
  return 'list' in format
    ? `The header ${header} has no signature of the version ${format.list.version}. Other versions are ignored.`
    : `The header ${header} contains no signature.`
}

function* mistakes({ one, secrets, candidates: all, wire }: Mismatch, body: Uint8Array): Generator<Mistake> {
  const candidates = all.slice(0, 1)
  const pieces = one.pieces({ ...wire, body })
  const { signature } = one
  const tried = secrets.slice(0, maxTried)
  const keys = tried.flatMap((secret) => {
    const key = one.verifyingKey(secret)
    return key instanceof Error ? [] : [key]
  })
  const exact = candidates.flatMap((candidate) => signatureBytes(signature, candidate))
  const over = (key: CryptoKeyBytes, signed: SignedPieces, texts = exact): Check[] =>
    texts.map((bytes) => ({ key, pieces: signed, signature: bytes }))

  // 1. The signature itself in another spelling.
  for (const [hint, read] of spellings) {
    const bytes = candidates.flatMap((candidate) => read(candidate) ?? [])
    const expected = signature.encoding === 'hex' ? 'lower-case hex' : 'padded, standard base64'
    yield { hint: `${hint} This dialect writes ${expected}.`, checks: keys.flatMap((key) => over(key, pieces, bytes)) }
  }

  for (const candidate of candidates) {
    const front = inFront.exec(candidate)?.[0] ?? ''
    if (front === '') continue
    const bytes = signatureBytes(signature, candidate.slice(front.length))
    const checks = keys.flatMap((key) => over(key, pieces, bytes))
    yield {
      hint: `The signature is right, but has ${front.trim()} in front of it, which this dialect does not write.`,
      checks,
    }
  }

  // 2. The body was parsed and printed again, or changed on its way.
  for (const [hint, other] of otherBodies(body)) {
    const signed = one.pieces({ ...wire, body: other })
    yield { hint, checks: keys.flatMap((key) => over(key, signed)) }
  }

  // 3. Only a part was signed.
  if (pieces.length > 1) {
    yield {
      hint: 'The sender signed only the body, without the parts in front of it. Is it another dialect?',
      checks: keys.flatMap((key) => over(key, [body])),
    }
  }

  // 4. The secret in another form. A public key has no other forms.
  if (!signature.algorithm.startsWith('hmac-')) return
  for (const secret of tried) {
    for (const [hint, bytes] of otherKeys(one, secret)) {
      yield { hint, checks: over({ algorithm: signature.algorithm, bytes, isPublic: false }, pieces) }
    }
  }
  yield {
    hint: 'The sender signed with an empty key: its secret is not set. Anyone can make such a signature, so it is refused.',
    checks: over({ algorithm: signature.algorithm, bytes: new Uint8Array(), isPublic: false }, pieces),
  }
}

type Bytes = Uint8Array<ArrayBuffer>

/** What others write in front of a signature: `sha256=`, `v1,`, `hmac `. */
const inFront = /^(?:[a-z][a-z0-9-]{0,15}[=:,]\s*|(?:hmac|signature|bearer)\s+)/i

const spellings: readonly (readonly [hint: string, read: (text: string) => Bytes | null])[] = [
  [
    'The signature is right, but in upper-case hex.',
    (text) => (/[A-F]/.test(text) ? own(decodeBytes(text.toLowerCase(), 'hex')) : null),
  ],
  ['The signature is right, but in hex where base64 is expected.', (text) => own(decodeBytes(text, 'hex'))],
  ['The signature is right, but in base64 where hex is expected.', (text) => own(decodeBytes(text, 'base64'))],
  [
    'The signature is right, but in base64 of another alphabet, or without its padding.',
    (text) => {
      const standard = text.trim().replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
      return own(decodeBytes(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='), 'base64'))
    },
  ],
]

function own(bytes: Uint8Array | null): Bytes | null {
  return bytes === null || bytes.length === 0 ? null : new Uint8Array(bytes)
}

const parsedHint =
  'The body was parsed and printed again before it was verified. Verify the raw bytes, and parse afterwards.'

/**
 * Other bodies that may have been signed. A change can be on either side: we may have the original or the changed copy.
 */
function* otherBodies(body: Uint8Array): Generator<readonly [hint: string, body: Uint8Array]> {
  const text = fromUtf8(body)
  if (text === null) return
  if (text.startsWith('\ufeff')) yield ['A byte order mark was added in front of the body.', utf8(text.slice(1))]
  yield* otherLineEnds(text)
  yield* otherEncodings(text)
  if (text !== text.trim())
    yield ['White space was added around the body, such as a line break at its end.', utf8(text.trim())]
  yield ['A line break at the end of the body was lost.', utf8(`${text}\n`)]
  // The scanner bounds depth and number of members. Printing deeply nested JSON from a stranger would overflow the stack.
  if (!scan(text, bodyBounds).ok) return
  const value: unknown = JSON.parse(text)
  const form = formOf(value)
  if (form !== null)
    yield [
      'The body was a form, which was parsed and printed as JSON. Verify the raw bytes, and parse afterwards.',
      utf8(form),
    ]
  const printed = JSON.stringify(value)
  const spaced = withSpaces(printed)
  const forms = new Set([
    printed,
    compact(text),
    JSON.stringify(value, null, 2),
    JSON.stringify(value, null, 4),
    spaced,
    escapeNonAscii(spaced),
    escapeNonAscii(printed),
    printed.replaceAll('/', '\\/'),
    escapeNonAscii(printed).replaceAll('/', '\\/'),
    JSON.stringify(sorted(value)),
  ])
  forms.delete(text)
  for (const form of forms) yield [parsedHint, utf8(form)]
}

function* otherLineEnds(text: string): Generator<readonly [hint: string, body: Uint8Array]> {
  const hint = 'The line ends of the body were changed (CRLF and LF). Verify the bytes as they arrived.'
  const unix = text.replaceAll('\r\n', '\n')
  for (const form of [unix, unix.replaceAll('\n', '\r\n')]) if (form !== text) yield [hint, utf8(form)]
}

/** Bodies that were wrapped or unwrapped on their way: base64, and forms. */
function* otherEncodings(text: string): Generator<readonly [hint: string, body: Uint8Array]> {
  const unwrapped = decodeBytes(text.trim(), 'base64')
  if (unwrapped !== null && unwrapped.length > 0)
    yield ['The body is base64 of what was signed: decode it first, as isBase64Encoded of AWS says.', unwrapped]
  if (!/^[^\s={}[\]"]+=/.test(text)) return
  const form = new URLSearchParams(text)
  for (const [name, value] of [...form].slice(0, 3))
    yield [`The body is a form, and only its field ${JSON.stringify(name.slice(0, 40))} was signed.`, utf8(value)]
  const encodedAgain = 'The form in the body was parsed and encoded again. Verify the raw bytes, and parse afterwards.'
  const printed = form.toString()
  for (const again of [printed, printed.replaceAll('+', '%20')]) if (again !== text) yield [encodedAgain, utf8(again)]
}

/** The form that a flat object may have been, for a receiver that prints what its framework has parsed. */
function formOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const entries = Object.entries(value)
  return entries.length > 0 && entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
    ? new URLSearchParams(entries).toString()
    : null
}

/** Keys in the order of the alphabet at every level, as some programs print them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]))
}

/** As Python's json.dumps prints: with a space after each comma and colon. */
function withSpaces(printed: string): string {
  return printed.replace(/"(?:[^"\\]|\\.)*"|[,:]/g, (token) => (token === ',' || token === ':' ? `${token} ` : token))
}

/** As Python and PHP print by default. */
function escapeNonAscii(printed: string): string {
  return printed.replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Other keys that the secret could stand for. */
function* otherKeys(one: CompiledSignature, secret: string): Generator<readonly [hint: string, key: Bytes]> {
  const { key } = one.signature
  const prefix = /^[a-z]{2,8}_/.exec(secret)?.[0] ?? ''
  const bare = secret.slice(prefix.length)
  const unquoted = /^(["'`])(.*)\1$/.exec(secret)?.[2]
  const listed = /^v\d+[a-z]*,/.exec(secret)?.[0]
  const assigned = /^(?:export )?[A-Za-z_][A-Za-z0-9_]*=(.+)$/.exec(secret)?.[1]
  const unspaced = secret.replace(/\s+/g, '')
  const used = (text: string): Uint8Array | null => {
    const made = one.verifyingKey(text)
    return made instanceof Error ? null : made.bytes
  }
  const readings: readonly (readonly [hint: string, key: Uint8Array | null])[] = [
    ['The sender uses the secret as text, this dialect decodes it.', key.encoding === 'utf8' ? null : utf8(secret)],
    [`The sender uses the secret as text, without ${prefix}.`, prefix === '' ? null : utf8(bare)],
    [
      `The sender's secret begins with ${key.prefix ?? 'whsec_'}, which is missing here.`,
      utf8((key.prefix ?? 'whsec_') + secret),
    ],
    [
      'The sender decodes the secret from base64, this dialect uses it as text.',
      key.encoding === 'base64' ? null : decodeBytes(bare, 'base64'),
    ],
    ['The sender decodes the secret from hex.', key.encoding === 'hex' ? null : decodeBytes(bare, 'hex')],
    [
      `The secret has ${listed} in front of it. Remove that.`,
      listed === undefined ? null : used(secret.slice(listed.length)),
    ],
    [
      'The secret is a line of a configuration file. Take what stands behind the =.',
      assigned === undefined ? null : used(assigned),
    ],
    ['There is white space in the secret. Copy it again as one line.', unspaced === secret ? null : used(unspaced)],
    [
      'The secret ends with \\n as two characters. Remove them.',
      secret.endsWith('\\n') ? used(secret.slice(0, -2)) : null,
    ],
    ['The secret is in quotes. Remove them.', unquoted === undefined ? null : utf8(unquoted)],
    ['At the sender, the secret ends with a line break.', utf8(`${secret}\n`)],
    ['At the sender, the secret has white space around it.', utf8(`${secret} `)],
  ]
  for (const [hint, bytes] of readings) if (bytes !== null && bytes.length > 0) yield [hint, concat([bytes])]
}

/** A hint for a secret that is usable but looks like something else. */
function oddSecret({ signature }: CompiledSignature, secret: string): string | null {
  if (signature.key.prefix !== undefined && secret.startsWith(signature.key.prefix)) return null
  const looksLike = misspelling(signature, secret)
  return /API key|an id|quotes|public key/.test(looksLike) ? looksLike : null
}
