/**
 * Escapes text for string literals in source code. A dialect may sign any text and name any query parameter. Quotes,
 * line ends and invisible characters are escaped, so that no text can end a literal or hide code.
 */
interface Escapes {
  /** Characters that need a backslash, in addition to the backslash. */
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

/** Whether single quotes can hold the text unescaped, in languages whose single quotes have almost no escapes. */
export function isPlain(text: string): boolean {
  return !/[\\'\p{C}\p{Zl}\p{Zp}]/u.test(text)
}

/** `\u{1f600}`: JavaScript, Ruby, PHP. */
export function braced(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`
}

/** Indents every line of a block by one level; empty lines stay empty. */
export function indent(lines: readonly string[], by = '    '): string[] {
  return lines.map((line) => (line === '' ? '' : by + line))
}
