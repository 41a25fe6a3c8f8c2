/** Makes a receiver's text safe to show: replaces control characters and direction marks, and limits the length. */
export function printable(text: string, maxLength = 200): string {
  const shown = text.slice(0, maxLength).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
  return text.length > maxLength ? `${shown}...` : shown
}
