/**
 * Terms with their meanings beside them, for help: the meanings are wrapped to the width, and aligned.
 *
 * ```
 *   POSTHORN_PORT  Port to listen on. 0 takes any
 *                  free port. (default: 8071)
 * ```
 */
export function definitionList(
  entries: readonly (readonly [term: string, meaning: string])[],
  columns: number,
): string {
  const indent = 4 + Math.max(...entries.map(([term]) => term.length))
  const width = Math.max(columns - indent, 20)
  return entries
    .map(([term, meaning]) => `  ${term}`.padEnd(indent) + wrapped(meaning, width).join(`\n${' '.repeat(indent)}`))
    .join('\n')
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
