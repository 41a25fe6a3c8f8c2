/**
 * Characters that are not seen and change what is: control characters (escape sequences of a terminal), those that reverse the
 * reading order, line separators, invisible ones, and halves of a pair. The joiners that emoji and some scripts need are not
 * among them.
 */
const hidden =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0001}\u{e0020}-\u{e007f}]/gu

/**
 * Foreign text as it may be shown: hidden characters stand as their number, `\x1b` or `\u{202e}`. What is stored stays as it came.
 *
 * @param keep hidden characters that stay as they are, such as line breaks in a body
 */
export function withHiddenShown(text: string, keep = ''): string {
  return text.replaceAll(hidden, (character) => {
    if (keep.includes(character)) return character
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

/**
 * JSON with hidden characters escaped: the same value, and safe in a terminal and in a log. White space between members stays,
 * except that a carriage return would move the cursor and is left out.
 */
export function jsonWithHiddenEscaped(json: string): string {
  return json.replaceAll(hidden, (character) => {
    if (character === '\n' || character === '\t') return character
    if (character === '\r') return ''
    return Array.from({ length: character.length }, (_, at) => escaped(character.charCodeAt(at))).join('')
  })
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
