/**
 * Text and bytes, without Node's Buffer. Decoding is strict: a text that is not exactly what encoding its bytes gives
 * back is refused (one signature must not have several spellings, test G3).
 */
import type { TextEncoding } from './dialect.ts'

const encoder = new TextEncoder()
/** `ignoreBOM` keeps a byte order mark in the text, where JSON then refuses it, as every strict receiver does. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The text of UTF-8 bytes, or `null` when they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

export function encodeBytes(bytes: Uint8Array, encoding: TextEncoding): string {
  if (encoding === 'hex') {
    let text = ''
    for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
    return text
  }
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** The bytes, or `null` when the text is not in the one canonical spelling: lower-case hex; padded, standard base64. */
export function decodeBytes(text: string, encoding: TextEncoding): Uint8Array | null {
  const bytes = encoding === 'hex' ? decodeHex(text) : decodeBase64(text)
  return bytes !== null && encodeBytes(bytes, encoding) === text ? bytes : null
}

function decodeHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  )
}

function decodeBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

export function concat(pieces: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const parts = pieces.map((piece) => (typeof piece === 'string' ? utf8(piece) : piece))
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
