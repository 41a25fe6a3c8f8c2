/** Text that a receiver wrote, for people: no control characters, nothing that changes the direction of writing, bounded. */
export function printable(text: string, maxLength = 200): string {
  const shown = text.slice(0, maxLength).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
  return text.length > maxLength ? `${shown}...` : shown
}
