/** The first twelve words of a list, separated by commas; the word that was probably meant comes first. */
export function firstOf(words: readonly string[], meant: string | null): string {
  const ordered = meant === null ? words : [meant, ...words.filter((word) => word !== meant)]
  const more = words.length > 12 ? ` (and ${words.length - 12} more)` : ''
  return ordered.slice(0, 12).join(', ') + more
}
