import { withHiddenShown } from '@posthorn/wire'

/**
 * Makes foreign text safe for a terminal. A response may contain escape sequences that move the cursor, set the title or
 * type for the user. Control characters, those that reverse the reading order and invisible ones are shown as their number. Line
 * breaks and tabs stay, except with `oneLine`.
 */
export function printable(text: string, options: { oneLine?: boolean } = {}): string {
  return withHiddenShown(text, options.oneLine ? '' : '\n\t')
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
