// Foreign text as it may be shown. Hidden characters stand as their number; what is stored, and what "Copy" copies, stays as it came.

/** The same as in packages/wire/src/text/hidden.ts, which a test compares with this. */
const hidden =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0001}\u{e0020}-\u{e007f}]/gu

export function visible(text) {
  return String(text).replaceAll(hidden, (character) => {
    if (character === '\n' || character === '\t') return character
    const code = character.codePointAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}
