/** Writes requests. Headers and body come first, and the signatures last, because they are made over what was written. */
import { cryptography } from '#crypto'
import type { CryptoKeyBytes, SignedPieces } from '../crypto/cryptography.ts'
import type { Dialect, EncodeInput, Field, Signature, SignatureFormat, WireRequest } from '../dialect.ts'
import { WireError } from '../errors.ts'
import { holdsSeveral, printSignatures } from '../lens/signature-header.ts'
import { toHeaderValue } from '../text/headers.ts'
import type { CompiledDialect, CompiledSignature, FieldPlace, Reading } from './compiled-dialect.ts'

export function encoder(dialect: Dialect, reading: Reading): Pick<CompiledDialect, 'encode' | 'encodeSync'> {
  const literals = Object.entries(dialect.request.headers ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const write = (input: EncodeInput): WireRequest => unsignedRequest(dialect, reading, literals, input)
  return {
    encodeSync: (input) => {
      const request = write(input)
      for (const one of toSign(reading.signatures, request, input)) {
        const { signature, keys, pieces } = one
        const signatures = keys.map((key) => cryptography.signSync(key, pieces, signature.encoding))
        addSignatures(request, one, signatures)
      }
      return request
    },
    encode: async (input) => {
      const request = write(input)
      for (const one of toSign(reading.signatures, request, input)) {
        const { signature, keys, pieces } = one
        const signing = keys.map((key) => cryptography.sign(key, pieces, signature.encoding))
        addSignatures(request, one, await Promise.all(signing))
      }
      return request
    },
  }
}

/** A request without its signatures. */
function unsignedRequest(
  { request: { method, contentType } }: Dialect,
  { headers, query, body: lens }: Reading,
  literals: readonly (readonly [name: string, value: string])[],
  input: EncodeInput,
): WireRequest {
  const { message } = input
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
  return request
}

/** One signature header to make: with which keys, over which pieces. */
interface ToSign {
  readonly signature: Signature
  readonly keys: readonly CryptoKeyBytes[]
  /** The format of each key's signature, or one for all: they differ in the version of the list only. */
  readonly formats: readonly SignatureFormat[]
  readonly pieces: SignedPieces
  /** The text of `sentAt`, where the header shows it. */
  readonly time: string
}

/**
 * Collects all signatures before the first is made, so that an unusable secret does not leave a request half signed.
 */
function toSign(
  signatures: readonly CompiledSignature[],
  { body, url, method }: WireRequest,
  input: EncodeInput,
): ToSign[] {
  if (input.secrets.length === 0) return []
  return signatures.map((compiled) => {
    const { signature } = compiled
    const text = (field: Field): string => compiled.text(field, input)
    const secrets = holdsSeveral(signature.format) ? input.secrets : input.secrets.slice(0, 1)
    const showsTime = 'pairs' in signature.format && signature.format.pairs.time !== undefined
    return {
      signature,
      keys: secrets.map((secret) => privateKey(compiled, secret)),
      formats:
        signature.otherKeys === undefined
          ? [signature.format]
          : secrets.map((secret) => compiled.ofKind(secret).signature.format),
      pieces: compiled.pieces({ text, body, url, method }),
      time: showsTime ? text('sentAt') : '',
    }
  })
}

/** @throws {WireError} when the secret cannot be used to sign */
function privateKey(compiled: CompiledSignature, secret: string): CryptoKeyBytes {
  const key = compiled.key(secret)
  if (key instanceof WireError) throw key
  if (!key.isPublic) return key
  const { prefix } = compiled.ofKind(secret).signature.key
  throw publicKeyCannotSign(prefix)
}

/** What is wrong with a public key where something is to be signed. */
export function publicKeyCannotSign(prefix: string | undefined): WireError {
  return new WireError('malformed_secret', 'The key is public: it verifies, and cannot sign.', {
    hint: `Use the private key${prefix ? `, which begins with ${prefix}` : ''}.`,
  })
}

function addSignatures(
  request: WireRequest,
  { signature: { header, algorithmHeader }, formats, time }: ToSign,
  signatures: readonly string[],
): void {
  if (algorithmHeader !== undefined) request.headers.push([algorithmHeader.name, algorithmHeader.value])
  request.headers.push([header, printSignatures(formats, signatures, time)])
}

/** As URL parsers write it: they encode the apostrophe too, and what is signed has to be what is sent. */
function queryText(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27')
}

/** Adds to the URL's query, or begins one. It writes `?id=...` exactly, for receivers that split at the first `=`. */
function addQuery(url: string, query: readonly FieldPlace[], input: EncodeInput): string {
  const hash = url.indexOf('#')
  let result = hash < 0 ? url : url.slice(0, hash)
  for (const { name, prefix, lens } of query) {
    const text = lens.write(input.message, input)
    if (text === undefined) continue
    const separator = !result.includes('?') ? '?' : /[?&]$/.test(result) ? '' : '&'
    result += `${separator}${queryText(name)}=${queryText(prefix + text)}`
  }
  return result
}
