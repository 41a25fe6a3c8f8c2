/**
 * Makes foreign text safe for a terminal. A response may contain escape sequences that move the cursor, set the title or
 * type for the user. Control characters, and characters that reverse the reading order, are shown as their number. Line
 * breaks and tabs stay, except with `oneLine`.
 */
export function printable(text: string, options: { oneLine?: boolean } = {}): string {
  return text.replaceAll(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    if (!options.oneLine && (character === '\n' || character === '\t')) return character
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Makes bytes safe for a terminal: read as UTF-8, cut after `maxBytes`. */
export function printableBytes(bytes: Uint8Array, maxBytes = 16_384): string {
  const text = printable(utf8.decode(bytes.subarray(0, maxBytes)))
  return bytes.length > maxBytes ? `${text}\n... ${bytes.length - maxBytes} more bytes` : text
}

/** Makes foreign text safe for a cell of a table. */
export function cellText(text: string): string {
  return printable(text, { oneLine: true })
}
