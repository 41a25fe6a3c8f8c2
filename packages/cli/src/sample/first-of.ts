/** The first twelve words of a list as a sentence's end, with the one that was probably meant in front of them. */
export function firstOf(words: readonly string[], meant: string | null): string {
  const ordered = meant === null ? words : [meant, ...words.filter((word) => word !== meant)]
  const more = words.length > 12 ? ` (and ${words.length - 12} more)` : ''
  return ordered.slice(0, 12).join(', ') + more
}
