/**
 * Text inside source code. A dialect may sign any text and name any query parameter, so nothing of it may end a literal
 * or hide what the code says: quotes, line ends, and characters that are not seen are written as escapes.
 */
interface Escapes {
  /** Characters that need a backslash here, beside the backslash itself. */
  special: string
  /** A character by its number. */
  byNumber: (codePoint: number) => string
}

export function escape(text: string, { special, byNumber }: Escapes): string {
  let result = ''
  for (const character of text) {
    if (character === '\\' || special.includes(character)) result += `\\${character}`
    else if (/[\p{C}\p{Zl}\p{Zp}]/u.test(character)) result += byNumber(character.codePointAt(0) ?? 0)
    else result += character
  }
  return result
}

/** Whether single quotes can hold it as it is, in languages where they know next to no escapes. */
export function isPlain(text: string): boolean {
  return !/[\\'\p{C}\p{Zl}\p{Zp}]/u.test(text)
}

/** `\u{1f600}`: JavaScript, Ruby, PHP. */
export function braced(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`
}

/** Every line of a block one level deeper; empty lines stay empty. */
export function indent(lines: readonly string[], by = '    '): string[] {
  return lines.map((line) => (line === '' ? '' : by + line))
}
