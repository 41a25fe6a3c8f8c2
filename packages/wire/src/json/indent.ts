/** Indents JSON text and keeps every token as it is. A parser would change numbers and escapes. */
import { compact } from './scan.ts'

/**
 * @param text JSON text that `scan` accepts
 */
export function indentJson(text: string): string {
  let result = ''
  let depth = 0
  let isInString = false
  const line = (): string => `\n${'  '.repeat(depth)}`
  const all = compact(text)
  for (let index = 0; index < all.length; index++) {
    const character = all.charAt(index)
    if (isInString) {
      result += character
      if (character === '\\') result += all.charAt(++index)
      else if (character === '"') isInString = false
    } else if (character === '{' || character === '[') {
      const isEmpty = '}]'.includes(all.charAt(index + 1))
      result += isEmpty ? character + all.charAt(++index) : character + (depth++, line())
    } else if (character === '}' || character === ']') {
      depth--
      result += line() + character
    } else {
      isInString = character === '"'
      result += character === ',' ? character + line() : character === ':' ? ': ' : character
    }
  }
  return result
}
