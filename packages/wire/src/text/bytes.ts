/**
 * Text and bytes in every runtime. Decoding is strict: a text that is not the canonical encoding of its bytes is
 * refused, because one signature must not have several spellings (test G3).
 */
import type { TextEncoding } from '../dialect.ts'

const encoder = new TextEncoder()
/** `ignoreBOM` keeps a byte order mark in the text. JSON then refuses it, as every strict receiver does. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Node, Deno and Bun decode faster if decoding need not be strict. */
const hasBuffer = typeof Buffer === 'function'
const replacement = '\ufffd'

/** The text of UTF-8 bytes, or `null` when they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    if (hasBuffer) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
      // Bytes that are not UTF-8 became this character. If the text really contains it, the strict decoder below accepts it.
      if (!text.includes(replacement)) return text
    }
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

export function encodeBytes(bytes: Uint8Array, encoding: TextEncoding): string {
  let text = ''
  if (encoding === 'hex') {
    for (const byte of bytes) text += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16)
    return text
  }
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** The bytes, or `null` when the text is not in the one canonical spelling: lower-case hex; padded, standard base64. */
export function decodeBytes(text: string, encoding: TextEncoding): Uint8Array<ArrayBuffer> | null {
  return encoding === 'hex' ? decodeHex(text) : decodeBase64(text)
}

/** The same for every spelling that decoders take: hex in upper case; base64 in the URL alphabet, or without its padding. */
export function decodeAnyBytes(text: string, encoding: TextEncoding): Uint8Array<ArrayBuffer> | null {
  if (encoding === 'hex') return decodeHex(text.toLowerCase())
  const digits = text
    .replace(/={1,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  return decodeBase64(digits + '='.repeat((4 - (digits.length % 4)) % 4))
}

function decodeHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 2 !== 0) return null
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    const high = hexDigit(text.charCodeAt(2 * index))
    const low = hexDigit(text.charCodeAt(2 * index + 1))
    if (high < 0 || low < 0) return null
    bytes[index] = high * 16 + low
  }
  return bytes
}

/** Lower case only: upper-case hex is another spelling. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  let binary: string
  try {
    binary = atob(text)
  } catch {
    return null
  }
  // atob accepts white space, missing padding and stray bits after the last byte. Comparing with the encoded result does not.
  if (btoa(binary) !== text) return null
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
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
