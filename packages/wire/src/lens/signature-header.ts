/** Prints and parses signature headers. */
import { decodeBytes, utf8 } from '../text/bytes.ts'
import type { Signature, SignatureFormat } from '../dialect.ts'

/** More than any rotation needs. The bound limits the work that one request can cause (test G5). */
const maxSignatures = 16
/** Sixteen of the longest signatures fit. */
const maxHeaderLength = 4096

export type ParsedSignature =
  | { ok: true; candidates: string[]; time: string | null }
  | { ok: false; code: 'malformed_header' | 'duplicate_header'; reason: string }

/**
 * Whether the format can hold several signatures. In a rotation all secrets sign then; otherwise only the newest signs.
 */
export function holdsSeveral(format: SignatureFormat): boolean {
  return 'list' in format || ('pairs' in format && format.pairs.several === true)
}

/**
 * @param formats of each signature, or one for all; in a list they may differ in their version
 * @param time the text of `sentAt`, where the format has a pair for it
 */
export function printSignatures(
  formats: readonly SignatureFormat[],
  signatures: readonly string[],
  time: string,
): string {
  const [format] = formats
  if (format === undefined) return ''
  if ('list' in format) {
    const entry = (signature: string, index: number): string => {
      const of = formats[index] ?? format
      return `${'list' in of ? of.list.version : ''},${signature}`
    }
    return signatures.length === 1 ? entry(signatures[0] ?? '', 0) : signatures.map(entry).join(' ')
  }
  if ('bare' in format) return (format.bare.prefix ?? '') + (signatures[0] ?? '')
  const { separator, time: timeKey, signature: key } = format.pairs
  const pairs = signatures.map((signature) => `${key}=${signature}`)
  return (timeKey === undefined ? pairs : [`${timeKey}=${time}`, ...pairs]).join(separator)
}

/** The candidates for the signature. The caller checks whether one of them is right. */
export function parseSignatures(format: SignatureFormat, header: string): ParsedSignature {
  if (header.length > maxHeaderLength) return malformed(`is longer than ${maxHeaderLength} characters`)
  return 'list' in format
    ? parseList(format.list.version, header)
    : 'bare' in format
      ? parseBare(format.bare.prefix ?? '', header)
      : parsePairs(format.pairs, header)
}

function parseList(version: string, header: string): ParsedSignature {
  // Node joins a header that came twice with a comma and a space. No entry of a list ends in a comma.
  if (header.includes(', ')) return { ok: false, code: 'duplicate_header', reason: 'occurs twice' }
  const entries = header.split(' ')
  if (entries.length > maxSignatures) return malformed(`has more than ${maxSignatures} signatures`)
  const prefix = `${version},`
  // Entries of other versions are ignored: a sender may add some, and an attacker may try one.
  const candidates = entries.filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length))
  return { ok: true, candidates, time: null }
}

function parseBare(prefix: string, header: string): ParsedSignature {
  if (header.includes(', ')) return { ok: false, code: 'duplicate_header', reason: 'occurs twice' }
  if (!header.startsWith(prefix)) return malformed(`does not begin with ${JSON.stringify(prefix)}`)
  return { ok: true, candidates: [header.slice(prefix.length)], time: null }
}

function parsePairs(format: Extract<SignatureFormat, { pairs: unknown }>['pairs'], header: string): ParsedSignature {
  const pairs = header.split(format.separator)
  if (pairs.length > maxSignatures) return malformed(`has more than ${maxSignatures} parts`)
  const candidates: string[] = []
  let time: string | null = null
  for (const pair of pairs) {
    const text = pair.trimStart()
    const equals = text.indexOf('=')
    if (equals < 1) return malformed('is not a list of name=value')
    const name = text.slice(0, equals)
    const value = text.slice(equals + 1)
    if (name === format.time) {
      if (time !== null) return { ok: false, code: 'duplicate_header', reason: `has ${name}= twice` }
      time = value
    } else if (name === format.signature) {
      candidates.push(value)
    }
  }
  if (format.time !== undefined && time === null) return malformed(`has no ${format.time}=`)
  if (candidates.length === 0) return malformed(`has no ${format.signature}=`)
  if (candidates.length > 1 && format.several !== true) {
    return { ok: false, code: 'duplicate_header', reason: `has ${format.signature}= twice` }
  }
  return { ok: true, candidates, time }
}

function malformed(reason: string): ParsedSignature {
  return { ok: false, code: 'malformed_header', reason }
}

/**
 * The bytes that the text of a signature can stand for. None if the text is not spelled exactly as we would write it
 * (tests G2 and G3).
 */
export function signatureBytes(signature: Signature, text: string): Uint8Array<ArrayBuffer>[] {
  if (signature.algorithm === 'shared-secret') return [new Uint8Array(utf8(text))]
  const found: Uint8Array<ArrayBuffer>[] = []
  for (const encoding of [signature.encoding, ...(signature.accepts ?? [])]) {
    const bytes = decodeBytes(text, encoding)
    if (bytes !== null && bytes.length > 0) found.push(bytes)
  }
  return found
}
