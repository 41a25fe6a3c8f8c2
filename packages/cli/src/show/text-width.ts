/**
 * How many columns of a terminal a text takes: two for the letters of Chinese, Japanese and Korean and for most emoji, none for marks that
 * combine with the letter before them.
 */
export function textWidth(text: string): number {
  let width = 0
  for (const character of characters(text)) width += characterWidth(character)
  return width
}

/** What a reader sees as one character: a letter with its marks, an emoji with its modifiers. */
export function characters(text: string): string[] {
  // oxlint-disable-next-line no-control-regex -- the quick way for nearly every text
  if (/^[\u0000-\u007f]*$/.test(text)) return text.split('')
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

function characterWidth(character: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

/** East Asian Wide and Fullwidth (Unicode TR 11), as far as the scripts in use go, and characters that are shown as emoji. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f/u
